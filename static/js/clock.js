// The wall clock of the bar: counts on from the server's time, which the demo may move.
const clocks = document.querySelectorAll("[data-clock]");

for (const clock of clocks) {
  const startedAt = performance.now();
  const offset = clock.dataset.now.match(/([+-])(\d\d):(\d\d)$/);
  const shift = offset ? (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) : 0;
  const base = Date.parse(clock.dataset.now) + shift * 60_000;

  const show = () => {
    const wall = new Date(base + performance.now() - startedAt);
    clock.textContent = wall.toISOString().slice(11, 16);
  };
  show();
  setInterval(show, 1000);
}
