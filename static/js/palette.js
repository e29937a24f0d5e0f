import { initials } from "./initials.js";
import { spoken } from "./keys.js";

// The list of all commands: a dialog with a filter. The first hit is never one that takes money; those ask once more.

const dialog = document.getElementById("palette");
const field = document.getElementById("palette-q");
const list = document.getElementById("palette-list");
const count = dialog?.querySelector("[data-count]");
let commands = [];
let hits = [];
let at = 0;
let asked = null;
let back = null;
let search = () => {};

export function openPalette(offered, returnTo, searchFor) {
  commands = offered;
  search = searchFor;
  back = returnTo;
  field.value = "";
  filter();
  dialog.showModal();
  field.focus();
}

function filter() {
  const wanted = field.value.trim().toLowerCase().split(/\s+/);
  hits = commands.filter((one) => wanted.every((word) => `${one.text} ${one.note ?? ""} ${initials(one.text)}`.toLowerCase().includes(word)));
  if (!wanted[0]) hits = hits.filter((one) => !one.searched);
  at = 0;
  asked = null;
  count.textContent = count.dataset.count.replace("{n}", hits.length);
  if (wanted[0]) hits.push(finding(field.value.trim()));
  show();
}

// What is no command may be a patient: the last hit hands the text to the one input.
function finding(text) {
  const { find, patients } = dialog.dataset;
  return { text: find.replace("{text}", () => text), group: patients, run: () => search(text) };
}

function show() {
  const titled = hits.map((one, index) => (one.group && one.group !== hits[index - 1]?.group ? [title(one.group), line(one, index)] : [line(one, index)]));
  list.replaceChildren(...titled.flat());
  field.setAttribute("aria-activedescendant", hits.length ? `palette-${at}` : "");
  document.getElementById(`palette-${at}`)?.scrollIntoView({ block: "nearest" });
}

function title(text) {
  const item = Object.assign(document.createElement("li"), { textContent: text, className: "palette-group" });
  item.setAttribute("role", "presentation");
  return item;
}

function line(one, index) {
  const item = Object.assign(document.createElement("li"), { id: `palette-${index}` });
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", String(index === at));
  if (one.locked) item.setAttribute("aria-disabled", "true");
  const text = Object.assign(document.createElement("span"), { textContent: one === asked ? `${one.text} — ${dialog.dataset.again}` : one.text });
  const side = document.createElement("span");
  if (one.note) side.append(Object.assign(document.createElement("span"), { textContent: one.note, className: "muted small-text" }), " ");
  if (one.key) side.append(Object.assign(document.createElement("kbd"), { textContent: spoken(one.key), className: "key" }));
  item.append(text, side);
  item.addEventListener("click", () => {
    at = index;
    run();
  });
  return item;
}

function run() {
  const one = hits[at];
  if (!one || one.locked) return;
  if (one.money && asked !== one) {
    asked = one;
    show();
    return;
  }
  dialog.close();
  one.run();
}

field?.addEventListener("input", filter);
field?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && hits.length) {
    event.preventDefault();
    at = (at + step + hits.length) % hits.length;
    show();
  } else if (event.key === "Enter") {
    event.preventDefault();
    run();
  }
});
dialog?.addEventListener("close", () => back?.focus());
dialog?.addEventListener("click", (event) => event.target === dialog && dialog.close());
