// Booking at the desk by keyboard: shortcuts, Enter in the list of departments, printing.
import { listen } from "./keys.js";
import "./poll.js";

for (const list of document.querySelectorAll("[data-enter-submits]")) {
  list.addEventListener("keydown", (event) => { // not at every change: arrows pass many a department
    if (event.key !== "Enter") return;
    event.preventDefault();
    list.form.requestSubmit();
  });
}
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
for (const list of document.querySelectorAll("select[size]")) if (list.selectedIndex < 0 && list.options.length) list.selectedIndex = 0;

listen();
