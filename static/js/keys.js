// Shortcuts of staff pages. What an element answers to stands in its own aria-keyshortcuts ("Alt+1", "Control+Enter",
// "Escape"); pressing the keys clicks it, or focuses it when it has data-focus-key. Keys are read by their place
// (event.code), so they work while a Chinese input method is on. All keys with a modifier can be switched off, and those
// with a letter changed, at this browser: what else listens for a key there is a matter of the machine.

const OFF = "fenliu.keys.off";
const OWN = "fenliu.keys.own"; // {"Alt+N": "Alt+Q"}: as delivered, as chosen
const PLACES = /^(?:Digit|Numpad|Key)([0-9A-Z])$/;
const NAMED = "[aria-keyshortcuts]:not([data-keys-done])";
const PRINTED = ".key:not([data-keys-done])";

export const keysOff = () => localStorage.getItem(OFF) === "1";
export const switchKeys = (off) => (off ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF));
export const own = () => JSON.parse(localStorage.getItem(OWN) ?? "{}");
export const spoken = (keys) => keys.replace("Control", "Ctrl").replace("Escape", "Esc").replaceAll("+", " ");

// The same keys as the page has them, for keys as they are pressed here.
const delivered = (keys) => Object.entries(own()).find(([, chosen]) => chosen === keys)?.[0] ?? keys;

export function changeKeys(chosen) {
  localStorage.setItem(OWN, JSON.stringify(chosen));
  for (const done of document.querySelectorAll("[data-keys-done]")) {
    if (done.matches(".key")) done.firstChild.data = done.dataset.keysDone;
    else done.setAttribute("aria-keyshortcuts", done.dataset.keysDone);
    delete done.dataset.keysDone;
  }
  print();
}

// What is printed on buttons and announced is what is to be pressed here.
function print() {
  const chosen = own();
  if (!Object.keys(chosen).length) return;
  for (const element of document.querySelectorAll(NAMED)) {
    const keys = element.getAttribute("aria-keyshortcuts");
    element.dataset.keysDone = keys;
    if (chosen[keys]) element.setAttribute("aria-keyshortcuts", chosen[keys]);
  }
  for (const key of document.querySelectorAll(PRINTED)) {
    if (!key.firstChild) continue;
    key.dataset.keysDone = key.firstChild.data;
    const keys = key.textContent.trim().replace("Ctrl", "Control").replaceAll(" ", "+");
    if (chosen[keys]) key.firstChild.data = spoken(chosen[keys]);
  }
}

// "Alt+1" of an event, or "" when it is no shortcut.
export function combination(event) {
  const place = PLACES.exec(event.code)?.[1] ?? { NumpadEnter: "Enter", Slash: "/" }[event.code] ?? event.code;
  const parts = [event.ctrlKey || event.metaKey ? "Control" : "", event.altKey ? "Alt" : "", event.shiftKey ? "Shift" : ""];
  const keys = [...parts.filter(Boolean), place].join("+");
  return keys.includes("+") || place === "Escape" ? keys : "";
}

// The first element that answers to these keys and can be seen; a disabled one too, so that it can say why.
export function target(keys) {
  const open = document.querySelector("dialog[open]");
  const named = [...(open ?? document).querySelectorAll(`[aria-keyshortcuts~="${CSS.escape(keys).replaceAll("\\+", "+")}"]`)];
  return named.find((element) => element.checkVisibility?.() ?? element.offsetParent !== null);
}

export function listen({ refuse = () => {}, before = () => false } = {}) {
  print();
  new MutationObserver(print).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing && event.code === "Escape") return;
    const keys = combination(event);
    const meant = delivered(keys);
    if (!keys || event.defaultPrevented || (keysOff() && meant !== "Escape" && meant !== "Control+Enter")) return;
    if (before(meant, event)) {
      event.preventDefault();
      return;
    }
    const element = target(keys);
    if (!element) return;
    event.preventDefault();
    if (event.repeat) return;
    if (element.disabled || element.getAttribute("aria-disabled") === "true") refuse(element);
    else if ("focusKey" in element.dataset) element.focus();
    else if ("nextChoice" in element.dataset) nextChoice(element);
    else press(element);
  });
}

// What opens is gone into at once.
function press(element) {
  element.click();
  if (element.matches("summary") && element.parentElement.open) element.parentElement.querySelector("select, input:not([type=hidden])")?.focus();
}

function nextChoice(group) {
  const radios = [...group.querySelectorAll("input[type=radio]")];
  radios[(radios.findIndex((radio) => radio.checked) + 1) % radios.length]?.click();
}
