// The expert's page: keys, the countdown to the next recall, running times. The server renders every state.
import "./answers.js";
import { listen } from "./keys.js";

const region = document.getElementById("room");
const started = { wall: Date.parse(document.querySelector("[data-clock]").dataset.now) + 500, steady: performance.now() };
const now = () => started.wall + performance.now() - started.steady; // the hospital's clock, which the demo may move
const SLOW_MS = 60_000;

function tick() {
  for (const node of region.querySelectorAll("[data-since-moment]")) {
    const seconds = Math.max(0, Math.floor((now() - Date.parse(node.dataset.sinceMoment)) / 1000));
    const [text, n] = seconds < 180 ? [node.dataset.text, seconds] : [node.dataset.textMin, Math.floor(seconds / 60)];
    node.textContent = text.replace("{n}", n);
  }
  for (const button of region.querySelectorAll("[data-until]")) countdown(button);
}

function countdown(button) {
  const left = Math.ceil((Date.parse(button.dataset.until) - now()) / 1000);
  const why = document.getElementById(button.getAttribute("aria-describedby"));
  if (left > 0) {
    why.textContent = why.dataset.countdown.replace("{n}", left);
    return;
  }
  button.removeAttribute("data-until");
  button.disabled = offline();
  why.textContent = "";
}

const offline = () => ["stale", "gone"].includes(document.body.dataset.liveState);

function connection() {
  document.querySelector("[data-stale-band]").hidden = !offline();
}

// What is asked beside the page opens over it, and closes once it is sent.
const dialog = document.getElementById("room-dialog");

function sheet(form) {
  if (form) dialog.showModal();
  else dialog.close();
}

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-sheet-close]")) return;
  event.preventDefault();
  dialog.close();
});

document.addEventListener("htmx:before:request", () => region.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.target === region) region.live?.answered(ctx.response.raw.headers.get("ETag"));
});
document.addEventListener("htmx:finally:request", (event) => {
  region.removeAttribute("aria-busy");
  const raw = event.detail.ctx.response?.raw;
  const asked = dialog.querySelector("form, article");
  if (dialog.contains(event.detail.ctx.target)) {
    if (raw?.ok) sheet(asked);
    return;
  }
  if (dialog.open && raw) sheet(null);
  tick();
  const sure = document.getElementById("room-pass-sure");
  const likely = region.querySelector(".room-action.btn-primary");
  (sure ?? likely)?.focus({ preventScroll: true });
});
region.addEventListener("live:update", tick);
region.addEventListener("live:state", connection);
setInterval(tick, 1000);
setInterval(() => region.live?.poll(), SLOW_MS);

listen();
tick();
