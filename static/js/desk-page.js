// What the modules of the desk share: its three places, and how they speak.
export const input = document.getElementById("desk-q");
export const work = document.getElementById("desk-work");
export const region = document.getElementById("desk-sessions");
const say = document.querySelector("[data-desk-say]");

export const tell = (text) => (say.textContent = text);
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
export const textOf = (element) => element.textContent.replace(/\s+/g, " ").trim();
export const radios = () => [...region.querySelectorAll("[data-session-radio]")];
export const offline = () => ["stale", "gone"].includes(document.body.dataset.liveState);
