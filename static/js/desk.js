// The front desk. The server renders every state; this keeps the focus in the one input, knows which session is chosen,
// prints once, and opens the list of all commands.
import "./answers.js";
import { listen, keysOff, switchKeys } from "./keys.js";
import { openPalette } from "./palette.js";

const input = document.getElementById("desk-q");
const work = document.getElementById("desk-work");
const region = document.getElementById("desk-sessions");
const say = document.querySelector("[data-desk-say]");
const AUTO_PRINT = "fenliu.desk.print";
const PRINTED = "fenliu.desk.printed";
const SCAN_GAP_MS = 40;
const SCAN_MIN = 8;
const PRINT_MS = 50;
let chosen = "";
let waiting = 0;
let queued = null;
let finding = false;
let asked = input.value; // what the input shows while nothing new is typed: for a search what is searched for

const tell = (text) => (say.textContent = text);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;
const radios = () => [...region.querySelectorAll("[data-session-radio]")];

// ---- the chosen session: a radio in the list on the right that belongs to the form in the card

function choose(code) {
  chosen = code;
  apply();
}

function apply() {
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
  left.append(`${region.querySelector("[data-left-word]").textContent} `, part("strong", row.querySelector(".desk-left strong").textContent));
  const key = row.querySelector(".key")?.cloneNode(true);
  const where = `${fill(region.querySelector("[data-room-word]").dataset.roomWord, { room: row.querySelector("[data-room]").textContent })} · ${row.querySelector("[data-times]").textContent}`;
  return [key, part("strong", expert.textContent), part("span", department.textContent), part("span", where, "muted small-text"), left].filter(Boolean);
}

function showChange(fee) {
  const cash = work.querySelector("[data-cash]:not(button)");
  if (!cash) return;
  cash.hidden = fee === 0;
  const given = Math.round(Number(cash.querySelector("[data-received]").value) * 100);
  const change = cash.querySelector("[data-change]");
  change.textContent = fee && given >= fee ? fill(change.dataset.change, { amount: yuan(given - fee) }) : "";
}

function showReason() {
  const priority = work.querySelector("[data-priority]");
  const reason = work.querySelector("[data-reason]");
  if (reason) reason.hidden = priority.value === "normal";
}

// ---- the connection

const offline = () => ["stale", "gone"].includes(document.body.dataset.liveState);

function showConnection() {
  document.querySelector("[data-stale-band]").hidden = !offline();
  for (const button of work.querySelectorAll("[data-takes-number] button, [data-primary]")) button.disabled = offline();
  apply();
}

// ---- after every answer

// Without an answer the page stays as it is. What was typed or scanned meanwhile is never written over.
function arrived(answered) {
  const card = work.querySelector("[data-card]");
  const meanwhile = input.value !== asked;
  if (answered) input.dataset.shown = document.getElementById("desk-chip")?.dataset.shown ?? "";
  if (answered && !meanwhile) input.value = input.dataset.shown;
  if (!work.querySelector("[data-chosen]")) choose("");
  showReason();
  showConnection();
  region.live?.poll();
  if (answered && !meanwhile) focusFor(card);
  if (answered) print(card);
}

function focusFor(card) {
  const wrong = card?.querySelector(".is-invalid");
  const first = card?.dataset.card === "new" ? [...card.querySelectorAll("input.form-control")].find((field) => !field.value && field.required) : null;
  const wanted = wrong ?? first ?? input;
  wanted.focus();
  if (wanted === input) input.select();
}

function print(card) {
  if (!card || !("print" in card.dataset) || localStorage.getItem(AUTO_PRINT) === "off") return;
  const code = card.dataset.ticket;
  if (sessionStorage.getItem(PRINTED) === code) return;
  sessionStorage.setItem(PRINTED, code);
  setTimeout(() => window.print(), PRINT_MS);
}

function reprint(event) {
  if (!event.target.closest("[data-reprint]")) return;
  event.preventDefault();
  const again = work.querySelector("[data-reprinted]");
  if (again) again.hidden = false;
  window.print();
}

// ---- wiring

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.target !== work) return;
  waiting += 1;
  queued = null; // what was pressed for the answer before is not meant for the next
  finding = Boolean(ctx.sourceElement?.matches("[data-find], [data-find] a"));
  asked = finding ? input.value : input.dataset.shown;
  input.focus(); // the next scan goes there, whatever is being answered; one that has begun goes on
  if (input.value && input.value === asked) input.select();
  work.setAttribute("aria-busy", "true");
  if (finding) choose("");
});
document.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx.target !== work) return;
  waiting -= 1;
  if (waiting > 0) return;
  work.removeAttribute("aria-busy");
  const answered = event.detail.ctx.status === "swapped";
  arrived(answered);
  const next = queued;
  queued = null;
  // htmx lets the next request in only after this event, and the slip is printed before its card goes
  if (next && answered) setTimeout(next, PRINT_MS * 2);
});
region.addEventListener("live:update", apply);
region.addEventListener("live:state", showConnection);
region.addEventListener("change", (event) => {
  if ("sessionRadio" in event.target.dataset) choose(event.target.value);
  if (document.activeElement === event.target && !event.target.matches(":focus-visible")) input.focus();
});
work.addEventListener("change", () => {
  showReason();
  apply();
});
work.addEventListener("input", (event) => "received" in event.target.dataset && apply());
work.addEventListener("click", reprint);

