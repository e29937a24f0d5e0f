"""Messages in the app, in Chromium: they come, are counted, speak the reader's language, and are read by a button."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from playwright.sync_api import Page, expect

from hospital.common import clock
from tests.browser.conftest import CHINESE, ENGLISH, OpenPage
from tests.browser.demo import Demo
from tests.browser.people import WORDS, hold, pay, somebody

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
TITLES = {CHINESE: "我的消息", ENGLISH: "Your messages"}
BOOKED = {CHINESE: re.compile("约好"), ENGLISH: re.compile("booked for")}


def with_a_number(open_page: OpenPage, locale: str, *, day: str = "") -> tuple[Page, str]:
    person, words = somebody(), WORDS[locale]
    page = open_page(locale=locale, person=person)
    code = hold(page, person, words, day=day)
    pay(page, words)
    return page, code


def to_messages(page: Page) -> None:
    """By keyboard alone, from wherever the page is."""
    page.locator(".app-bell").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/messages/")


@pytest.mark.parametrize("locale", [CHINESE, ENGLISH])
def test_a_booking_is_told_in_the_app_and_a_switch_of_language_changes_the_next_message(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    other = ENGLISH if locale == CHINESE else CHINESE
    page, code = with_a_number(open_page, locale)
    expect(page.locator(".app-count")).to_have_text("1")
    to_messages(page)
    expect(page.get_by_role("heading", name=TITLES[locale])).to_be_visible()
    expect(page.locator("article").first).to_contain_text(BOOKED[locale])
    accessible(page)
    picture(page, f"messages-{locale[:2]}")

    page.get_by_role("button", name=WORDS[locale]["other language"]).click()
    expect(page.locator("article").first).to_contain_text(
        BOOKED[locale]
    )  # what was told stays as it was told
    page.goto(f"/appointments/{code}/cancel/")
    page.get_by_role("button", name=WORDS[other]["yes cancel"]).click()
    to_messages(page)
    cancelled = page.locator("article", has_text=re.compile("已取消" if other == CHINESE else "is cancelled"))
    expect(cancelled).to_have_count(1)
    page.locator("form", has=page.locator("[name=shown_at]")).get_by_role("button").press("Enter")
    new = page.locator("article.is-chosen")
    expect(new.filter(has_text=BOOKED[locale])).to_have_count(0)
    expect(cancelled).not_to_have_class(
        re.compile("is-chosen")
    )  # the refund's may come any moment, and is new
    page.locator("article").last.get_by_role("button").press("Enter")
    page.wait_for_url(f"**/appointments/{code}/")


def test_the_ways_of_being_told_are_set_by_keyboard_and_an_address_confirmed_by_a_button(
    open_page: OpenPage, accessible: Check, picture: Picture
) -> None:
    person = somebody()
    page = open_page(locale=ENGLISH, person=person)
    page.goto("/messages/settings/")
    accessible(page)
    address = f"{person.phone}@example.org"
    page.get_by_label("E-mail (optional)").fill("nobody")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This is not an e-mail address.")
    page.get_by_label("E-mail (optional)").fill(address)
    page.get_by_label("Text messages about everything").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Not confirmed yet")).to_be_visible()
    expect(page.get_by_label("Text messages about everything")).not_to_be_checked()
    accessible(page)
    picture(page, "messages-settings-en")

    mail = open_page(locale=ENGLISH)
    mail.goto("/demo/outbox/")
    text = mail.locator("li", has_text=address).first.inner_text()
    link = re.search(r"http\S+/messages/email/\S+", text)
    assert link, text
    mail.goto(link[0])
    accessible(mail)
    mail.get_by_role("button", name="Yes, confirm").press("Enter")
    expect(mail.get_by_role("status")).to_contain_text("Confirmed")
    page.reload()
    expect(page.get_by_text("Messages go to this address, too.")).to_be_visible()


def test_the_evening_before_a_reminder_comes(open_page: OpenPage, moved_clock: Demo) -> None:
    today = clock.local(datetime.now(UTC)).date()
    closed = datetime.combine(today, time(17, 0), tzinfo=clock.zone())
    if datetime.now(UTC) < closed:  # before, a doctor's first free number may be one of today
        moved_clock.clock_to(closed)
    page, code = with_a_number(open_page, ENGLISH, day="Tomorrow")
    with moved_clock.database() as connection:
        row = connection.execute(
            "SELECT s.starts_at FROM booking_slot s JOIN booking_appointment a ON a.slot_id = s.id WHERE a.code = %s",
            [code],
        ).fetchone()
    assert row
    day = row[0].astimezone(clock.zone()).date()
    evening = datetime.combine(day - timedelta(days=1), time(18, 0, 30), tzinfo=clock.zone())
    if evening < datetime.now(UTC):
        pytest.skip("it is evening: whoever books now has just been told")
    moved_clock.clock_to(evening)
    reminder = page.locator("article", has_text="Reminder:")
    for _second in range(90):
        page.goto("/messages/")
        if reminder.count():
            break
        page.wait_for_timeout(1000)
    expect(reminder).to_have_count(1)
