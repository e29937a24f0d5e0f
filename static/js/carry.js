// Switching the language or the size of the text loads the page again: what was typed and chosen so far goes along.
// It waits in this tab for that one load only, and passwords and files never do.
const KEY = "carried";
const FRESH_MS = 30_000;
const NEVER = new Set(["hidden", "password", "file", "submit", "button"]);

const fields = () => [...document.querySelectorAll("main :is(input, select, textarea)")].filter(
  (field) => field.form && field.name && !NEVER.has(field.type),
);
const isChoice = (field) => field.type === "radio" || field.type === "checkbox";
const nameOf = (field) => JSON.stringify([
  field.form.getAttribute("action"), field.form.id, field.name, isChoice(field) ? field.value : null,
]);

for (const form of document.querySelectorAll("form[data-carry]")) {
  form.addEventListener("submit", () => {
    const typed = fields().map((field) => [nameOf(field), isChoice(field) ? field.checked : field.value]);
    sessionStorage.setItem(KEY, JSON.stringify({ at: Date.now(), typed }));
  });
}

const restore = () => {
  const { at, typed } = JSON.parse(sessionStorage.getItem(KEY) ?? '{"at": 0, "typed": []}');
  sessionStorage.removeItem(KEY);
  if (Date.now() - at > FRESH_MS) return;
  const left = fields();
  for (const [name, value] of typed) {
    const place = left.findIndex((field) => nameOf(field) === name);
    if (place < 0) continue;
    const [field] = left.splice(place, 1);
    const part = isChoice(field) ? "checked" : "value";
    if (field[part] === value) continue;
    field[part] = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
};
document.addEventListener("DOMContentLoaded", restore);
