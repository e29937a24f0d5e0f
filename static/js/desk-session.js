// The chosen session: a radio in the list on the right that belongs to the form in the card, and what it costs.
import { fill, input, offline, radios, region, textOf, work } from "./desk-page.js";

let chosen = "";
const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;

export function choose(code) {
  chosen = code;
  const target = work.querySelector("[data-target-session]"); // a transfer or an added number asks for a session, too
  if (code && target?.querySelector(`option[value="${code}"]`)) target.value = code;
  apply();
}

export function apply() {
  const form = work.querySelector("#walk-in, #new-patient");
  const offered = radios();
  for (const radio of offered) {
    if (form) radio.setAttribute("form", form.id);
    else radio.removeAttribute("form");
    radio.checked = radio.value === chosen && !radio.disabled;
  }
  const refused = work.querySelector("[data-refused-session]")?.dataset.refusedSession;
  for (const row of region.querySelectorAll("[data-session]")) row.classList.toggle("is-refused", row.dataset.session === refused);
  const radio = offered.find((one) => one.checked);
  if (!radio) chosen = "";
  showChosen(radio);
}

function showChosen(radio) {
  const box = work.querySelector("[data-chosen]");
  const button = work.querySelector("[data-register]");
  if (!box || !button) return;
  const any = anyDoctor(radio);
  box.classList.toggle("is-none", !radio);
  button.disabled = !radio || offline();
  showSpecialties(radio, any);
  const words = button.querySelector("span");
  const outlook = work.querySelector("[data-outlook]");
  if (!radio) {
    box.textContent = box.dataset.none;
    words.textContent = button.dataset.none;
    outlook.textContent = "";
    showChange(0);
    return;
  }
  const row = radio.closest("tr");
  box.replaceChildren(...(any.length ? anyParts(row, any, box.dataset.anyWords) : chosenParts(row)));
  const fees = (any.length ? any : [radio]).map((one) => Number(one.dataset.feeFen));
  const [least, most] = [Math.min(...fees), Math.max(...fees)];
  const payment = work.querySelector('[name="payment"]:checked')?.value;
  const free = payment === "free" || most === 0;
  const way = free ? "free" : payment === "cash" ? "cash" : "scan";
  const fee = least === most ? yuan(most) : `${yuan(least)}–${yuan(most)}`;
  words.textContent = fill(button.dataset[way], { fee });
  const { waiting: people, from, to } = radio.dataset;
  const toAny = work.querySelector("#specialty").value ? outlook.dataset.knownWords : outlook.dataset.anyWords;
  const said = any.length ? toAny : from ? outlook.dataset.wait : outlook.dataset.text;
  outlook.textContent = fill(said, { n: people, from, to });
  work.querySelector("[data-fee]").textContent = free ? "" : fee;
  showChange(way === "cash" && least === most ? most : 0);
}

// Offered where the chosen doctor's department has another who takes patients; the sessions of all, when it is wanted.
function anyDoctor(radio) {
  const choice = work.querySelector("[data-any]");
  const same = radios().filter((one) => !one.disabled && one.dataset.department === radio?.dataset.department);
  choice.hidden = same.length < 2;
  const asked = choice.querySelector("input");
  asked.disabled = choice.hidden; // kept as it is meanwhile: a list that is just being drawn again unticks nothing
  return asked.checked && !asked.disabled ? same : [];
}

// What the department's doctors are known for, where it matters who calls: nobody certain is waited for.
function showSpecialties(radio, any) {
  const field = work.querySelector("[data-specialty]");
  const select = field.querySelector("select");
  const asked = any.length || (radio && "anyExpert" in radio.dataset);
  const same = asked ? radios().filter((one) => one.dataset.department === radio.dataset.department) : [];
  const names = [...new Set(same.flatMap((one) => one.dataset.specialties.split("、")).filter(Boolean))];
  field.hidden = names.length === 0;
  const [anything, ...others] = select.options;
  if (names.join() === others.map((one) => one.value).join()) return; // an open list stays open
  const before = names.includes(select.value) ? select.value : "";
  select.replaceChildren(anything, ...names.map((name) => new Option(name)));
  select.value = before;
}

const part = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
const leftOf = (row) => textOf(row.querySelector(".desk-left strong"));

function leftPart(number) {
  const left = part("span", "", "desk-chosen-left");
  left.append(`${textOf(region.querySelector("[data-left-word]"))} `, part("strong", number));
  return left;
}

function anyParts(row, sessions, words) {
  const left = sessions.reduce((sum, one) => sum + Number(leftOf(one.closest("tr"))), 0);
  const department = row.querySelector("label").children[1];
  return [part("strong", words), part("span", textOf(department)), leftPart(left)];
}

function chosenParts(row) {
  const [expert, department] = row.querySelector("label").children;
  const key = row.querySelector(".key")?.cloneNode(true);
  const where = `${fill(region.querySelector("[data-room-word]").dataset.roomWord, { room: textOf(row.querySelector("[data-room]")) })} · ${textOf(row.querySelector("[data-times]"))}`;
  return [key, part("strong", textOf(expert)), part("span", textOf(department)), part("span", where, "muted small-text"), leftPart(leftOf(row))].filter(Boolean);
}

function showChange(fee) {
  const cash = work.querySelector("[data-cash]:not(button)");
  if (!cash) return;
  cash.hidden = fee === 0;
  const given = Math.round(Number(cash.querySelector("[data-received]").value) * 100);
  const change = cash.querySelector("[data-change]");
  change.textContent = fee && given >= fee ? fill(change.dataset.change, { amount: yuan(given - fee) }) : "";
}

export function showReason() {
  const priority = work.querySelector("[data-priority]");
  const reason = work.querySelector("[data-reason]");
  if (reason) reason.hidden = priority.value === "normal";
}

// Sessions that are over stay in their place, so the list begins at the first that takes patients, and stays where it is.
const scroller = () => region.querySelector(".desk-sessions-scroll");
let top = 0;
function begin() {
  const first = region.querySelector("[data-session-radio]:not(:disabled)")?.closest("tr");
  const head = region.querySelector("thead");
  if (first) scroller().scrollTop = first.offsetTop - head.offsetHeight - first.offsetHeight / 2;
}
region.addEventListener("scroll", (event) => (top = event.target.scrollTop), true);
region.addEventListener("live:update", () => {
  scroller().scrollTop = top;
  apply();
});
begin();
region.addEventListener("change", (event) => {
  if ("sessionRadio" in event.target.dataset) choose(event.target.value);
  if (document.activeElement === event.target && !event.target.matches(":focus-visible")) input.focus();
});
work.addEventListener("change", () => {
  showReason();
  apply();
});
work.addEventListener("input", (event) => "received" in event.target.dataset && apply());
