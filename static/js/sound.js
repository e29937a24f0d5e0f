// What a screen makes heard: a chime, then a voice. The browser's own voice if it has one for the language, else a clip
// that the server spoke, else the chime alone. Browsers keep sound locked until somebody presses the button once.

import { chime } from "./chime.js";

const SPOKEN_MAX_MS = 9_000; // some voices never say that they ended

const page = document.querySelector("[data-live-page]");
const unlock = document.querySelector("[data-unlock]");
const wanted = page.dataset.sound;

let audio = null;
let clipsWork = Boolean(page.dataset.clips);

function context() {
  audio ??= new (window.AudioContext ?? window.webkitAudioContext)();
  if (audio.state === "suspended") audio.resume().catch(() => {});
  return audio;
}

function isLocked() {
  try {
    return context().state !== "running";
  } catch {
    return false; // no sound on this machine: the picture has to do
  }
}

export function showLock() {
  unlock.hidden = wanted === "off" || !isLocked();
}

unlock.addEventListener("click", () => {
  context().onstatechange = showLock;
  ring();
  if (wanted === "voice") say("zh-CN", " ");
  setTimeout(showLock, 300);
});

function voiceFor(language) {
  const voices = window.speechSynthesis?.getVoices() ?? [];
  const [short] = language.split("-");
  return voices.find((voice) => voice.lang.replace("_", "-") === language) ?? voices.find((voice) => voice.lang.startsWith(short));
}

// What this screen can make heard now, for the managers' page.
export function heard() {
  if (wanted === "off") return "off";
  if (isLocked()) return "locked";
  if (wanted === "chime") return "chime";
  if (voiceFor("zh-CN")) return "voice";
  return clipsWork ? "clips" : "chime";
}

export function ring() {
  if (wanted === "off") return;
  try {
    chime(context(), [784, 587], { gap: 0.45, volume: 0.5, length: 0.8 });
  } catch {
    // the picture has to do
  }
}

function say(language, text) {
  const voice = voiceFor(language);
  if (!voice || !text) return null;
  return new Promise((done) => {
    const words = new SpeechSynthesisUtterance(text);
    words.voice = voice;
    words.lang = voice.lang;
    words.rate = 0.9;
    words.onend = words.onerror = done;
    setTimeout(done, SPOKEN_MAX_MS);
    window.speechSynthesis.speak(words);
  });
}

let playing = null;

async function play(address) {
  if (!clipsWork || isLocked()) return;
  const answer = await fetch(address, { cache: "no-store" });
  if (answer.status !== 200) return; // 204: over already, or nobody here can speak
  const source = context().createBufferSource();
  source.buffer = await context().decodeAudioData(await answer.arrayBuffer());
  source.connect(context().destination);
  await new Promise((done) => {
    playing = source;
    source.onended = done;
    source.start();
  });
}

// Speak a call, one language after another, while it is still wanted. Resolves when the last one ended.
export async function speak(call, languages, isWanted) {
  if (wanted !== "voice") return;
  for (const [language, voice, text] of languages) {
    if (!isWanted()) return;
    try {
      await (say(voice, text) ?? play(`${page.dataset.clips}${call}/${language}/`));
    } catch {
      clipsWork = false; // a clip that cannot be decoded: the chime has to do
    }
  }
}

export function hush() {
  window.speechSynthesis?.cancel();
  try {
    playing?.stop();
  } catch {
    // it had not begun
  }
  playing = null;
}

window.speechSynthesis?.getVoices();
