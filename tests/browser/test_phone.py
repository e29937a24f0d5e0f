"""A patient's phone without a network: the last known state, marked as such, until the visit is over."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.test_screens import STATE, Cable, Clinic, clinic

__all__ = ["clinic"]
KEPT = "caches.open('tickets').then(kept => kept.keys()).then(found => found.length)"


def test_a_ticket_opened_without_a_network_shows_how_it_was_until_the_visit_is_over(
    open_page: OpenPage, clinic: Clinic, picture: Callable[[Page, str], None]
) -> None:
    code = clinic.waiting()
    phone = open_page(viewport=PHONE, service_workers="allow")
    cable = Cable(phone)
    phone.goto(f"/t/{code}/")
    expect(phone.locator(STATE)).to_have_attribute("data-live-state", "live")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    number = phone.locator(".number").inner_text()
    phone.wait_for_function(f"{KEPT}.then(count => count === 1)")

    cable.cut = True
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator(STATE)).to_have_attribute("data-live-state", "stale")
    expect(phone.locator(".number")).to_have_text(number)
    expect(phone.locator(".live-lost h2:visible")).to_contain_text("起没有连接")
    expect(phone.get_by_text("现在回到候诊区")).to_be_visible()
    picture(phone, "live-offline-zh")

    phone.context.set_offline(False)
    cable.cut = False
    expect(phone.locator("#share")).to_be_visible(timeout=30_000)
    clinic.ask(f"tickets/{code}/leave/", {"reason": "browser test"}, role="desk")
    expect(phone.locator(".live-left")).to_be_visible(timeout=20_000)
    phone.wait_for_function(f"{KEPT}.then(count => count === 0)")
