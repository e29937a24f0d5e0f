// The kiosk. The server renders every step; this brings the scanner's text where it belongs, returns to the start when
// nobody is there any more, reads aloud, and says so when there is no connection.
import { readAloud, stopReading, voiceOf } from "./kiosk-voice.js";
import { listenForScans } from "./scanner.js";

const region = document.getElementById("kiosk");
const { home, alive } = document.body.dataset;
const WARN_S = 10;
const ALIVE_MS = 10_000;
const AGAIN_MS = 1_000; // a sign of life that went lost is sent again before anything is said
const OFFLINE_AFTER_MS = 15_000;
const DEFAULT_LANGUAGE = document.documentElement.lang;
const loadedAt = performance.now();
const RELOAD_MS = 6 * 3_600_000;

const root = () => region.firstElementChild;
const inStep = (selector) => region.querySelector(selector);
const scanner = () => inStep("#scan");
const fill = (text, n) => text.replace("{n}", n);

// ---- each step

let aloud = false;

function arrived() {
  const { hospitalName, title, step } = root().dataset;
  document.documentElement.lang = root().lang;
  document.querySelector("[data-hospital]").textContent = hospitalName;
  document.title = title;
  (inStep("[data-focus]") ?? scanner()).focus();
  if (step === "start" && root().lang === DEFAULT_LANGUAGE) aloud = false;
  stay();
  showVoice();
}

function showVoice() {
  const button = inStep("[data-aloud]");
  button.hidden = !voiceOf(button.dataset.voice);
  button.setAttribute("aria-pressed", aloud);
  stopReading();
  if (aloud && !button.hidden) readAloud(region, button.dataset.voice);
}

window.speechSynthesis?.addEventListener?.("voiceschanged", showVoice);
document.addEventListener("htmx:before:response", (event) => {
  const { raw } = event.detail.ctx.response;
  if (raw.headers.has("X-Region")) return;
  event.preventDefault();
  location.reload(); // no kiosk any more, or a newer version of the product
});
document.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx.target !== region) return;
  region.removeAttribute("aria-busy");
  if (event.detail.ctx.status === "swapped") arrived();
});
document.addEventListener("htmx:before:request", (event) => {
  if (event.detail.ctx.target !== region) return;
  if (region.hasAttribute("aria-busy")) event.preventDefault(); // pressed twice
  region.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:error", () => {
  region.removeAttribute("aria-busy");
  lost({ atOnce: true });
});

// ---- back to the start

let leftAt = 0;

function stay(event) {
  leftAt = performance.now() + Number(root().dataset.seconds) * 1000;
  const warning = inStep("[data-warning]");
  if (!warning.hidden) {
    if (event?.key === "Enter" || event?.key === " ") event.preventDefault(); // meant for the warning, not for the field
    warning.hidden = true;
    (inStep("[data-focus]") ?? scanner()).focus();
  }
}

function tick() {
  const { step } = root().dataset;
  const left = Math.max(0, Math.ceil((leftAt - performance.now()) / 1000));
  const count = inStep("[data-count]");
  if (count) count.textContent = fill(count.dataset.text, left);
  if (step === "start" && root().lang === DEFAULT_LANGUAGE) {
    if (performance.now() - loadedAt > RELOAD_MS && offlineSince === 0) location.reload();
    return;
  }
  const warning = inStep("[data-warning]");
  const text = inStep("[data-warning-text]");
  if (!count && left <= WARN_S) {
    if (warning.hidden) inStep("[data-say]").textContent = fill(text.dataset.text, left); // said once, shown every second
    warning.hidden = false;
    text.textContent = fill(text.dataset.text, left);
  }
  if (left === 0 && !region.hasAttribute("aria-busy")) {
    stay();
    window.htmx.ajax("GET", home, { target: "#kiosk", swap: "innerHTML" });
  }
}

setInterval(tick, 500);
for (const sign of ["pointerdown", "keydown"]) document.addEventListener(sign, stay, true);

// ---- what is pressed on the glass

region.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (key) press(key);
  if (event.target.closest("[data-aloud]")) {
    aloud = !aloud;
    showVoice();
  }
  const help = event.target.closest("[data-help]");
  if (help) {
    const words = inStep("#kiosk-help");
    words.hidden = !words.hidden;
    help.setAttribute("aria-expanded", !words.hidden);
  }
});

function press(key) {
  const field = inStep("input[data-focus]");
  if (key === "Backspace") field.value = field.value.slice(0, -1);
  else if (field.value.length < field.maxLength) field.value += key;
  inStep("[data-say]").textContent = field.value.split("").join(" ");
}

// ---- the scanner and the card reader type wherever the focus is, faster than fingers, and end with Enter

document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.target.closest?.("input")) return;
    if (event.key.length === 1 && event.key !== " ") scanner().focus();
  },
  true,
);
listenForScans({
  fields: "input",
  meant: scanner,
  scanned(text) {
    scanner().value = text;
    scanner().form.requestSubmit();
  },
});

// ---- the connection

const offline = document.querySelector("[data-offline]");
let offlineSince = 0;

// A missed sign of life is no reason yet to take somebody's entry away; an entry that got no answer is.
function lost({ atOnce = false } = {}) {
  offlineSince ||= performance.now();
  if (atOnce) offlineSince = -OFFLINE_AFTER_MS;
  showConnection();
}

function showConnection() {
  const shown = offlineSince !== 0 && performance.now() - offlineSince >= OFFLINE_AFTER_MS - ALIVE_MS;
  if (shown === !offline.hidden) return;
  offline.hidden = !shown;
  region.inert = shown;
  const time = document.querySelector("[data-clock]").textContent;
  for (const since of offline.querySelectorAll("[data-since]")) since.textContent = since.dataset.since.replace("{time}", time);
  if (!shown) window.htmx.ajax("GET", home, { target: "#kiosk", swap: "innerHTML" });
}

async function beat() {
  let next = AGAIN_MS;
  try {
    const token = inStep("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(alive, { method: "POST", headers: { "X-CSRFToken": token }, signal: AbortSignal.timeout(4_000) });
    if (answer.status === 403) location.reload();
    if (!answer.ok) throw new Error(answer.status);
    offlineSince = 0;
    next = ALIVE_MS;
    showConnection();
  } catch {
    lost();
  }
  setTimeout(beat, next);
}

setTimeout(beat, ALIVE_MS);
setInterval(showConnection, 1_000);
arrived();
