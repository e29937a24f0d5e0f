// A waiting-room screen: calls one at a time (chime, speech, three slow pulses), notices in turn, the sound's unlock.

import { chime } from "./chime.js";

const CALL_MS = 12_000;
const CALL_MAX_MS = 20_000;
const CALL_LEAST_MS = 4_000; // a call that is over (gone in, passed, undone) leaves the card after this
const NOTICE_MS = 10_000;
const FIRST_LOOK_S = 20; // a page that has just been opened repeats only what was called this recently
const LATE_S = 90; // a call found after a lost connection is announced unless it is older
const KEPT = 200;

const region = document.querySelector("[data-live]");
const page = document.querySelector("[data-live-page]");
const unlock = document.querySelector("[data-unlock]");

// ---- sound

let audio = null;

function sound() {
  audio ??= new (window.AudioContext ?? window.webkitAudioContext)();
  if (audio.state === "suspended") audio.resume().catch(() => {});
  return audio;
}

function locked() {
  try {
    unlock.hidden = sound().state === "running";
  } catch {
    unlock.hidden = true; // no sound on this machine: the picture has to do
  }
}

unlock.addEventListener("click", () => {
  sound().onstatechange = locked;
  ring();
  speak([["zh-CN", " "]]);
  setTimeout(locked, 300);
});

function ring() {
  try {
    chime(sound(), [784, 587], { gap: 0.45, volume: 0.5, length: 0.8 });
  } catch {
    // the picture has to do
  }
}

function voiceFor(language) {
  const voices = window.speechSynthesis?.getVoices() ?? [];
  const [short] = language.split("-");
  return voices.find((voice) => voice.lang.replace("_", "-") === language) ?? voices.find((voice) => voice.lang.startsWith(short));
}

// Speak one text after another while wanted; resolves when the last one ended, at once where no voice exists.
async function speak(texts, wanted = () => true) {
  for (const [language, text] of texts) {
    const voice = voiceFor(language);
    if (!voice || !text || !wanted()) continue;
    await new Promise((done) => {
      const words = new SpeechSynthesisUtterance(text);
      words.voice = voice;
      words.lang = voice.lang;
      words.rate = 0.9;
      words.onend = words.onerror = done;
      window.speechSynthesis.speak(words);
    });
  }
}

// ---- calls, one at a time

const remembered = () => {
  try {
    return JSON.parse(sessionStorage.getItem("announced")) ?? [];
  } catch {
    return [];
  }
};
const announced = new Set(remembered());
const waiting = [];
let current = null; // the card that is being announced
let over = () => {}; // told when its call is over
let opened = false;

const cards = () => [...region.querySelectorAll("[data-call]")];
const lasts = (card) => cards().some((other) => other !== card && other.dataset.call === card.dataset.call);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function remember(id) {
  announced.add(id);
  for (const old of announced) {
    if (announced.size <= KEPT) break;
    announced.delete(old);
  }
  try {
    sessionStorage.setItem("announced", JSON.stringify([...announced]));
  } catch {
    // a private window: remembered until it closes
  }
}

function look() {
  for (const card of cards()) {
    const id = card.dataset.call;
    if (announced.has(id)) continue;
    remember(id);
    const age = (Date.parse(region.live?.at ?? region.dataset.at) - Date.parse(card.dataset.called)) / 1000;
    if (age <= (opened ? LATE_S : FIRST_LOOK_S)) waiting.push(card.cloneNode(true));
  }
  opened = true;
  if (current && !lasts(current)) over();
  show();
  if (!current) next();
}

function show() {
  const all = cards();
  const idle = region.querySelector("[data-idle]");
  const chosen = current ? all.find((card) => card.dataset.call === current.dataset.call) : all.at(-1);
  for (const card of all) card.hidden = card !== chosen;
  let shown = chosen;
  if (current && !chosen) {
    shown = current; // already inside: its announcement lasts a moment more
    region.querySelector(".board").prepend(current);
  }
  if (shown) shown.hidden = false;
  if (idle) idle.hidden = Boolean(shown);
  shown?.classList.toggle("is-new", shown.dataset.call === current?.dataset.call && !current.pulsed);
}

async function announce(card) {
  current = card;
  const ended = new Promise((done) => {
    over = done;
  });
  show();
  page.dataset.announcing = card.dataset.call;
  const { zh, en } = card.dataset;
  const texts = [["zh-CN", zh], ["en-US", en]];
  if (document.documentElement.lang === "en") texts.reverse();
  ring();
  const spoken = wait(1_100).then(() => speak(texts, () => current === card));
  const whole = Promise.all([wait(CALL_MS), Promise.race([spoken, wait(CALL_MAX_MS)])]);
  await Promise.race([whole, Promise.all([wait(CALL_LEAST_MS), ended])]);
  current = null;
  window.speechSynthesis?.cancel();
  card.remove();
}

async function next() {
  const live = () => page.dataset.liveState !== "stale" && page.dataset.liveState !== "gone";
  while (waiting.length && live()) {
    const card = waiting.shift();
    if (lasts(card)) await announce(card); // whoever went in or was passed meanwhile is not called again
  }
  delete page.dataset.announcing;
  show();
}

// ---- more rooms than fit: pages in turn

const ROWS = 6;
let leaf = 0;

function paginate() {
  const table = region.querySelector(".screen-table");
  const rows = [...(table?.tBodies[0]?.rows ?? [])];
  const pages = Math.ceil(rows.length / ROWS);
  table?.classList.toggle("is-paged", pages > 1);
  leaf = pages ? leaf % pages : 0;
  rows.forEach((row, place) => {
    row.hidden = pages > 1 && Math.floor(place / ROWS) !== leaf;
  });
}

setInterval(() => {
  leaf += 1;
  paginate();
}, NOTICE_MS);

// ---- notices, one at a time, never scrolling

const notices = [...document.querySelectorAll("[data-notice]")];
let turn = 0;
if (notices.length > 1) {
  setInterval(() => {
    notices[turn].hidden = true;
    turn = (turn + 1) % notices.length;
    notices[turn].hidden = false;
  }, NOTICE_MS);
}

// ---- a new day, or a new release of the page: load it again, but only while the server answers

region.addEventListener("live:update", () => {
  paginate();
  look();
  const day = region.live?.at.slice(0, 10);
  if (day && day !== page.dataset.day) location.reload();
});
region.addEventListener("live:state", (event) => {
  if (event.detail.state === "stale" || event.detail.state === "gone") waiting.length = 0;
  else if (!current) next();
});

window.speechSynthesis?.getVoices();
locked();
paginate();
look();
