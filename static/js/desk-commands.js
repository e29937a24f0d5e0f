// The commands of the desk for the list of all: what has a key on the page, its sessions, the last patients, the settings.
import { radios, textOf } from "./desk-page.js";
import { printing, switchPrinting } from "./desk-print.js";
import { keysOff, switchKeys } from "./keys.js";
import { openKeys, words } from "./keys-help.js";

const NAMED = ".staff-tabs [aria-keyshortcuts], .desk [aria-keyshortcuts]:not([data-palette-open], [data-session-radio], select, .desk-segments)";

export function commands() {
  const { dataset } = document.getElementById("palette");
  const named = [...document.querySelectorAll(NAMED)];
  const list = named
    .filter((element) => element.checkVisibility())
    .map((element) => ({
      text: words(element),
      group: dataset.commands,
      key: element.getAttribute("aria-keyshortcuts"),
      locked: element.disabled,
      money: element.matches("[data-primary], .desk-undo"),
      run: () => element.click(),
    }));
  list.sort((one, other) => Number(one.money) - Number(other.money));
  list.push({ text: dataset.merge, group: dataset.commands, run: () => location.assign(dataset.mergeUrl) });
  for (const radio of radios()) {
    const row = radio.closest("tr");
    list.push({
      text: [...row.querySelector("label").children].map(textOf).join(" "),
      group: dataset.sessions,
      note: radio.dataset.why ?? row.querySelector(".desk-left strong")?.textContent ?? "",
      key: radio.getAttribute("aria-keyshortcuts") ?? "",
      locked: radio.disabled,
      run: () => document.getElementById(radio.id)?.click(), // the list may have been drawn again since
    });
  }
  const seen = new Set();
  for (const link of document.querySelectorAll("#desk-recent th a")) {
    const text = `${textOf(link)} ${textOf(link.closest("tr").cells[2])}`;
    if (!seen.has(text)) list.push({ text, group: dataset.patients, searched: true, run: () => link.click() });
    seen.add(text);
  }
  const prints = printing();
  list.push({ group: dataset.settings, text: prints ? dataset.printOff : dataset.printOn, run: () => switchPrinting(!prints) });
  list.push({ group: dataset.settings, text: dataset.keysHelp, key: "Alt+/", run: openKeys });
  list.push({ group: dataset.settings, text: keysOff() ? dataset.keysOn : dataset.keysOff, run: () => switchKeys(!keysOff()) });
  return list;
}
