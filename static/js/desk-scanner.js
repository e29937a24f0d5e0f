// Where keys go that no field asked for: a scanner types wherever the focus is, and arrows walk through the people found.
import { input, work } from "./desk-page.js";
import { listenForScans } from "./scanner.js";

// Several people found: the arrows go through them; nobody is chosen by Enter alone.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const choices = [...work.querySelectorAll(".desk-choice")];
  if (!step || !choices.length || (event.target !== input && !event.target.matches(".desk-choice"))) return;
  event.preventDefault();
  const next = choices.indexOf(event.target) + step;
  (choices[next] ?? (next < 0 ? input : choices.at(-1))).focus();
});

listenForScans({
  fields: "input:not([type=radio]):not(#palette-q), select",
  meant: () => input,
  scanned(text) {
    input.value = text;
    document.querySelector("[data-find]").requestSubmit();
  },
});

// A scanner types wherever the focus is: characters that no field wants go to the input.
document.addEventListener("keydown", (event) => {
  if (event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=radio]), select, textarea, summary, [contenteditable]")) return;
  if (event.key === " " && event.target.closest("button, a, [role=button], input")) return;
  input.focus();
  if (input.value === input.dataset.shown) input.select();
});
