// A list to tick: one box ticks all of them, and the keys of staff pages work (they stand on what they press).
import { listen } from "./keys.js";

for (const form of document.querySelectorAll("[data-bulk]")) {
  const all = form.querySelector("[data-bulk-all]");
  const boxes = () => [...form.querySelectorAll("input[name=codes]")];
  const show = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    all.checked = ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  form.querySelector("[data-bulk-all-label]").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
  show();
}
listen();
