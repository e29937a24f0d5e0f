// The shortcuts of a page: seen, changed, switched off. One line for each key that the page knows now.
import { changeKeys, combination, keysOff, own, spoken, switchKeys } from "./keys.js";

const dialog = document.getElementById("keys");
const list = dialog.querySelector("[data-keys-list]");
const row = dialog.querySelector("[data-keys-row]");
const say = dialog.querySelector("[data-keys-say]");
const on = dialog.querySelector("[data-keys-on]");
const THE_BROWSERS = ["Alt+D", "Alt+E", "Alt+F"];
const CHANGEABLE = /^(Alt|Control)\+([A-Z]|\/)$/;
let changing = null;

export function openKeys() {
  show();
  say.textContent = dialog.dataset.begin;
  on.checked = !keysOff();
  dialog.showModal();
}

// What each key as delivered does, in the words of the page; some belong to cards that are not shown now.
function known() {
  const named = new Map();
  for (const item of document.querySelectorAll("[data-keys-also] > [data-keys]")) named.set(item.dataset.keys, words(item));
  for (const element of document.querySelectorAll("[aria-keyshortcuts]:not([data-session-radio]):not(dialog *)")) {
    const keys = element.dataset.keysDone ?? element.getAttribute("aria-keyshortcuts");
    const text = words(element);
    if (text && !named.has(keys)) named.set(keys, text);
  }
  return named;
}

// What an element is called, without its keys and its choices.
export function words(element) {
  const label = element.labels?.[0] ?? element.closest("fieldset")?.querySelector("legend") ?? element;
  const copy = label.cloneNode(true);
  for (const other of copy.querySelectorAll(".key, input, select, [data-fee]")) other.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function show() {
  const chosen = own();
  const lines = [...known()].sort(([one], [other]) => one.localeCompare(other)).map(([keys, text]) => {
    const line = row.content.cloneNode(true);
    line.querySelector("[data-keys-words]").textContent = text;
    line.querySelector("kbd").textContent = spoken(chosen[keys] ?? keys);
    const change = line.querySelector("button");
    change.dataset.keys = keys;
    change.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: ` ${text}` }));
    if (!CHANGEABLE.test(keys)) change.remove();
    return line;
  });
  list.replaceChildren(...lines);
}

// Why these keys cannot be taken; empty when they can.
function wrong(keys) {
  if (!/^Alt\+(Shift\+)?[A-Z]$/.test(keys)) return dialog.dataset.only;
  if (THE_BROWSERS.includes(keys)) return dialog.dataset.browser;
  const chosen = own();
  const taken = [...known()].find(([other]) => other !== changing && (chosen[other] ?? other) === keys);
  return taken ? dialog.dataset.taken.replace("{text}", taken[1]) : "";
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-keys]");
  if (!button) return;
  changing = button.dataset.keys;
  say.textContent = dialog.dataset.press;
});

// Heard before the page hears it: the new keys are not meant to do anything yet.
window.addEventListener(
  "keydown",
  (event) => {
    if (!changing || !dialog.open || ["Alt", "Shift", "Control", "Meta"].includes(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const keys = combination(event);
    const why = keys === "Escape" ? "" : wrong(keys);
    say.textContent = why;
    if (why) return;
    const before = changing;
    if (keys !== "Escape") change(before, keys);
    changing = null;
    list.querySelector(`[data-keys="${before}"]`)?.focus();
  },
  true,
);

function change(before, keys) {
  const { [before]: _old, ...others } = own();
  changeKeys(keys === before ? others : { ...others, [before]: keys });
  show();
  say.textContent = dialog.dataset.done.replace("{keys}", spoken(keys));
}

on.addEventListener("change", () => switchKeys(!on.checked));
dialog.querySelector("[data-keys-reset]").addEventListener("click", () => {
  changeKeys({});
  show();
  say.textContent = dialog.dataset.reset;
});
dialog.addEventListener("close", () => (changing = null));
for (const button of document.querySelectorAll("[data-keys-open]")) button.addEventListener("click", openKeys);
