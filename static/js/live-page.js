// What a page shows of its live region: the content, with what was open and focused kept so, and the texts around it:
// [data-since="No connection since {time}"], [data-live-status data-live=… data-polling=… data-stale=…], and
// [data-live-say], which is spoken.

export const minute = (at) => at.slice(11, 16);
const second = (at) => at.slice(11, 19);

export function put(region, html) {
  const focused = document.activeElement?.id;
  const open = [...region.querySelectorAll("details[open][id]")].map((details) => details.id);
  region.innerHTML = html;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused && focused !== document.activeElement?.id) document.getElementById(focused)?.focus({ preventScroll: true });
  window.htmx?.process?.(region);
}

export function write(page, state, at) {
  for (const node of page.querySelectorAll("[data-since]")) {
    node.textContent = node.dataset.since.replaceAll("{time}", minute(at));
  }
  for (const node of page.querySelectorAll("[data-live-status]")) {
    const text = node.dataset[state] ?? node.dataset.stale ?? "";
    node.textContent = text.replaceAll("{time}", state === "stale" ? minute(at) : second(at));
  }
}

export function say(page, text) {
  for (const line of page.querySelectorAll("[data-live-say]")) line.textContent = text;
}
