// The chosen session: a radio in the list on the right that belongs to the form in the card, and what it costs.
import { fill, input, offline, radios, region, textOf, work } from "./desk-page.js";

let chosen = "";
const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;

export function choose(code) {
  chosen = code;
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
  box.classList.toggle("is-none", !radio);
  button.disabled = !radio || offline();
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
  box.replaceChildren(...chosenParts(row));
  const fee = Number(radio.dataset.feeFen);
  const payment = work.querySelector('[name="payment"]:checked')?.value;
  const free = payment === "free" || fee === 0;
  const way = free ? "free" : payment === "cash" ? "cash" : "scan";
  words.textContent = fill(button.dataset[way], { fee: yuan(fee) });
  const { waiting: people, from, to } = radio.dataset;
  outlook.textContent = fill(from ? outlook.dataset.wait : outlook.dataset.text, { n: people, from, to });
  work.querySelector("[data-fee]").textContent = free ? "" : yuan(fee);
  showChange(way === "cash" ? fee : 0);
}

function chosenParts(row) {
  const part = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
  const [expert, department] = row.querySelector("label").children;
  const left = part("span", "", "desk-chosen-left");
  left.append(`${textOf(region.querySelector("[data-left-word]"))} `, part("strong", textOf(row.querySelector(".desk-left strong"))));
  const key = row.querySelector(".key")?.cloneNode(true);
  const where = `${fill(region.querySelector("[data-room-word]").dataset.roomWord, { room: textOf(row.querySelector("[data-room]")) })} · ${textOf(row.querySelector("[data-times]"))}`;
  return [key, part("strong", textOf(expert)), part("span", textOf(department)), part("span", where, "muted small-text"), left].filter(Boolean);
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

region.addEventListener("live:update", apply);
region.addEventListener("change", (event) => {
  if ("sessionRadio" in event.target.dataset) choose(event.target.value);
  if (document.activeElement === event.target && !event.target.matches(":focus-visible")) input.focus();
});
work.addEventListener("change", () => {
  showReason();
  apply();
});
work.addEventListener("input", (event) => "received" in event.target.dataset && apply());
