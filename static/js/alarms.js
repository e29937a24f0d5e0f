// Calls for help out of the rooms, on every page of the desk and the managers: shown, sounded, spoken, in the title.
// The region is rendered by the server; this makes it heard until somebody goes there.
import { chime } from "./chime.js";
import { keysOff } from "./keys.js";

const AGAIN_MS = 15_000;
const TONES = [880, 660, 880, 660];

const region = document.getElementById("alarms");
const title = document.title;
const heard = new Map(); // alarm: when it last sounded
let audio = null;

// Browsers let a page sound only after somebody has touched it.
for (const touch of ["pointerdown", "keydown"]) {
  addEventListener(touch, () => (audio ??= new AudioContext()), { once: true });
}

function ring() {
  const ringing = [...region.querySelectorAll("[data-alarm]")];
  document.title = ringing.length ? `${ringing[0].dataset.sayAlarm} – ${title}` : title;
  for (const alarm of ringing) {
    const last = heard.get(alarm.dataset.alarm) ?? -AGAIN_MS;
    if (performance.now() - last < AGAIN_MS) continue;
    heard.set(alarm.dataset.alarm, performance.now());
    chime(audio, TONES, { gap: 0.25, volume: 0.5, length: 0.6 });
    say(alarm.dataset.sayAlarm);
  }
}

function say(text) {
  if (!window.speechSynthesis) return;
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = document.documentElement.lang === "en" ? "en" : "zh-CN";
  speechSynthesis.speak(spoken);
}

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyH" || event.repeat || keysOff()) return;
  const button = region.querySelector("[data-alarm] button");
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  button.click();
});
region.addEventListener("live:update", ring);
setInterval(ring, 1000);
