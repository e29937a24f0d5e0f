"""A patient's way through the pages, in Chromium, in both languages."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, DESK, ENGLISH, PHONE, OpenPage
from tests.browser.demo import Demo
from tests.browser.people import WORDS, Person, add_self, hold, pay, sign_in, somebody, walk_in_opens_at

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]

# Focus scrolls a few frames later; never is a test that runs out of time.
ABOVE_THE_BAR = """new Promise((done) => {
  const bar = document.querySelector(".sticky-bar");
  const above = () => document.activeElement.getBoundingClientRect().bottom <= bar.getBoundingClientRect().top;
  const look = () => (document.activeElement.name === "slot" && above() ? done() : requestAnimationFrame(look));
  look();
})"""

NARROW: Any = {"width": 320, "height": 640}
both_languages = pytest.mark.parametrize("locale", [CHINESE, ENGLISH])


def signed_in(open_page: OpenPage, locale: str, **options: Any) -> tuple[Page, Person, dict[str, Any]]:
    """Somebody who has signed in and is nobody's patient yet."""
    person = somebody()
    return open_page(locale=locale, person=person, known=False, **options), person, WORDS[locale]


@both_languages
def test_a_new_patient_books_pays_sees_the_ticket_and_gets_the_money_back(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    page, person, words = open_page(locale=locale), somebody(), WORDS[locale]
    language = locale[:2]
    page.goto("/")
    expect(page.get_by_text(words["question"])).to_be_visible()
    accessible(page)
    picture(page, f"home-{language}")
    page.locator("a.card-box", has=page.locator(".card-split")).first.click()
    accessible(page)
    page.locator("input[name=slot]").first.check()
    page.get_by_role("button", name=words["hold"]).click()
    accessible(page)
    sign_in(page, person, words)
    expect(page.locator("input[name=slot]:checked")).to_have_count(1)
    page.get_by_role("link", name=words["add"]).click()
    accessible(page)
    add_self(page, person, words)
    picture(page, f"expert-{language}")
    page.locator("input[name=slot]").first.check()
    page.get_by_role("button", name=words["hold"]).click()
    expect(page.get_by_role("heading", name=words["held"])).to_be_visible()
    accessible(page)
    picture(page, f"pay-{language}")
    pay(page, words)
    accessible(page)
    picture(page, f"ticket-{language}")
    expect(page.get_by_text(person.name).first).to_be_visible()
    page.get_by_role("link", name=words["cancel"]).click()
    accessible(page)
    page.get_by_role("button", name=words["yes cancel"]).click()
    expect(page.get_by_role("heading", name=words["cancelled"])).to_be_visible()
    expect(page.get_by_text(words["refunded"])).to_be_visible()
    accessible(page)


@pytest.mark.parametrize("said_by", ["page", "server"])
def test_without_a_time_the_page_says_so_and_the_bar_hides_no_choice(
    open_page: OpenPage, accessible: Check, said_by: str
) -> None:
    page = open_page(locale=ENGLISH)
    page.goto("/")
    if said_by == "server":  # as when the button is pressed before the script is there
        page.route("**/js/booking*.js", lambda route: route.abort(), times=1)
    page.locator("a.card-box", has=page.locator(".card-split")).first.click()
    page.get_by_role("button", name=WORDS[ENGLISH]["hold"]).click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a time first.")
    accessible(page)
    page.locator("details[open] input[name=slot]").last.focus()
    page.evaluate(ABOVE_THE_BAR)
    slot = page.locator("details[open] input[name=slot]").first
    slot.check()
    expect(page.get_by_role("alert")).to_have_count(0)
    chosen = slot.get_attribute("value")
    page.get_by_role("link", name=WORDS[ENGLISH]["sign in"]).click()
    assert f"slot%3D{chosen}" in page.url


def test_booking_works_without_javascript(open_page: OpenPage) -> None:
    page, person, words = signed_in(open_page, CHINESE, java_script_enabled=False)
    hold(page, person, words)
    pay(page, words)


@both_languages
def test_an_impossible_identity_number_is_said_at_its_field(
    open_page: OpenPage, accessible: Check, locale: str
) -> None:
    page, person, words = signed_in(open_page, locale)
    page.goto("/patients/")
    wrong = person.id_number[:-1] + ("0" if person.id_number[-1] != "0" else "1")
    add_self(page, Person(person.name, person.phone, wrong), words)
    field = page.get_by_label(words["id number"], exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value(wrong)
    expect(page.get_by_role("alert")).to_contain_text(words["wrong id"])
    accessible(page)
    page.get_by_label(words["name"], exact=True).fill("林一半")
    page.get_by_role("button", name=words["other language"]).click()
    expect(page.locator("html")).not_to_have_attribute("lang", "en" if locale == ENGLISH else "zh-hans")
    expect(page.locator("input[name=name]")).to_have_value("林一半")
    expect(page.locator("input[name=id_number]")).to_have_value(wrong)
    page.set_viewport_size(NARROW)
    page.get_by_role("button", name=WORDS[CHINESE if locale == ENGLISH else ENGLISH]["large"]).click()
    expect(page.locator("html")).to_have_attribute("data-text", "large")
    expect(page.locator("input[name=name]")).to_have_value("林一半")
    accessible(page)
    page.reload()
    expect(page.locator("input[name=name]")).to_have_value("")


def test_the_page_changes_language_and_text_size_and_stays_where_it_was(open_page: OpenPage) -> None:
    page = open_page(locale=ENGLISH)
    page.goto("/?q=膝盖响啊")
    expect(page.get_by_text("Nothing found for")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_text("没有找到")).to_be_visible()
    page.wait_for_load_state()
    before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.get_by_role("button", name="大字").click()
    expect(page.locator("html")).to_have_attribute("data-text", "large")
    page.wait_for_load_state()
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == pytest.approx(
        before * 1.25
    )
    assert page.url.endswith("/?q=%E8%86%9D%E7%9B%96%E5%93%8D%E5%95%8A")


@pytest.mark.parametrize(
    ("viewport", "scheme"),
    [(PHONE, "light"), (DESK, "dark"), (NARROW, "light")],
    ids=["phone", "desk", "narrow"],
)
def test_public_pages_are_accessible_and_never_too_wide(
    open_page: OpenPage, accessible: Check, viewport: dict[str, int], scheme: str
) -> None:
    page = open_page(locale=ENGLISH, viewport=viewport, color_scheme=scheme)
    if viewport["width"] == 320:
        page.goto("/")
        page.get_by_role("button", name="A+").click()
    for address in ("/", "/?q=zzz", "/accounts/login/", "/nowhere/"):
        page.goto(address)
        accessible(page)
    page.goto("/")
    page.locator("a.card-box", has=page.locator(".card-split")).first.click()
    accessible(page)


def test_the_first_stop_of_the_keyboard_leads_past_the_header(open_page: OpenPage) -> None:
    page = open_page(locale=ENGLISH)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@both_languages
def test_cancelling_is_refused_once_walk_in_registration_opens(
    open_page: OpenPage, moved_clock: Demo, locale: str
) -> None:
    page, person, words = signed_in(open_page, locale)
    code = hold(page, person, words)
    pay(page, words)
    page.get_by_role("link", name=words["cancel"]).click()
    opening = walk_in_opens_at(moved_clock, code)
    assert isinstance(opening, datetime)
    moved_clock.clock_to(opening + timedelta(seconds=30))
    page.get_by_role("button", name=words["yes cancel"]).click()
    expect(page.get_by_role("alert")).to_contain_text(words["refused"])
    expect(page.get_by_text(words["too late"])).to_be_visible()
    page.goto(f"/appointments/{code}/")
    expect(page.get_by_role("heading", name=words["booked"], exact=True)).to_be_visible()


def test_a_hold_that_nobody_pays_ends_and_its_number_can_be_taken_again(
    open_page: OpenPage, moved_clock: Demo
) -> None:
    page, person, words = signed_in(open_page, ENGLISH)
    code = hold(page, person, words, expert=moved_clock.filled("many_free()"))
    with moved_clock.database() as connection:
        row = connection.execute("SELECT pay_by FROM booking_appointment WHERE code = %s", [code]).fetchone()
    assert row
    moved_clock.clock_to(row[0] + timedelta(seconds=1))
    page.reload()
    expect(page.get_by_role("heading", name=words["expired"])).to_be_visible()
    again = page.get_by_role("button", name=words["again"])
    expect(again).to_be_visible()
