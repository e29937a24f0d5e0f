// Minutes that are left to pay go down while the page is open.
const began = performance.now();
for (const place of document.querySelectorAll("[data-seconds-left]")) {
  const tick = () => {
    const left = Number(place.dataset.secondsLeft) - (performance.now() - began) / 1000;
    place.textContent = place.textContent.replace(/\d+/, Math.max(0, Math.ceil(left / 60)));
  };
  setInterval(tick, 5000);
}
