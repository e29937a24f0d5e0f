"""A kiosk in the hall: a scanner that types anywhere, fingers on the glass, nobody there any more, no connection."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Locator, Page, Request, expect

from tests.browser.conftest import CHINESE, ENGLISH, OpenPage
from tests.browser.demo import Demo
from tests.browser.keys import SCANNER
from tests.browser.test_screens import Clinic, clinic

__all__ = ["clinic"]

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
GLASS = {"width": 1080, "height": 1920}
REACH = 0.41
"""What is touched lies below this part of the height: 900 of 1920 pixels, less a key's half."""


def scan(page: Page, text: str) -> None:
    """As a scanner does: faster than fingers, ended by Enter, wherever the focus is."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def step(page: Page, name: str) -> None:
    expect(page.locator(".kiosk")).to_have_attribute("data-step", name)
    expect(page.locator("#kiosk")).not_to_have_attribute("aria-busy", "true")
    page.wait_for_load_state()


def within_reach(page: Page) -> None:
    """Somebody in a wheelchair reaches whatever is touched, and all of it is on the glass."""
    touched = page.locator(":is(button, a):visible:not([data-scan] *)")
    boxes = touched.evaluate_all("all => all.map((one) => one.getBoundingClientRect().toJSON())")
    assert boxes
    for box in boxes:
        assert box["top"] >= GLASS["height"] * REACH
        assert box["bottom"] <= GLASS["height"]
    page.keyboard.press(
        "Shift"
    )  # somebody is there: what is looked at next stays, however busy the machine is


class Hall:
    """Nobody is there and time goes by: the page's clock stands, and goes on by whole seconds once all is answered.

    The page gives up a question after some seconds of its own clock, which would run past a busy machine.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.asked = page, set[Request]()
        page.on("request", self.begun)
        page.on("requestfinished", self.ended)
        page.on("requestfailed", self.ended)
        page.clock.install()

    def begun(self, request: Request) -> None:
        self.asked.add(request)

    def ended(self, request: Request) -> None:
        self.asked.discard(request)

    def stop(self) -> None:
        try:
            self._pause()
        except Error:  # the second was over before it could be said; now the clock stands
            self._pause()

    def _pause(self) -> None:
        self.page.clock.pause_at(self.page.evaluate("Date.now()") / 1_000 + 1)

    def second(self) -> None:
        self.page.clock.run_for(1_000)
        while self.asked:
            self.page.evaluate("null")

    def seconds(self, count: int) -> None:
        self.stop()
        for _second in range(count - 1):
            self.second()
        self.page.clock.resume()

    def until(self, band: Locator, *, shown: bool) -> None:
        """Go on until the page shows or hides what it says without a connection."""
        self.stop()
        for _second in range(60):
            if band.is_visible() == shown:
                self.page.clock.resume()
                return
            self.second()
        pytest.fail(f"the page says {'not' if shown else 'still'} that it has no connection")


@pytest.mark.parametrize("locale", [CHINESE, ENGLISH])
def test_a_visit_to_the_kiosk(
    open_page: OpenPage, demo: Demo, clinic: Clinic, accessible: Check, picture: Picture, locale: str
) -> None:
    english, ticket = locale == ENGLISH, clinic.waiting()
    page = open_page(locale=CHINESE, viewport=GLASS)
    page.add_init_script(SCANNER)
    hall = Hall(page)
    page.goto("/kiosk/")
    page.locator("input[name=token]").fill(demo.accounts["kiosk"]["token"])
    page.keyboard.press("Enter")
    step(page, "start")
    if english:
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", name="Check in for your booking")).to_be_visible()
    within_reach(page)
    accessible(page)
    picture(page, f"kiosk-start-{locale[:2]}")

    scan(page, "AB23CD45")
    step(page, "refused")
    expect(page.locator("h1")).to_be_focused()
    accessible(page)
    picture(page, f"kiosk-refused-{locale[:2]}")

    scan(page, f"https://hospital.example/t/{ticket}/")
    step(page, "number")
    expect(page.locator("h1")).to_contain_text("You are checked in already" if english else "您已经签到")
    expect(page.locator(".kiosk-number")).to_be_visible()
    within_reach(page)
    accessible(page)
    page.keyboard.press("Shift")
    picture(page, f"kiosk-number-{locale[:2]}")
    page.keyboard.press("Shift")
    hall.seconds(16)  # nobody is there any more
    step(page, "start")
    expect(page.get_by_role("heading", name="预约签到")).to_be_visible()

    page.locator("a.kiosk-way").first.click()
    step(page, "typing")
    within_reach(page)
    accessible(page)
    for sign in ("4", "K", "7"):
        page.locator(f"[data-key='{sign}']").click()
    page.locator("[data-key=Backspace]").click()
    expect(page.locator("#typed")).to_have_value("4K")
    picture(page, f"kiosk-typing-{locale[:2]}")
    page.keyboard.press("Shift")
    hall.seconds(35)
    expect(page.locator("[data-warning]")).to_be_visible()
    page.locator("[data-more]").press("Enter")
    expect(page.locator("[data-warning]")).to_be_hidden()
    expect(page.locator("#typed")).to_have_value("4K")
    scan(page, "990101195803120043")  # into the field, behind what was typed
    step(page, "phone")
    within_reach(page)
    accessible(page)
    hall.seconds(46)
    step(page, "start")
    assert "990101195803120043" not in page.content()


def test_a_kiosk_without_a_connection_says_so_and_comes_back(
    open_page: OpenPage, demo: Demo, accessible: Check
) -> None:
    page = open_page(locale=CHINESE, viewport=GLASS)
    hall = Hall(page)
    page.goto("/kiosk/")
    page.locator("input[name=token]").fill(demo.accounts["kiosk"]["token"])
    page.keyboard.press("Enter")
    step(page, "start")
    page.wait_for_load_state()  # its scripts, too
    page.context.set_offline(True)
    band = page.locator("[data-offline]")
    hall.until(band, shown=True)
    expect(band).to_contain_text("请到前台")
    expect(band).to_contain_text("Please go to the front desk")
    page.context.set_offline(False)
    hall.until(band, shown=False)
    step(page, "start")
