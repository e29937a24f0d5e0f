// The last known state of a ticket: soon after there is a connection again the page itself takes over; not all phones at
// once, nor again and again when the page cannot be had although the queue can.

document.querySelector("[data-live]").addEventListener("live:state", (event) => {
  if (event.detail.state !== "stale") setTimeout(() => location.reload(), 1000 + 4000 * Math.random());
});
