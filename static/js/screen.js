// A waiting-room screen: lines in turn, more rooms than fit in turn, and when to load the page again.

import { forget, goOn, look } from "./calls.js";
import { heard, showLock } from "./sound.js";

const TURN_MS = 10_000;
const AGAIN_MS = 10_000; // a page loads itself again at most this often
const SPREAD_MS = 5_000; // not all screens of the house at once

const region = document.querySelector("[data-live]");
const page = document.querySelector("[data-live-page]");

// ---- more rooms than fit: pages in turn; one line at a time, never scrolling

let turn = 0;

function inTurn(things, wholePages) {
  const table = region.querySelector(".screen-table");
  const size = wholePages ? Number(getComputedStyle(table).getPropertyValue("--rows")) || 6 : 1;
  const pages = Math.ceil(things.length / size);
  things.forEach((thing, place) => {
    thing.hidden = pages > 1 && Math.floor(place / size) !== turn % pages;
  });
  if (wholePages) table.classList.toggle("is-paged", pages > 1);
}

function showTurn() {
  const rows = [...region.querySelectorAll(".screen-table:not(.one-room-queue) tbody tr")];
  if (rows.length) inTurn(rows, true);
  inTurn([...region.querySelectorAll("[data-notice]")], false);
}

setInterval(() => {
  turn += 1;
  showTurn();
}, TURN_MS);

// ---- load again: a new day, a new release, another set-up. Only while the server answers, and not again and again.

let loading = false;

async function again() {
  if (loading || performance.now() < AGAIN_MS) return;
  loading = true;
  try {
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
    if (answer.ok) {
      location.reload();
      return;
    }
  } catch {
    // no server: what is shown stays, and says how old it is
  }
  setTimeout(() => {
    loading = false;
  }, 2_000);
}

region.addEventListener("live:again", again);
region.addEventListener("live:update", () => {
  showTurn();
  look();
  const day = region.live?.at.slice(0, 10);
  const build = region.querySelector(".board")?.dataset.build;
  if ((day && day !== page.dataset.day) || (build && build !== page.dataset.build)) setTimeout(again, Math.random() * SPREAD_MS);
});
region.addEventListener("live:state", (event) => {
  if (event.detail.state === "stale" || event.detail.state === "gone") forget();
  else goOn();
});

// ---- what the managers' page says of this screen

function signs() {
  const scale = window.devicePixelRatio || 1;
  const size = `${Math.round(innerWidth * scale)}x${Math.round(innerHeight * scale)}`;
  if (region.live) region.live.signs = { sound: heard(), size, build: page.dataset.build };
}

setInterval(signs, 2_000);
setTimeout(signs);
showLock();
showTurn();
look();
