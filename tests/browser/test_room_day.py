"""An expert's morning by five keys; the screen and the phone follow within a second."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from random import randint

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from hospital.common.codes import random_code
from tests.browser.conftest import CHINESE, DESK, ENGLISH, PHONE, OpenPage
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
    room.press("Alt+1")
    expect(phone.get_by_role("heading", name=words["turn"])).to_be_visible()
    expect(
        screen.locator(".screen-now", has_text=number)
    ).to_be_visible()  # its turn to be spoken comes by itself
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
    room.press("Alt+5")
    sure = room.page.get_by_role("button", name=words["pass anyway"])
    expect(sure).to_be_focused()
    accessible(room.page)
    room.press("Escape")
    expect(sure).to_have_count(0)
    room.press("Alt+3")
    expect(room.page.locator("#room-next")).to_contain_text(words["finish and call"])
    picture(room.page, f"room-serving-{locale[:2]}")
    room.call(second)
    room.press("Alt+5")
    expect(sure).to_be_focused()
    room.press("Alt+5")
    expect(room.page.locator(".room-number")).to_have_count(0)
    room.page.locator(f"#room-back-{second}").click()
    expect(room.page.locator(".room-next-number")).to_have_text(second)
    room.call(second)


@both_languages
def test_pausing_calling_out_of_order_history_transfer_and_help_by_keys(
    open_page: OpenPage,
    clinic: Clinic,
    colleague: Clinic,
    accessible: Check,
    picture: Picture,
    locale: str,
) -> None:
    words = WORDS[locale]
    first, second = clinic.waiting(), clinic.waiting()
    room = Room(open_page(locale=locale, viewport=DESK), clinic)
    page, sheet = room.page, room.page.locator("#room-dialog")
    phone, screen = open_page(locale=locale, viewport=PHONE), open_page(locale=locale, viewport=SCREEN)
    phone.goto(f"/t/{first}/")
    screen.goto(clinic.screen)
    room.press("Alt+0")
    expect(sheet.locator(":focus")).to_have_value("break")
    accessible(page)
    picture(page, f"room-pause-{locale[:2]}")
    room.press("Control+Enter")
    expect(page.locator("#room-resume")).to_be_visible()
    expect(page.locator("#room-next")).to_be_disabled()
    expect(phone.locator("#paused")).to_contain_text(words["short break"])
    # a screen speaks the language of its set-up
    expect(screen.locator(".screen-paused").first).to_contain_text(WORDS[CHINESE]["short break"])
    picture(page, f"room-paused-{locale[:2]}")
    room.press("Alt+0")
    expect(page.locator("#room-next")).to_be_enabled()
    expect(phone.locator("#paused")).to_have_count(0)
    room.press("Alt+6")
    expect(sheet.locator(":focus")).to_have_value(first)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("browser test")
    room.press("Control+Enter")
    expect(page.locator(".room-number")).to_have_text(ticket_number(clinic, second))
    room.press("Alt+3")
    expect(page.locator("#room-finish")).to_be_enabled()
    room.press("Alt+7")
    expect(sheet.locator(".sheet-steps").first).to_contain_text(words["steps"])
    accessible(page)
    picture(page, f"room-history-{locale[:2]}")
    room.press("Escape")
    expect(sheet).to_be_hidden()
    room.press("Alt+t")
    expect(sheet).to_contain_text(words["transfers"])
    accessible(page)
    picture(page, f"room-transfer-{locale[:2]}")
    sheet.locator(f"input[value='{first}']").check()
    sheet.locator("#transfer-target").select_option(f"session:{colleague.session}")
    room.press("Control+Enter")
    expect(sheet).to_be_hidden()
    phone.locator("#live a.btn-primary").click()
    expect(phone.locator("#fee-due")).to_contain_text("¥20.00")
    accessible(phone)
    picture(phone, f"phone-transferred-{locale[:2]}")
    clinic.ask(f"tickets/{phone.url.rstrip('/').rsplit('/', 1)[1]}/leave/", role="desk")
    desk = Desk(open_page(locale=locale, viewport=DESK), clinic)
    room.press("Alt+h")
    expect(desk.page.locator(".alarm.is-ringing")).to_contain_text(words["help"])
    accessible(desk.page)
    picture(desk.page, f"desk-alarm-{locale[:2]}")
    desk.page.keyboard.press("Alt+h")
    expect(page.locator(".room-alarm.note-ok")).to_be_visible()
    expect(desk.page.locator(".alarm.is-ringing")).to_have_count(0)


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


Held = list[tuple[Route, APIResponse]]


def read_and_wait(page: Page, clinic: Clinic) -> Held:
    """The room has been read, and its answer does not come yet."""
    held: Held = []
    page.route(
        re.compile(rf"/room/{clinic.session}/live/"),
        lambda route: held.append((route, route.fetch())),
        times=1,
    )
    page.evaluate("void Object.assign(document.getElementById('room').live, {etag: ''}).poll()")
    while not held:
        page.wait_for_timeout(10)
    return held


def answered_late(page: Page, held: Held) -> None:
    for route, old in held:
        route.fulfill(response=old)
    while page.evaluate("document.getElementById('room').live.polling !== null"):
        page.wait_for_timeout(10)


def test_what_was_read_before_a_step_does_not_cover_its_answer(open_page: OpenPage, clinic: Clinic) -> None:
    first, second = (ticket_number(clinic, clinic.waiting()) for _ in range(2))
    room = Room(open_page(locale=ENGLISH, viewport=DESK), clinic)
    page = room.page
    room.call(first)
    expect(page.locator("#room")).not_to_have_attribute("aria-busy", "true")
    held = read_and_wait(page, clinic)
    room.press("Alt+3")
    expect(page.locator("#room-next")).to_contain_text("Finish and call next")
    answered_late(page, held)
    expect(page.locator("#room-next")).to_be_enabled(timeout=1)
    room.call(second)


def test_what_was_read_before_a_refusal_does_not_cover_its_reason(
    open_page: OpenPage, clinic: Clinic
) -> None:
    ticket = clinic.waiting()
    room = Room(open_page(locale=ENGLISH, viewport=DESK), clinic)
    held = read_and_wait(room.page, clinic)
    clinic.call()
    clinic.ask(f"tickets/{ticket}/start/")
    room.press("Alt+1")
    why = room.page.get_by_role("alert").filter(has_text="somebody else is in the room")
    expect(why).to_be_visible()
    answered_late(room.page, held)
    room.page.wait_for_timeout(300)  # what was asked for meanwhile is read, too
    expect(why).to_be_visible(timeout=1)


TWIN = """
WITH twin AS (
    INSERT INTO booking_clinicsession
    SELECT made.* FROM booking_clinicsession here, LATERAL jsonb_populate_record(
        here, jsonb_build_object('id', nextval(pg_get_serial_sequence('booking_clinicsession', 'id')),
        'code', %(code)s::text, 'letter', %(letter)s::text, 'opens_at', here.opens_at + %(later)s * interval '1 s',
        'walk_ins', 0, 'appointments_taken', 0, 'fee_fen', here.fee_fen + %(more)s,
        'room_id', (SELECT max(id) FROM booking_room WHERE id <> here.room_id))) made
    WHERE here.code = %(session)s RETURNING id
)
"""
OWN = "SELECT id FROM twin"
SHARE = """
INSERT INTO queueing_queuesession (session_id, queue_id)
SELECT twin.id, link.queue_id FROM twin, queueing_queuesession link
JOIN booking_clinicsession here ON here.id = link.session_id WHERE here.code = %(session)s
"""


@contextmanager
def twin(clinic: Clinic, queue: str, *, more: int = 0) -> Iterator[Clinic]:
    """A second session at the hours of the running one. The demo has one expert who signs in: it is theirs, too."""
    here = copy(clinic)
    here.session = random_code(12)
    with clinic.demo.database() as connection:
        given = {
            "code": here.session,
            "letter": here.session[:2],
            "session": clinic.session,
            "later": randint(1, 3000),
            "more": more,
        }
        connection.execute(TWIN + queue, given)
        yield here
        connection.execute(
            "UPDATE booking_clinicsession SET state = 'closed' WHERE code = %s", [here.session]
        )


@pytest.fixture
def neighbour(clinic: Clinic) -> Iterator[Clinic]:
    """Another room that calls from the same queue, closed afterwards."""
    with twin(clinic, SHARE) as here:
        yield here


@pytest.fixture
def colleague(clinic: Clinic) -> Iterator[Clinic]:
    """Another room with a queue of its own, 20 yuan dearer, closed afterwards."""
    with twin(clinic, OWN, more=2000) as here:
        yield here


def for_anybody(clinic: Clinic) -> str:
    """Somebody who wants any doctor; the number."""
    code = clinic.waiting()
    with clinic.demo.database() as connection:
        connection.execute(
            "UPDATE queueing_ticket SET chosen = false, priority = 'normal' WHERE code = %s", [code]
        )
    return ticket_number(clinic, code)


@both_languages
def test_two_rooms_share_one_queue(
    open_page: OpenPage,
    clinic: Clinic,
    neighbour: Clinic,
    accessible: Check,
    picture: Picture,
    locale: str,
) -> None:
    clinic.waiting()  # waits for the first room, but as an emergency is called by whoever is free
    anybody = for_anybody(neighbour)
    emergency = ticket_number(clinic, clinic.waiting())
    rooms = [Room(open_page(locale=locale, viewport=DESK), one) for one in (clinic, neighbour)]
    first, second = (room.page.locator(".room-next-number") for room in rooms)
    rooms[0].call(first.inner_text())
    for shown in (first, second):
        expect(shown).to_have_text(emergency)
    rooms[1].call(emergency)
    expect(first).not_to_have_text(emergency)
    expect(second).to_have_text(anybody)
    expect(rooms[1].page.locator("#room-elsewhere")).to_be_visible()
    rooms[1].press("Alt+3")
    expect(rooms[1].page.locator("#room-finish")).to_be_enabled()
    rooms[1].call(anybody)
    expect(rooms[0].page.locator(".room-queue")).not_to_contain_text(anybody)
    accessible(rooms[1].page)
    picture(rooms[1].page, f"room-shared-{locale[:2]}")
