// Waiting for the payment: ask again until the page has become another one.
const polled = document.querySelector("[data-poll]");
if (polled) {
  const where = polled.dataset.poll || location.href; // a page that answers a form waits for another address
  setInterval(async () => {
    try {
      const answer = await fetch(where, { cache: "no-store" });
      if (answer.redirected || (answer.ok && !(await answer.text()).includes("data-poll"))) location.replace(where);
    } catch {
      // no connection: the next round tries again
    }
  }, 1500);
}
