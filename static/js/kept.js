// What the phone keeps for the time without a connection: this ticket's last known state and when that was, until the
// visit is over. The service worker (ticket-worker.js) shows it.

const OVER = new Set(["done", "left", "cancelled", "transferred", "gone"]);

export async function keep(region, state) {
  if (!("caches" in window)) return;
  try {
    const cache = await caches.open("tickets");
    if (OVER.has(state)) {
      await cache.delete(location.pathname);
      return;
    }
    const { lang: language, dataset } = document.documentElement;
    const kept = { html: region.innerHTML, at: region.live.at, language, text: dataset.text, put: Date.now() };
    await cache.put(location.pathname, new Response(JSON.stringify(kept)));
  } catch {
    // a phone without room for it
  }
}
