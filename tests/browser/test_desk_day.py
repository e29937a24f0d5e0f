"""A nurse's morning by keyboard: registering, checking in, and what happens without an answer."""

from collections.abc import Callable
from time import monotonic

import pytest
from playwright.sync_api import Page, Route, expect

from hospital.common.codes import random_code
from tests.browser.conftest import DESK, ENGLISH, OpenPage
from tests.browser.demo import Demo
from tests.browser.people import somebody
from tests.browser.staff import WORDS, Desk, both_languages, known, running_clinic
from tests.browser.test_screens import Clinic

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]


@pytest.fixture
def clinic(demo: Demo) -> Clinic:
    """The running session."""
    return running_clinic(demo)


@both_languages
def test_a_known_patient_needs_two_key_presses_after_the_scan(
    open_page: OpenPage, clinic: Clinic, accessible: Check, picture: Picture, locale: str
) -> None:
    words = WORDS[locale]
    person = known(clinic)
    desk = Desk(open_page(locale=locale, viewport=DESK), clinic)
    desk.scan(person.id_number)
    expect(desk.page.get_by_text(words["id right"])).to_be_visible()
    expect(desk.page.locator(".desk-person")).to_contain_text(person.name)
    shown = desk.page.locator("#desk-q").input_value()
    assert shown == person.id_number[:6] + "********" + person.id_number[-4:]
    accessible(desk.page)
    desk.choose_session()
    expect(desk.page.locator("[data-register]")).to_contain_text(words["take"])
    picture(desk.page, f"desk-walkin-{locale[:2]}")
    begun = monotonic()
    desk.press("Control+Enter")
    expect(desk.page.get_by_text(words["registered"])).to_be_visible()
    assert desk.presses <= 5
    assert monotonic() - begun < 2.0
    desk.press("Alt+z")
    expect(desk.page.get_by_text(words["undone"])).to_be_visible()


def test_keys_pressed_before_the_answer_arrived_are_not_lost(open_page: OpenPage, clinic: Clinic) -> None:
    person = known(clinic)
    desk = Desk(open_page(locale=ENGLISH, viewport=DESK), clinic)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.page.route("**/desk/find/", hold)
    desk.scan(person.id_number)
    expect(desk.page.locator("#desk-work")).to_have_attribute("aria-busy", "true")
    desk.choose_session()
    desk.press("Control+Enter")
    assert len(held) == 1
    held[0].continue_()
    expect(desk.page.get_by_text(WORDS[ENGLISH]["registered"])).to_be_visible()
    expect(desk.page.locator(".desk-name").first).to_contain_text(person.name)


def test_a_scan_during_an_answer_is_neither_lost_nor_changed(open_page: OpenPage, clinic: Clinic) -> None:
    first, second = known(clinic), known(clinic)
    desk = Desk(open_page(locale=ENGLISH, viewport=DESK), clinic)
    desk.scan(first.id_number)
    expect(desk.page.locator(".desk-person")).to_contain_text(first.name)
    desk.choose_session()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.page.route("**/desk/register/", hold)
    desk.press("Control+Enter")
    expect(desk.page.locator("#desk-work")).to_have_attribute("aria-busy", "true")
    expect(desk.page.locator("#desk-q")).to_be_focused()
    desk.scan(somebody().id_number)
    desk.scan(second.id_number)
    expect(desk.page.locator("#desk-q")).to_have_value(second.id_number)
    held[0].continue_()
    expect(desk.page.locator(".desk-person")).to_contain_text(second.name)
    expect(desk.page.locator("#desk-recent")).to_contain_text(first.name)


def test_without_an_answer_what_was_typed_stays_and_the_message_goes_with_the_trouble(
    open_page: OpenPage, clinic: Clinic
) -> None:
    person = known(clinic)
    desk = Desk(open_page(locale=ENGLISH, viewport=DESK), clinic)
    desk.page.route("**/desk/find/", lambda route: route.abort())
    desk.scan(person.id_number)
    band = desk.page.locator("[data-no-answer]")
    expect(band).to_be_visible()
    expect(desk.page.locator("#desk-q")).to_have_value(person.id_number)
    expect(band).to_be_hidden(timeout=15_000)
    desk.page.unroute("**/desk/find/")
    desk.press("Enter")
    expect(desk.page.locator(".desk-person")).to_contain_text(person.name)


def test_a_scan_into_another_field_is_still_a_scan(open_page: OpenPage, clinic: Clinic) -> None:
    desk = Desk(open_page(locale=ENGLISH, viewport=DESK), clinic)
    first, second = somebody(), somebody()
    desk.scan(first.id_number)
    expect(desk.page.locator("#id_name")).to_be_focused()
    desk.scan(second.id_number)
    expect(desk.page.locator("#id_id_number")).to_have_value(second.id_number)
    expect(desk.page.locator("#id_name")).to_have_value("")


