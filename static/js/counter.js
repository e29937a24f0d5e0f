// Booking at the desk by keyboard: shortcuts, a department that shows its times at once, printing.
import { listen } from "./keys.js";
import "./poll.js";

for (const field of document.querySelectorAll("[data-submit-on-change]")) field.addEventListener("change", () => field.form.requestSubmit());
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
for (const list of document.querySelectorAll("select[size]")) if (list.selectedIndex < 0 && list.options.length) list.selectedIndex = 0;

listen();
