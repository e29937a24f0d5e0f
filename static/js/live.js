// The live socket of a page: one region, rendered by the server, kept right or visibly marked as old.
//
// <section data-live data-ws="/ws/tickets/X/" data-src="/t/X/live/" data-revision="7" data-etag='"…"' data-at="…+08:00">
//
// Frames are {kind: snapshot | changed | ping, revision, data: {at, html?}}. A frame with html replaces the region; one
// without makes it fetch data-src. When no socket can be had the region is polled with its ETag. After 15 s without a
// sign of life the state becomes "stale". The state stands in data-live-state of the region and of [data-live-page].
// Events on the region: live:update (new content), live:state ({state, since}), live:again (the page is an old one).
// Its texts come from the page, see live-page.js; a content's own [data-say] is spoken once when it changes.

import { minute, put, say, write } from "./live-page.js";

const STALE_MS = 14_000; // seen within 15 s, since the watch looks once a second
const SILENT_MS = 12_000; // the server pings every 5 s
const POLL_MS = 3_500;
const AGED_MS = 15_000; // what the server sends was read within 12 s
const CONNECT_MS = 5_000;
const BACKOFF_MAX_MS = 15_000;
const OLD_MS = 30 * 60_000;
const [FORBIDDEN, UNKNOWN, LOAD_AGAIN] = [4401, 4404, 4205]; // 205 when polled: the page itself has become another

// Time since a moment, sleep included: either clock alone can stand still or be set back.
const moment = () => ({ wall: Date.now(), steady: performance.now() });
const since = (then) => Math.max(Date.now() - then.wall, performance.now() - then.steady);
const jitter = (ms) => ms * (0.5 + Math.random() / 2);

class Live {
  constructor(region) {
    this.region = region;
    this.page = region.closest("[data-live-page]") ?? document.body;
    this.revision = Number(region.dataset.revision ?? -1);
    this.etag = region.dataset.etag ?? "";
    this.at = region.dataset.at ?? "";
    this.html = null;
    this.state = "";
    this.good = "liveKept" in region.dataset ? { wall: 0, steady: 0 } : moment(); // kept from earlier: stale from the start
    this.socketUp = false;
    this.failures = 0;
    this.polled = null;
    this.polling = null;
    this.again = false;
    this.writes = 0;
    this.refused = false;
    this.signs = {}; // what a page says of itself with every answer to a ping
    this.said = region.querySelector("[data-say]")?.dataset.say ?? "";
    this.show(since(this.good) > STALE_MS ? "stale" : "live");
    this.connect();
    setInterval(() => this.watch(), 1000);
    addEventListener("online", () => this.hurry());
    addEventListener("pageshow", (event) => event.persisted && this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    this.page.addEventListener("click", (event) => event.target.closest("[data-live-retry]") && this.hurry());
  }

  // ---- the socket

  connect() {
    clearTimeout(this.timer);
    this.drop();
    if (!this.region.dataset.ws) return; // a region without a socket is polled
    const address = new URL(this.region.dataset.ws, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    let socket;
    try {
      socket = new WebSocket(address);
    } catch {
      this.later();
      return;
    }
    this.socket = socket;
    this.heard = moment(); // by this socket: polling must not keep a dead one
    socket.onmessage = (event) => socket === this.socket && this.frame(event.data);
    socket.onclose = (event) => socket === this.socket && this.closed(event.code);
  }

  drop() {
    const old = this.socket;
    this.socket = null;
    this.socketUp = false;
    old?.close();
  }

  closed(code) {
    this.drop();
    if (code === FORBIDDEN || code === UNKNOWN) this.refuse();
    if (code === LOAD_AGAIN) this.tell("live:again");
    this.later();
  }

  later() {
    const wait = this.refused ? 30_000 : Math.min(500 * 2 ** this.failures, BACKOFF_MAX_MS);
    this.failures += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), jitter(wait));
  }

  hurry() {
    if (since(this.good) > 6_000 || !this.socketUp) {
      this.failures = 0;
      this.connect();
      this.poll();
    }
    this.watch();
  }

