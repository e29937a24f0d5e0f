// A screen without an address: shows a code, and goes on by itself once a manager typed it.

const ASK_MS = 3_000;
const HOLDS_MS = 14 * 60_000; // a minute before the server lets the code go

const form = document.querySelector("[data-pair]");
const shown = document.querySelector("[data-pair-code]");
const state = document.querySelector("[data-pair-state]");
let pairing = null;

async function begin() {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), cache: "no-store" });
  if (!answer.ok) throw new Error(answer.status);
  pairing = { ...(await answer.json()), until: performance.now() + HOLDS_MS };
  shown.textContent = `${pairing.code.slice(0, 3)} ${pairing.code.slice(3)}`;
}

async function ask() {
  try {
    if (!pairing || performance.now() > pairing.until) await begin();
    const answer = await fetch(pairing.url, { method: "HEAD", cache: "no-store" });
    if (answer.ok) {
      location.replace(pairing.url);
      return;
    }
    state.textContent = state.dataset.waiting;
  } catch {
    state.textContent = state.dataset.lost;
  }
  setTimeout(ask, ASK_MS);
}

ask();
