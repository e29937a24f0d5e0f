// The patient's ticket: share it, be alerted near the turn, feel the call. All of it is extra: the page works without.

import { chime } from "./chime.js";

const NEAR = 3; // people ahead from which the alert rings

const region = document.querySelector("[data-live]");
let alerting = false;
let last = turn();

function turn() {
  const mark = region.querySelector("[data-turn]");
  return {
    state: mark?.dataset.turn ?? "",
    ahead: mark?.dataset.ahead === "" ? Infinity : Number(mark?.dataset.ahead ?? Infinity),
    title: mark?.dataset.title ?? "",
  };
}

async function ring(title) {
  navigator.vibrate?.([400, 200, 400, 200, 800]);
  chime(audio, [784, 587, 784], { gap: 0.35, volume: 0.4, length: 0.6 });
  if (window.Notification?.permission !== "granted") return;
  try {
    new Notification(title, { tag: "ticket", renotify: true, requireInteraction: true });
  } catch {
    // some phones show notifications only through a service worker
  }
}

let audio = null;

function prepare() {
  const share = region.querySelector("[data-share]");
  if (share) share.hidden = !(navigator.share || navigator.clipboard);
  const button = region.querySelector("[data-alert]");
  if (!button) return;
  button.hidden = false;
  if (alerting) {
    button.disabled = true;
    button.querySelector("span").textContent = button.dataset.on;
  }
}

region.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-alert]")) return;
  alerting = true;
  try {
    audio = new AudioContext();
    await audio.resume();
    if (window.Notification?.permission === "default") await Notification.requestPermission();
    await navigator.wakeLock?.request("screen");
  } catch {
    // whatever of these the phone has not, the others do
  }
  prepare();
});

region.addEventListener("live:update", () => {
  const now = turn();
  const called = now.state === "called" && last.state !== "called";
  const near = now.state === "waiting" && now.ahead <= NEAR && last.ahead > NEAR;
  if (called || (near && alerting)) ring(now.title);
  if (called) {
    scrollTo({ top: 0 });
    document.title = now.title;
  }
  last = now;
  prepare();
});

region.addEventListener("click", async (event) => {
  const share = event.target.closest("[data-share]");
  if (!share) return;
  try {
    if (navigator.share) {
      await navigator.share({ title: share.dataset.title, url: location.href });
    } else {
      await navigator.clipboard.writeText(location.href);
      share.textContent = share.dataset.copied;
    }
  } catch {
    // closed without sharing
  }
});

prepare();
