// Today's list by keyboard: type to filter, arrows to a line, Enter opens it. The scanner and every letter go to the input.
import "./answers.js";
import { listen } from "./keys.js";
import "./keys-help.js";

const input = document.getElementById("today-q");
const list = document.getElementById("today");
const lines = () => [...list.querySelectorAll("[data-line]")];

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = lines().indexOf(event.target);
  if (step && (event.target === input || at >= 0)) {
    event.preventDefault();
    (lines()[at + step] ?? (step < 0 ? input : lines().at(-1)))?.focus();
  } else if (at >= 0 && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey) {
    input.focus();
    input.select();
  }
});

// What is new while somebody walks through the lines must not take the line away.
let kept = -1;
document.addEventListener("htmx:before:swap", () => (kept = lines().indexOf(document.activeElement)));
document.addEventListener("htmx:after:swap", () => kept >= 0 && (lines()[kept] ?? input).focus());

listen();