  frame(text) {
    this.heard = moment();
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    const age = Date.now() - Date.parse(frame.data?.at || this.at);
    if (!this.socketUp) this.age = age; // a connection's first frame is fresh: this is how far the clocks differ
    else if (age - this.age > AGED_MS) return this.closed(); // it lay in a buffer while the machine slept
    if (frame.data?.at) this.at = frame.data.at;
    if (frame.kind === "ping") {
      this.send({ kind: "pong", revision: this.revision, ...this.signs });
      if (!this.socketUp || frame.revision !== this.revision) this.send({ kind: "resync" });
    } else if (typeof frame.data?.html === "string") {
      this.replace(frame.data.html, frame.revision, frame.data.etag);
    } else if (frame.revision !== this.revision || frame.kind === "changed") {
      this.revision = frame.revision;
      this.poll();
    }
    if (frame.kind !== "ping") {
      this.socketUp = true;
      this.failures = 0;
      this.refused = false;
    }
    if (this.socketUp) this.alive("live");
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  // ---- polling: when there is no socket, and for frames that carry no content

  // Wanted while one is under way: it may have read too early, so it is asked once more. What was read before the
  // region got something else (an answer, a frame) is older than what is shown, and is dropped.
  async poll() {
    if (!this.region.dataset.src) return;
    this.again = this.polling !== null;
    if (this.again) return;
    [this.polled, this.polling] = [moment(), new AbortController()];
    const before = this.writes;
    const stop = setTimeout(() => this.polling?.abort(), 4_000);
    try {
      const response = await fetch(this.region.dataset.src, {
        cache: "no-store",
        headers: { "X-Live": "1", ...(this.etag && { "If-None-Match": this.etag }) },
        signal: this.polling.signal,
      });
      if (response.status === 404 || response.status === 410 || response.status === 403) {
        this.refuse();
      } else if (response.status === 205) {
        this.tell("live:again");
      } else if (response.status === 304 || (response.ok && !response.redirected)) {
        const revision = Number(response.headers.get("X-Revision") ?? this.revision);
        const html = response.ok ? await response.text() : null;
        this.again ||= this.writes !== before;
        if (this.writes === before) {
          this.at = response.headers.get("X-As-Of") ?? this.at;
          if (html !== null) this.replace(html, revision, response.headers.get("ETag"));
        }
        this.refused = false;
        this.alive(this.socketUp ? "live" : "polling");
      }
    } catch {
      // offline or aborted: the watch says so when it lasts
    } finally {
      clearTimeout(stop);
      this.polling = null;
    }
    if (this.again) this.poll();
  }

  // The page put the server's answer to a step into the region by itself.
  answered(etag) {
    this.writes += 1;
    this.etag = etag ?? this.etag;
    this.html = null;
  }

  // ---- what the page shows

  replace(html, revision, etag) {
    this.revision = revision;
    if (etag) this.etag = etag;
    if (html === this.html) return;
    this.writes += 1;
    this.html = html;
    put(this.region, html);
    const text = this.region.querySelector("[data-say]")?.dataset.say ?? "";
    if (text !== this.said) say(this.page, text);
    this.said = text;
    this.tell("live:update", { revision });
    write(this.page, this.state, this.at);
  }

  tell(name, detail = {}) {
    this.region.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  alive(state) {
    this.good = moment();
    this.show(state);
    write(this.page, this.state, this.at);
  }

  refuse() {
    this.refused = true;
    this.show("gone");
  }

  watch() {
    const silent = since(this.good);
    if (this.refused) return;
    if (silent > STALE_MS) {
      this.show("stale");
      this.page.toggleAttribute("data-live-old", silent > OLD_MS);
    }
    const patience = this.socket?.readyState === WebSocket.CONNECTING ? CONNECT_MS : SILENT_MS;
    if (this.socket && since(this.heard) > patience) {
      this.drop();
      this.later();
    }
    if (silent > POLL_MS && !(this.socketUp && since(this.heard) < SILENT_MS - 2_000) && (!this.polled || since(this.polled) > POLL_MS)) {
      this.poll();
    }
  }

  show(state) {
    if (state === this.state) return;
    this.state = state;
    this.region.dataset.liveState = state;
    this.page.dataset.liveState = state;
    if (state !== "stale") this.page.removeAttribute("data-live-old");
    write(this.page, this.state, this.at);
    this.tell("live:state", { state, since: minute(this.at) });
  }
}

for (const region of document.querySelectorAll("[data-live][data-src]")) {
  region.live = new Live(region);
}
