// Proves to the server that a browser takes its time for one booking: finds the number whose SHA-256, behind the
// salt, is the one asked for (ALTCHA's proof of work). Nothing leaves the page but the solution.

const BATCH = 500;
const box = document.querySelector("[data-challenge]");
const encoder = new TextEncoder();

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const matches = async (salt, number, wanted) =>
  hex(await crypto.subtle.digest("SHA-256", encoder.encode(salt + number))) === wanted;

const solve = async ({ salt, challenge, maxNumber }) => {
  for (let from = 0; from <= maxNumber; from += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, maxNumber - from + 1) }, (_, step) => from + step);
    const found = await Promise.all(numbers.map((number) => matches(salt, number, challenge)));
    const place = found.indexOf(true);
    if (place !== -1) return numbers[place];
  }
  return null;
};

const run = async () => {
  const asked = JSON.parse(box.dataset.challenge);
  const say = box.querySelector("[data-challenge-says]");
  if (!globalThis.crypto?.subtle) {
    say.textContent = box.dataset.cannot;
    return;
  }
  say.textContent = box.dataset.works;
  const number = await solve(asked);
  if (number === null) {
    say.textContent = box.dataset.cannot;
    return;
  }
  const { algorithm, challenge, salt, signature } = asked;
  const proof = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
  document.querySelector("input[name=proof]").value = proof;
  box.dataset.solved = "true";
  say.textContent = box.dataset.done;
};

if (box) run();
