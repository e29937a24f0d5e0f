"""An expert's morning by five keys; the screen and the phone follow within a second."""

from collections.abc import Callable
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, ENGLISH, PHONE, OpenPage
from tests.browser.demo import Demo
from tests.browser.staff import WORDS, Desk, Room, both_languages, running_clinic, ticket_number
from tests.browser.test_screens import SCREEN, STATE, Clinic

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]


@pytest.fixture
def clinic(demo: Demo) -> Clinic:
    """The running session."""
    return running_clinic(demo)


@both_languages
def test_a_walk_in_is_registered_called_and_seen_on_screen_and_phone(
    open_page: OpenPage, clinic: Clinic, accessible: Check, picture: Picture, locale: str
) -> None:
    words = WORDS[locale]
    desk = Desk(open_page(locale=locale, viewport=DESK), clinic)
    room = Room(open_page(locale=locale, viewport=DESK), clinic)
    number = desk.register_new()
    expect(desk.page.get_by_text(words["registered"])).to_be_visible()
    expect(desk.page.locator("#desk-q")).to_be_focused()
    accessible(desk.page)
    picture(desk.page, f"desk-registered-{locale[:2]}")
    phone, screen = open_page(locale=locale, viewport=PHONE), open_page(locale=locale, viewport=SCREEN)
    phone.goto(f"/t/{desk.ticket()}/")
    screen.goto(clinic.screen)
    for page in (phone, screen):
        expect(page.locator(STATE)).to_have_attribute("data-live-state", "live")
        page.wait_for_timeout(500)
    expect(room.page.locator(".room-next-number")).to_have_text(number)
    accessible(room.page)
    room.page.keyboard.press("Alt+1")
    begun = monotonic()
    expect(phone.get_by_role("heading", name=words["turn"])).to_be_visible()
    expect(
        screen.locator(".screen-now", has_text=number)
    ).to_be_visible()  # its turn to be spoken comes by itself
    assert monotonic() - begun < 1.0
    expect(room.page.locator(".room-number")).to_have_text(number)
    expect(room.page.locator("#room-start")).to_be_focused()
    accessible(room.page)
    picture(room.page, f"room-called-{locale[:2]}")


@both_languages
def test_the_expert_works_with_five_keys_and_passing_early_asks(
    open_page: OpenPage, clinic: Clinic, accessible: Check, picture: Picture, locale: str
) -> None:
    words = WORDS[locale]
    first, second = (ticket_number(clinic, clinic.waiting()) for _ in range(2))
    room = Room(open_page(locale=locale, viewport=DESK), clinic)
    room.call(first)
    expect(room.page.locator("#room-recall")).to_be_disabled()
    room.page.keyboard.press("Alt+5")
    sure = room.page.get_by_role("button", name=words["pass anyway"])
    expect(sure).to_be_focused()
    accessible(room.page)
    room.page.keyboard.press("Escape")
    expect(sure).to_have_count(0)
    room.page.keyboard.press("Alt+3")
    expect(room.page.locator("#room-next")).to_contain_text(words["finish and call"])
    picture(room.page, f"room-serving-{locale[:2]}")
    room.call(second)
    room.page.keyboard.press("Alt+5")
    expect(sure).to_be_focused()
    room.page.keyboard.press("Alt+5")
    expect(room.page.locator(".room-number")).to_have_count(0)
    room.page.locator(f"#room-back-{second}").click()
    expect(room.page.locator(".room-next-number")).to_have_text(second)
    room.call(second)


def test_a_double_press_calls_one_patient(open_page: OpenPage, clinic: Clinic) -> None:
    first, second = (ticket_number(clinic, clinic.waiting()) for _ in range(2))
    room = Room(open_page(locale=ENGLISH, viewport=DESK), clinic)
    expect(room.page.locator(".room-next-number")).to_have_text(first)
    for _ in range(3):
        room.page.keyboard.press("Alt+1")
    expect(room.page.locator(".room-number")).to_have_text(first)
    room.page.wait_for_timeout(500)
    expect(room.page.locator(".room-number")).to_have_text(first)
    expect(room.page.locator(".room-next-number")).to_have_text(second)
