// What htmx may show: parts of this page only. A sign-in page, an error page or no answer at all is said in a band.
// Sending again is safe: the form still carries the key it was sent with, so nothing is taken twice.
const band = document.querySelector("[data-no-answer]");

document.addEventListener("htmx:before:response", (event) => {
  const { raw } = event.detail.ctx.response;
  const ours = raw.headers.has("X-Region");
  band.hidden = ours;
  if (ours) return;
  event.preventDefault();
  if (raw.redirected || raw.status === 403) location.reload();
});
document.addEventListener("htmx:error", () => (band.hidden = false));
