// The front desk. The server renders every state; this keeps the focus in the one input, lets one answer in at a time,
// and ties the parts together: the chosen session, printing, the scanner, the list of all commands.
import "./answers.js";
import "./desk-scanner.js";
import { commands } from "./desk-commands.js";
import { input, offline, region, tell, work } from "./desk-page.js";
import { print, PRINT_MS } from "./desk-print.js";
import { apply, choose, showReason } from "./desk-session.js";
import { listen } from "./keys.js";
import { openPalette } from "./palette.js";

let waiting = 0;
let queued = null;
let finding = false;
let asked = input.value; // what the input shows while nothing new is typed: for a search what is searched for

function showConnection() {
  document.querySelector("[data-stale-band]").hidden = !offline();
  for (const button of work.querySelectorAll("[data-takes-number] button, [data-primary]")) button.disabled = offline();
  apply();
}

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
  const wanted = wrong ?? first ?? card?.querySelector("[data-first]") ?? input;
  wanted.focus();
  if (wanted === input) input.select();
}

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
region.addEventListener("live:state", showConnection);

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

showReason();
showConnection();
focusFor(work.querySelector("[data-card]"));
print(work.querySelector("[data-card]"));
