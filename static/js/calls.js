// Calls are announced one at a time: card, chime, voice. What is over meanwhile makes room, what is old is left out.

import { hush, ring, speak } from "./sound.js";

const CALL_MS = 12_000;
const CALL_MAX_MS = 20_000;
const CALL_LEAST_MS = 4_000; // a call that is over (gone in, passed, undone) leaves the card after this
const FIRST_LOOK_S = 20; // a page that has just been opened repeats only what was called this recently
const LATE_S = 90; // a call found after a lost connection is announced unless it is older
const KEPT = 200;

const region = document.querySelector("[data-live]");
const page = document.querySelector("[data-live-page]");

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

export function look() {
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
  goOn();
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
  shown?.classList.toggle("is-new", shown.dataset.call === current?.dataset.call);
}

async function announce(card) {
  current = card;
  const ended = new Promise((done) => {
    over = done;
  });
  show();
  page.dataset.announcing = card.dataset.call;
  ring();
  const spoken = wait(1_100).then(() => speak(card.dataset.call, words(card), () => current === card));
  const whole = Promise.all([wait(CALL_MS), Promise.race([spoken, wait(CALL_MAX_MS)])]);
  await Promise.race([whole, Promise.all([wait(CALL_LEAST_MS), ended])]);
  current = null;
  hush();
  card.remove();
}

// [language of the page, language of the voice, text], in the screen's order
function words(card) {
  const texts = { "zh-hans": ["zh-CN", card.dataset.zh], en: ["en-US", card.dataset.en] };
  return page.dataset.languages.split(" ").map((language) => [language, ...texts[language]]);
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

export function goOn() {
  if (!current) next();
}

export function forget() {
  waiting.length = 0;
}
