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

export function openPalette(offered, returnTo) {
  commands = offered;
  back = returnTo;
  field.value = "";
  filter();
  dialog.showModal();
  field.focus();
}

function filter() {
  const wanted = field.value.trim().toLowerCase().split(/\s+/);
  hits = commands.filter((one) => wanted.every((word) => `${one.text} ${one.note ?? ""}`.toLowerCase().includes(word)));
  at = 0;
  asked = null;
  count.textContent = count.dataset.count.replace("{n}", hits.length);
  show();
}

function show() {
  list.replaceChildren(...hits.map(line));
  field.setAttribute("aria-activedescendant", hits.length ? `palette-${at}` : "");
  list.children[at]?.scrollIntoView({ block: "nearest" });
}

function line(one, index) {
  const item = Object.assign(document.createElement("li"), { id: `palette-${index}` });
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", String(index === at));
  if (one.locked) item.setAttribute("aria-disabled", "true");
  const text = Object.assign(document.createElement("span"), { textContent: one === asked ? `${one.text} — ${dialog.dataset.again}` : one.text });
  const side = document.createElement("span");
  if (one.note) side.append(Object.assign(document.createElement("span"), { textContent: one.note, className: "muted small-text" }), " ");
  if (one.key) side.append(Object.assign(document.createElement("kbd"), { textContent: one.key.replace("Control", "Ctrl").replace("Escape", "Esc").replaceAll("+", " "), className: "key" }));
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