BOOK = """
WITH last AS (
    SELECT slot.id, slot.session_id, session.walk_in_opens_at - interval '9 hours' AS evening
    FROM booking_slot slot JOIN booking_clinicsession session ON session.id = slot.session_id
    WHERE session.code = %(session)s ORDER BY slot.index DESC LIMIT 1
), taken AS (
    UPDATE booking_slot SET booked = booked + 1, quota = greatest(quota, booked + 1) FROM last
    WHERE booking_slot.id = last.id
), counted AS (
    UPDATE booking_clinicsession SET appointments_taken = appointments_taken + 1 WHERE code = %(session)s
)
INSERT INTO booking_appointment
    (code, checkin_code, slot_id, session_id, patient_id, state, fee_fen, held_at, pay_by, booked_at)
SELECT %(code)s, %(short)s, last.id, last.session_id, (SELECT max(id) FROM booking_patient), 'booked', 0,
    evening, evening, evening
FROM last
"""


def booked(clinic: Clinic) -> str:
    """A number in the running session's last slot, booked the evening before; the code to check in with."""
    known(clinic)
    code = random_code(12)
    with clinic.demo.database() as connection:
        connection.execute(BOOK, {"session": clinic.session, "code": code, "short": code[:8]})
    return code[:8]


@both_languages
def test_a_booked_patient_is_checked_in_with_the_code(
    open_page: OpenPage, clinic: Clinic, accessible: Check, picture: Picture, locale: str
) -> None:
    code = booked(clinic)
    desk = Desk(open_page(locale=locale, viewport=DESK), clinic)
    desk.scan(code.lower())
    expect(desk.page.locator("[data-primary]")).to_be_visible()
    accessible(desk.page)
    desk.press("Control+Enter")
    expect(desk.page.get_by_text(WORDS[locale]["checked in"])).to_be_visible()
    assert desk.presses == 1
    accessible(desk.page)
    picture(desk.page, f"desk-checkin-{locale[:2]}")


@both_languages
def test_a_wrong_check_digit_is_said_and_the_line_stays_ready(
    open_page: OpenPage, clinic: Clinic, accessible: Check, locale: str
) -> None:
    desk = Desk(open_page(locale=locale, viewport=DESK), clinic)
    desk.scan("110105194912310021")
    expect(desk.page.get_by_text(WORDS[locale]["id wrong"])).to_be_visible()
    expect(desk.page.get_by_role("alert").first).to_be_visible()
    expect(desk.page.locator("#desk-q")).to_be_focused()
    accessible(desk.page)


def test_every_command_can_be_found_and_money_asks_once_more(
    open_page: OpenPage, clinic: Clinic, accessible: Check, picture: Picture
) -> None:
    desk = Desk(open_page(locale=ENGLISH, viewport=DESK), clinic)
    desk.register_new()
    desk.press("Control+k")
    expect(desk.page.locator("#palette-q")).to_be_focused()
    accessible(desk.page)
    picture(desk.page, "desk-palette-en")
    desk.page.keyboard.type("undo and refund")
    desk.press("Enter")
    expect(desk.page.locator("#palette")).to_be_visible()
    expect(desk.page.locator("[data-card=ticket].is-done")).to_contain_text("Registered")
    desk.press("Escape")
    expect(desk.page.locator("#desk-q")).to_be_focused()


def test_the_list_of_commands_finds_a_patient_too(open_page: OpenPage, clinic: Clinic) -> None:
    person = known(clinic)
    desk = Desk(open_page(locale=ENGLISH, viewport=DESK), clinic)
    desk.press("Control+k")
    desk.page.keyboard.type(person.id_number)
    expect(desk.page.locator("#palette [role=option]")).to_have_count(1)
    desk.press("Enter")
    expect(desk.page.locator(".desk-person")).to_contain_text(person.name)


def test_without_a_connection_the_desk_gives_out_no_numbers(
    open_page: OpenPage, clinic: Clinic, accessible: Check
) -> None:
    desk = Desk(open_page(locale=ENGLISH, viewport=DESK), clinic)
    person = somebody()
    desk.scan(person.id_number)
    desk.page.locator("#id_name").fill(person.name)
    desk.choose_session()
    expect(desk.page.locator("[data-register]")).to_be_enabled()
    desk.page.route("**/desk/**", lambda route: route.abort())
    expect(desk.page.locator("[data-stale-band]")).to_be_visible(timeout=25_000)
    expect(desk.page.locator("[data-register]")).to_be_disabled()
    accessible(desk.page)
    desk.page.unroute("**/desk/**")
    expect(desk.page.locator("[data-register]")).to_be_enabled(timeout=15_000)
    expect(desk.page.locator("#id_name")).to_have_value(person.name)
