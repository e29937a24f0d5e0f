"""A nurse's morning by keyboard: registering, checking in, and what happens without an answer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, ENGLISH, OpenPage
from tests.browser.demo import Demo
from tests.browser.keys import SCANNER
from tests.browser.people import somebody
from tests.browser.staff import WORDS, Desk, booked, both_languages, known, running_clinic
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
    desk.press("Control+Enter")
    expect(desk.page.get_by_text(words["registered"])).to_be_visible()
    assert desk.presses <= 5
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
    while not held:
        desk.page.wait_for_timeout(10)
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
    while not held:
        desk.page.wait_for_timeout(10)
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
    page = open_page(locale=ENGLISH, viewport=DESK)
    page.add_init_script(SCANNER)
    desk = Desk(page, clinic)
    first, second = somebody(), somebody()
    desk.scan(first.id_number)
    expect(desk.page.locator("#id_name")).to_be_focused()
    desk.scan(second.id_number)
    expect(desk.page.locator("#id_id_number")).to_have_value(second.id_number)
    expect(desk.page.locator("#id_name")).to_have_value("")


@both_languages
def test_a_booked_patient_is_checked_in_with_the_code(
    open_page: OpenPage, clinic: Clinic, accessible: Check, picture: Picture, locale: str
) -> None:
    code, _person = booked(clinic)
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


@both_languages
def test_keys_are_changed_announced_as_they_are_now_and_switched_off(
    open_page: OpenPage, clinic: Clinic, accessible: Check, picture: Picture, locale: str
) -> None:
    page = Desk(open_page(locale=locale, viewport=DESK), clinic).page
    page.keyboard.press("Alt+/")
    dialog, said = page.locator("#keys"), page.locator("[data-keys-say]")
    expect(dialog).to_be_visible()
    accessible(page)
    picture(page, f"desk-keys-{locale[:2]}")
    change = dialog.locator("[data-keys='Alt+N']")
    change.focus()
    page.keyboard.press("Enter")
    for keys, refused in (("Alt+d", "D"), ("Alt+p", WORDS[locale]["print again"]), ("q", "Alt")):
        page.keyboard.press(keys)
        expect(said).to_contain_text(refused)
    page.keyboard.press("Alt+q")
    expect(said).to_contain_text("Alt Q")
    expect(change).to_be_focused()
    page.keyboard.press("Escape")
    new = page.locator(".desk-find a[href$='/new/']")
    expect(new).to_have_attribute("aria-keyshortcuts", "Alt+Q")
    expect(new).to_contain_text("Alt Q")
    page.keyboard.press("Alt+q")
    expect(page.locator("#id_name")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+/")
    dialog.get_by_role("switch").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+q")
    expect(page.locator("#id_name")).to_have_count(0)


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
    expect(desk.page.locator("#id_name")).to_be_focused()
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
