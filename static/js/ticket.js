// The patient's ticket: share it, be alerted near the turn, feel the call, put it on the home screen, keep its last
// known state for the time without a connection. All of it is extra: the page works without.

import { chime } from "./chime.js";
import { keep } from "./kept.js";

const region = document.querySelector("[data-live]");
let alerting = false;
let last = turn();
let worker = null;
let offered = null;

function turn() {
  const mark = region.querySelector("[data-turn]");
  const number = (name, otherwise) => (mark?.dataset[name] ? Number(mark.dataset[name]) : otherwise);
  return {
    state: mark?.dataset.turn ?? "",
    ahead: number("ahead", Infinity),
    near: number("near", 0),
    title: mark?.dataset.title ?? "",
  };
}

async function ring(title) {
  navigator.vibrate?.([400, 200, 400, 200, 800]);
  chime(audio, [784, 587, 784], { gap: 0.35, volume: 0.4, length: 0.6 });
  if (window.Notification?.permission !== "granted") return;
  const options = { tag: "ticket", renotify: true, requireInteraction: true, data: location.pathname };
  try {
    if (worker) await worker.showNotification(title, options);
    else new Notification(title, options);
  } catch {
    // a phone that shows none
  }
}

let audio = null;

function prepare() {
  const share = region.querySelector("[data-share]");
  if (share) share.hidden = !(navigator.share || navigator.clipboard);
  const install = region.querySelector("[data-install]");
  if (install) install.hidden = !offered;
  const button = region.querySelector("[data-alert]");
  if (!button) return;
  button.hidden = false;
  if (alerting) {
    button.disabled = true;
    button.querySelector("span").textContent = button.dataset.on;
  }
}

async function alertMe() {
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
}

async function share(button) {
  try {
    if (navigator.share) {
      await navigator.share({ title: button.dataset.title, url: location.href });
    } else {
      await navigator.clipboard.writeText(location.href);
      button.textContent = button.dataset.copied;
    }
  } catch {
    // closed without sharing
  }
}

async function install() {
  const offer = offered;
  offered = null; // it can be taken up once
  prepare();
  await offer?.prompt();
}

region.addEventListener("click", (event) => {
  if (event.target.closest("[data-alert]")) alertMe();
  if (event.target.closest("[data-install]")) install();
  const button = event.target.closest("[data-share]");
  if (button) share(button);
});

region.addEventListener("live:update", () => {
  const now = turn();
  const called = now.state === "called" && last.state !== "called";
  const near = now.state === "waiting" && now.ahead <= now.near && last.ahead > now.near;
  if (called || (near && alerting)) ring(now.title);
  if (called) {
    scrollTo({ top: 0 });
    document.title = now.title;
  }
  last = now;
  prepare();
  keep(region, now.state);
});

region.addEventListener("live:state", (event) => {
  const { state } = event.detail;
  if (state === "gone" || state === "stale") keep(region, state === "gone" ? state : last.state);
});
addEventListener("pagehide", () => keep(region, last.state));
document.addEventListener("visibilitychange", () => document.hidden && keep(region, last.state));
addEventListener("load", () => keep(region, last.state));
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered = event;
  prepare();
});

navigator.serviceWorker?.register("/t/worker.js").then(
  async () => {
    worker = await navigator.serviceWorker.ready;
  },
  () => {}, // a browser that allows none here
);
prepare();
