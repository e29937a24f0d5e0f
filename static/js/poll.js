// Waiting for the payment: ask again until the page has become another one. One question at a time, and none
// once the page is left: a second move would break off the first.
const polled = document.querySelector("[data-poll]");
if (polled) {
  const where = polled.dataset.poll || location.href; // a page that answers a form waits for another address
  const ask = async () => {
    try {
      const answer = await fetch(where, { cache: "no-store" });
      if (answer.redirected || (answer.ok && !(await answer.text()).includes("data-poll"))) {
        location.replace(where);
        return;
      }
    } catch {
      // no connection: the next round tries again
    }
    setTimeout(ask, 1500);
  };
  setTimeout(ask, 1500);
}
