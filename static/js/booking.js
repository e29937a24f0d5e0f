// What booking pages do beyond plain forms. Every page works without this file.
import "./poll.js";

// Without a time the page itself says so, above the times.
const chooseFirst = document.querySelector("[data-choose-first]");
document.querySelector("#hold")?.addEventListener("submit", (event) => {
  if (document.querySelector("input[name=slot]:checked") || !document.querySelector("input[name=slot]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  chooseFirst.hidden = false;
  chooseFirst.focus();
  chooseFirst.scrollIntoView({ block: "start" });
});

// Buttons keep their width, say what is going on and cannot be pressed twice.
for (const form of document.querySelectorAll("form[data-busy-text]")) {
  form.addEventListener("submit", () => {
    const buttons = [...document.querySelectorAll("button")].filter(
      (button) => button.form === form && button.type === "submit",
    );
    for (const button of buttons) {
      button.style.minWidth = `${button.offsetWidth}px`;
      button.dataset.label = button.textContent;
      button.textContent = form.dataset.busyText;
      setTimeout(() => { button.disabled = true; });
    }
  });
}
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[data-label]")) {
    button.textContent = button.dataset.label;
    button.disabled = false;
  }
});

// The bar at the bottom repeats the choice.
const choice = document.querySelector("[data-choice]");
const fee = document.querySelector("span[data-choice-fee]");
const rule = document.querySelector("p[data-choice-cancel]");
const forWhom = document.querySelector("[data-for-whom]");
const showChoice = () => {
  const slot = document.querySelector("input[name=slot]:checked");
  if (choice) choice.textContent = slot ? slot.dataset.choiceText : choice.dataset.empty;
  if (slot && fee) fee.textContent = slot.dataset.choiceFee;
  if (slot && rule) {
    rule.textContent = slot.dataset.choiceCancel;
    rule.hidden = false;
  }
  for (const link of slot ? document.querySelectorAll("a[data-keeps-choice]") : []) {
    const address = new URL(link.href);
    const back = new URL(address.searchParams.get("next"), location.href);
    back.searchParams.set("slot", slot.value);
    address.searchParams.set("next", back.pathname + back.search);
    link.href = address.href;
  }
  const patient = document.querySelector("input[name=patient]:checked");
  if (forWhom && patient) {
    forWhom.textContent = patient.dataset.name;
    document.querySelector("span[data-relation]").textContent = patient.dataset.relation;
  }
};
document.addEventListener("change", showChoice);
showChoice();

// Another time answers what was said of the last choice, by this page or by the server.
document.addEventListener("change", (event) => {
  if (event.target.name !== "slot") return;
  for (const said of document.querySelectorAll("[data-choose-first], .error-summary")) said.hidden = true;
});

// The hold counts down from the server's figure; it speaks at 5 and at 1 minute only.
const countdown = document.querySelector("[data-countdown]");
if (countdown) {
  const end = performance.now() + Number(countdown.dataset.seconds) * 1000;
  const bar = document.querySelector("progress");
  const announce = document.querySelector("[data-announce]");
  let last = Infinity;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    const [hours, minutes, seconds] = [left / 3600, (left / 60) % 60, left % 60].map(Math.floor);
    const two = (part) => String(part).padStart(2, "0");
    countdown.textContent = hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
    bar.value = left;
    if (last > 300 && left <= 300 && left > 60) announce.textContent = countdown.dataset.five;
    if (last > 60 && left <= 60) announce.textContent = countdown.dataset.one;
    last = left;
    if (left === 0) {
      clearInterval(timer);
      setTimeout(() => location.reload(), 1500);
    }
  };
  const timer = setInterval(tick, 500);
  countdown.hidden = false;
  tick();
}

// Today's ticket on the start page: people ahead and when to be back, as far as they are known.
for (const card of document.querySelectorAll("[data-live-card]")) {
  fetch(card.dataset.liveCard, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then(({ ahead, come_back_at: back }) => {
      if (ahead !== undefined && ahead !== null) {
        card.querySelector("[data-live-first]").textContent = card.dataset.ahead.replace("{n}", ahead);
      }
      if (back) {
        card.querySelector("[data-live-second]").textContent = card.dataset.back.replace("{time}", back.slice(11, 16));
      }
    })
    .catch(() => undefined);
}

// Send to family: the phone's own sheet, else the clipboard.
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share && !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = button.dataset.shareText;
    if (navigator.share) {
      await navigator.share({ text }).catch(() => undefined);
      return;
    }
    await navigator.clipboard.writeText(text);
    button.querySelector("span").textContent = button.dataset.copied;
  });
}
