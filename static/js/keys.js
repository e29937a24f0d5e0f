// Shortcuts of staff pages. What an element answers to stands in its own aria-keyshortcuts ("Alt+1", "Control+Enter",
// "Escape"); pressing the keys clicks it, or focuses it when it has data-focus-key. Keys are read by their place
// (event.code), so they work while a Chinese input method is on. All keys with a modifier can be switched off.

const OFF = "fenliu.keys.off";
const PLACES = /^(?:Digit|Numpad|Key)([0-9A-Z])$/;

export const keysOff = () => localStorage.getItem(OFF) === "1";
export const switchKeys = (off) => (off ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF));

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
  document.addEventListener("keydown", (event) => {
    if (event.isComposing && event.code === "Escape") return;
    const keys = combination(event);
    if (!keys || (keysOff() && keys !== "Escape" && keys !== "Control+Enter")) return;
    if (before(keys, event)) {
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
    else element.click();
  });
}

function nextChoice(group) {
  const radios = [...group.querySelectorAll("input[type=radio]")];
  radios[(radios.findIndex((radio) => radio.checked) + 1) % radios.length]?.click();
}
