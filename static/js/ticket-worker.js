// The service worker of /t/. Without a connection it shows the ticket's last known state, marked as such with its time,
// in a frame without anybody's data; with one it only hands on. Loaded by /t/worker.js, which names the release.

const KEPT = "tickets"; // written by kept.js
const FRAME = `frame ${self.RELEASE}`;
const LANGUAGES = ["zh-hans", "en"];
const LONGEST_MS = 12 * 3_600_000; // a visit is over by then, whether or not the page heard of it
const PATIENCE_MS = 8_000;
const HEADERS = ["content-type", "content-security-policy", "referrer-policy"];

const frameAddress = (language) => `/t/offline/${language}/`;

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    if (/^\/t\/[A-Z0-9]+\/$/.test(pathname)) event.respondWith(page(event.request, pathname));
  } else if (pathname.startsWith("/static/")) {
    event.respondWith(file(event.request));
  }
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});

async function install() {
  const cache = await caches.open(FRAME);
  for (const address of LANGUAGES.map(frameAddress)) {
    const frame = await fetch(address, { credentials: "omit", cache: "no-store" });
    if (!frame.ok) throw new Error(`no ${address}`);
    const files = (await frame.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"#]+)/g);
    await cache.put(address, frame);
    await cache.addAll(new Set([...files].map((found) => found[1])));
  }
  await skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("frame ") && name !== FRAME) await caches.delete(name);
  }
  await clients.claim();
}

async function page(request, pathname) {
  await forgetOld();
  const answered = fetch(request).then((answer) => (answer.status >= 500 ? null : answer), () => null);
  const waited = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null));
  return (await Promise.race([answered, waited])) ?? (await lastKnown(pathname)) ?? (await answered) ?? Response.error();
}

async function file(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request, { ignoreVary: true })) ?? Response.error();
  }
}

async function forgetOld() {
  const cache = await caches.open(KEPT);
  for (const request of await cache.keys()) {
    const kept = await (await cache.match(request)).json();
    if (Date.now() - kept.put > LONGEST_MS) await cache.delete(request);
  }
}

async function lastKnown(pathname) {
  const [kept, cache] = [await (await caches.open(KEPT)).match(pathname), await caches.open(FRAME)];
  if (!kept) return null;
  const { html, at, language, text } = await kept.json();
  const frame = await cache.match(frameAddress(language), { ignoreVary: true });
  if (!frame) return null;
  const filled = (await frame.text())
    .replaceAll("KEPT-CODE", pathname.split("/")[2])
    .replaceAll("KEPT-AT", at)
    .replace('data-text="normal"', `data-text="${text}"`)
    .replace("KEPT-REGION", () => html);
  return new Response(filled, { headers: HEADERS.map((name) => [name, frame.headers.get(name) ?? ""]) });
}

async function show(address) {
  const open = await clients.matchAll({ type: "window" });
  const page = open.find((one) => new URL(one.url).pathname === address);
  return page ? page.focus() : clients.openWindow(address);
}
