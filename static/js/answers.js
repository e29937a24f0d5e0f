// What htmx may show: parts of this page only. A sign-in page, an error page or no answer at all is said in a band.
// Sending again is safe: the form still carries the key it was sent with, so nothing is taken twice.
const band = document.querySelector("[data-no-answer]");
const region = document.querySelector("main [data-live][data-src]");
const READ_MS = 3_000;
let looking = 0;

document.addEventListener("htmx:before:response", (event) => {
  const { raw } = event.detail.ctx.response;
  const ours = raw.headers.has("X-Region");
  show(!ours);
  if (ours) return;
  event.preventDefault();
  if (raw.redirected || raw.status === 403) location.reload();
});
document.addEventListener("htmx:error", ({ target }) => {
  if (target.getAttribute?.("hx-trigger")?.startsWith("every")) return; // nobody pressed anything: the live region says it
  show(true);
  const lost = performance.now() + READ_MS;
  looking = setInterval(() => region?.live?.good.steady > lost && show(false), 500);
});

// After a lost connection the band goes once the live region has heard from the server again; it is there long enough to be read.
function show(shown) {
  clearInterval(looking);
  band.hidden = !shown;
}