document.querySelector("[data-find]").addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const unchanged = input.value === input.dataset.shown;
    const busy = waiting > 0 && !finding; // a newer search replaces an older one; what takes a number is waited for
    if (input.value.trim() && !unchanged && !busy) return;
    event.preventDefault();
    event.stopPropagation();
    if (!busy || !input.value.trim() || input.value === asked) return;
    const typed = input.value;
    input.select();
    queued = () => input.value === typed && form.requestSubmit();
  },
  true,
);

// Several people found: the arrows go through them; nobody is chosen by Enter alone.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const choices = [...work.querySelectorAll(".desk-choice")];
  if (!step || !choices.length || (event.target !== input && !event.target.matches(".desk-choice"))) return;
  event.preventDefault();
  const next = choices.indexOf(event.target) + step;
  (choices[next] ?? (next < 0 ? input : choices.at(-1))).focus();
});

// A scanner that types into another field: what came faster than fingers can, ended by Enter, is taken out of it again.
const scan = { text: "", at: 0, field: null, before: "" };
document.addEventListener(
  "keydown",
  (event) => {
    const field = event.target.closest?.("input:not([type=radio]):not(#palette-q)");
    if (!field || field === input || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const fast = field === scan.field && event.timeStamp - scan.at < SCAN_GAP_MS;
    if (event.key === "Enter" && fast && scan.text.length >= SCAN_MIN) {
      event.preventDefault();
      field.value = scan.before;
      input.value = scan.text;
      document.querySelector("[data-find]").requestSubmit();
    } else if (event.key.length === 1) {
      if (!fast) Object.assign(scan, { text: "", field, before: field.value });
      scan.text += event.key;
      scan.at = event.timeStamp;
    }
  },
  true,
);

// A scanner types wherever the focus is: characters that no field wants go to the input.
document.addEventListener("keydown", (event) => {
  if (event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=radio]), select, textarea, summary, [contenteditable]")) return;
  if (event.key === " " && event.target.closest("button, a, [role=button], input")) return;
  input.focus();
  if (input.value === input.dataset.shown) input.select();
});

listen({
  refuse: (element) => element.dataset.why && tell(element.dataset.why),
  before: (keys) => {
    const busy = waiting > 0;
    if (keys === "Control+Enter" && busy) {
      queued ??= () => work.querySelector('[data-card="patient"] [data-primary]:not(:disabled)')?.click();
      return true;
    }
    const why = document.querySelector("[data-undo-why]")?.dataset.undoWhy;
    if (keys === "Alt+Z" && why) {
      tell(""); // said again when pressed again
      setTimeout(tell, 50, why);
      return true;
    }
    return false;
  },
});

document.querySelector("[data-palette-open]").addEventListener("click", () => openPalette(commands(), input, search));

function search(text) {
  input.value = text;
  input.form.requestSubmit();
}

function commands() {
  const { dataset } = document.getElementById("palette");
  const named = [...document.querySelectorAll(".desk [aria-keyshortcuts]:not([data-palette-open]):not([data-session-radio]):not(select):not(.desk-segments)")];
  const list = named
    .filter((element) => element.checkVisibility())
    .map((element) => ({
      text: words(element),
      group: dataset.commands,
      key: element.getAttribute("aria-keyshortcuts"),
      locked: element.disabled,
      money: element.matches("[data-primary], .desk-undo"),
      run: () => element.click(),
    }));
  list.sort((one, other) => Number(one.money) - Number(other.money));
  list.push({ text: dataset.merge, group: dataset.commands, run: () => location.assign(dataset.mergeUrl) });
  for (const radio of radios()) {
    const row = radio.closest("tr");
    list.push({
      text: [...row.querySelector("label").children].map((part) => part.textContent).join(" "),
      group: dataset.sessions,
      note: radio.dataset.why ?? row.querySelector(".desk-left strong")?.textContent ?? "",
      key: radio.getAttribute("aria-keyshortcuts") ?? "",
      locked: radio.disabled,
      run: () => radio.click(),
    });
  }
  const seen = new Set();
  for (const link of document.querySelectorAll("#desk-recent th a")) {
    const text = `${link.textContent} ${link.closest("tr").cells[2].textContent}`;
    if (!seen.has(text)) list.push({ text, group: dataset.patients, searched: true, run: () => link.click() });
    seen.add(text);
  }
  const printing = localStorage.getItem(AUTO_PRINT) !== "off";
  list.push({ group: dataset.settings, text: printing ? dataset.printOff : dataset.printOn, run: () => localStorage.setItem(AUTO_PRINT, printing ? "off" : "on") });
  list.push({ group: dataset.settings, text: keysOff() ? dataset.keysOn : dataset.keysOff, run: () => switchKeys(!keysOff()) });
  return list;
}

function words(element) {
  const copy = element.cloneNode(true);
  for (const key of copy.querySelectorAll(".key")) key.remove();
  return copy.textContent.trim();
}

showReason();
showConnection();
focusFor(work.querySelector("[data-card]"));
print(work.querySelector("[data-card]"));
