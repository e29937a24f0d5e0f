// The slip of a new ticket prints by itself, once; it can be printed again, and the printing switched off.
import { work } from "./desk-page.js";

const AUTO_PRINT = "fenliu.desk.print";
const PRINTED = "fenliu.desk.printed";
export const PRINT_MS = 50;

export const printing = () => localStorage.getItem(AUTO_PRINT) !== "off";
export const switchPrinting = (on) => localStorage.setItem(AUTO_PRINT, on ? "on" : "off");

export function print(card) {
  if (!card || !("print" in card.dataset) || !printing()) return;
  const code = card.dataset.ticket;
  if (sessionStorage.getItem(PRINTED) === code) return;
  sessionStorage.setItem(PRINTED, code);
  setTimeout(() => window.print(), PRINT_MS);
}

function reprint(event) {
  if (!event.target.closest("[data-reprint]")) return;
  event.preventDefault();
  const again = work.querySelector("[data-reprinted]");
  if (again) again.hidden = false;
  window.print();
}

work.addEventListener("click", reprint);
