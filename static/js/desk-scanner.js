// Where keys go that no field asked for: a scanner types wherever the focus is, and arrows walk through the people found.
import { input, work } from "./desk-page.js";

const SCAN_GAP_MS = 40;
const SCAN_MIN = 8;

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
