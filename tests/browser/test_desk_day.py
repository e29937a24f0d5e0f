"""A nurse's morning by keyboard and the expert's by five keys; the screen and the phone follow within a second."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from hospital.common.codes import random_code
from tests.browser.conftest import CHINESE, DESK, ENGLISH, PHONE, OpenPage
from tests.browser.demo import Demo
from tests.browser.people import Person, enter_as, somebody
from tests.browser.test_screens import SCREEN, STATE, Clinic

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]

both_languages = pytest.mark.parametrize("locale", [CHINESE, ENGLISH])

WORDS = {
    CHINESE: {
        "registered": "已登记，排队票已打印",
        "checked in": "已报到，排队票已打印",
        "undone": "已撤销，号已放回。请退还现金 ¥",
        "id right": "居民身份证，校验通过",
        "id wrong": "居民身份证，校验不符",
        "take": "收 ¥",
        "turn": "叫到您了",
        "start": "开始就诊",
        "finish and call": "完成并叫下一位",
        "pass anyway": "仍然过号",
    },
    ENGLISH: {
        "registered": "Registered, ticket printed",
        "checked in": "Checked in, ticket printed",
        "undone": "Undone, number given back. Hand back ¥",
        "id right": "Resident ID, check digit right",
        "id wrong": "Resident ID, check digit wrong",
        "take": "Take ¥",
        "turn": "It is your turn",
        "start": "Start",
        "finish and call": "Finish and call next",
        "pass anyway": "Pass anyway",
    },
}


@pytest.fixture
def clinic(demo: Demo) -> Clinic:
    """The running session, with no emergency left waiting: the next one registered is the next called."""
    here = Clinic(demo)
    while here.rows(
        "SELECT 1 FROM queueing_ticket t JOIN queueing_queuesession l ON l.queue_id = t.queue_id"
        " JOIN booking_clinicsession s ON s.id = l.session_id"
        " WHERE s.code = %s AND t.state = 'waiting' AND t.priority = 'emergency'",
        here.session,
    ):
        here.call()
    with demo.database() as connection:  # the demo's data stays between runs: never sold out here
        connection.execute(
            "UPDATE booking_clinicsession SET number_limit = walk_ins + appointments_taken + 30 WHERE code = %s",
            [here.session],
        )
    return here


class Desk:
    """The front desk, driven by keys only. ``presses`` counts them; what a scanner types counts as nothing."""

    def __init__(self, page: Page, clinic: Clinic) -> None:
        self.page, self.clinic, self.presses = page, clinic, 0
        enter_as(page, "desk")
        page.goto("/desk/")
        expect(page.locator("#desk-q")).to_be_focused()

    def scan(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def press(self, keys: str) -> None:
        self.presses += 1
        self.page.keyboard.press(keys)

    def choose_session(self) -> None:
        """The clinic's running session, by its own key, or from the list of all commands when it has none."""
        radio = self.page.locator(f"#session-{self.clinic.session}")
        keys = radio.get_attribute("aria-keyshortcuts")
        if keys:
            self.press(keys)
            return
        name = self.page.locator(f"label[for=session-{self.clinic.session}] strong").inner_text()
        self.press("Control+k")
        self.page.keyboard.type(name)
        self.press("Enter")

    def number(self) -> str:
        return self.page.locator(".desk-ticket-number strong").inner_text()

    def ticket(self) -> str:
        return self.page.locator("[data-ticket]").get_attribute("data-ticket") or ""

    def register_new(self) -> str:
        """Somebody new, called next; the number."""
        person = somebody()
        self.scan(person.id_number)
        self.page.locator("#id_name").fill(person.name)
        self.choose_session()
        self.page.locator("#priority").select_option("emergency")
        self.page.locator("#priority-reason").fill("browser test")
        self.press("Control+Enter")
        expect(self.page.locator("[data-card=ticket].is-done")).to_be_visible()
        return self.number()


class Room:
    """The expert's page, driven by its keys."""

    def __init__(self, page: Page, clinic: Clinic) -> None:
        self.page, self.clinic = page, clinic
        enter_as(page, "expert")
        page.goto(f"/room/{clinic.session}/")
        expect(page.locator("body")).to_have_attribute("data-live-state", "live")
        if page.locator("#room-start").is_enabled():
            page.keyboard.press("Alt+3")
            expect(page.locator("#room-finish")).to_be_enabled()

    def call(self, number: str) -> None:
        """Call whoever is next; it must be this number."""
        expect(self.page.locator(".room-next-number")).to_have_text(number)
        self.page.keyboard.press("Alt+1")
        expect(self.page.locator(".room-number")).to_have_text(number)


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
    begun = time.monotonic()
    expect(phone.get_by_role("heading", name=words["turn"])).to_be_visible()
    expect(
        screen.locator(".screen-now", has_text=number)
    ).to_be_visible()  # its turn to be spoken comes by itself
    assert time.monotonic() - begun < 1.0
    expect(room.page.locator(".room-number")).to_have_text(number)
    expect(room.page.locator("#room-start")).to_be_focused()
    accessible(room.page)
    picture(room.page, f"room-called-{locale[:2]}")


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
    begun = time.monotonic()
    desk.press("Control+Enter")
    expect(desk.page.get_by_text(words["registered"])).to_be_visible()
    assert desk.presses <= 5
    assert time.monotonic() - begun < 2.0
    desk.press("Alt+z")
    expect(desk.page.get_by_text(words["undone"])).to_be_visible()


def known(clinic: Clinic) -> Person:
    """Somebody whom the hospital knows and who does not wait now."""
    person = somebody()
    ticket = clinic.ask(
        "desk/walk-ins/",
        {
            "session": clinic.session,
            "name": person.name,
            "id_type": "resident",
            "id_number": person.id_number,
            "phone": person.phone,
            "payment": "cash",
        },
        role="desk",
    )
    clinic.ask(f"tickets/{ticket['code']}/leave/", {"reason": "browser test"}, role="desk")
    return person


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


def ticket_number(clinic: Clinic, code: str) -> str:
    """The number on the paper of a ticket."""
    letter, number = clinic.rows(
        "SELECT q.letter, t.number FROM queueing_ticket t JOIN queueing_queue q ON q.id = t.queue_id"
        " WHERE t.code = %s",
        code,
    )[0]
    return f"{letter}{number:02d}"
