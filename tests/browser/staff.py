"""The front desk and the expert's room as their people drive them: by keys."""

import pytest
from playwright.sync_api import Page, expect

from hospital.common.codes import random_code
from tests.browser.conftest import CHINESE, ENGLISH
from tests.browser.demo import Demo
from tests.browser.people import Person, enter_as, somebody
from tests.browser.test_screens import Clinic

both_languages = pytest.mark.parametrize("locale", [CHINESE, ENGLISH])

WORDS = {
    CHINESE: {
        "registered": "已登记，排队票已打印",
        "checked in": "已报到，排队票已打印",
        "undone": "已撤销，号已放回。请退还现金 ¥",
        "id right": "居民身份证，校验通过",
        "id wrong": "居民身份证，校验不符",
        "take": "收 ¥",
        "print again": "补打",
        "turn": "叫到您了",
        "start": "开始就诊",
        "finish and call": "完成并叫下一位",
        "pass anyway": "仍然过号",
        "short break": "短暂休息",
        "help": "求助",
        "transfers": "转哪一位？",
        "steps": "叫号",
    },
    ENGLISH: {
        "registered": "Registered, ticket printed",
        "checked in": "Checked in, ticket printed",
        "undone": "Undone, number given back. Hand back ¥",
        "id right": "Resident ID, check digit right",
        "id wrong": "Resident ID, check digit wrong",
        "take": "Take ¥",
        "print again": "Print again",
        "turn": "It is your turn",
        "start": "Start",
        "finish and call": "Finish and call next",
        "pass anyway": "Pass anyway",
        "short break": "short break",
        "help": "needs help",
        "transfers": "Who goes?",
        "steps": "Called",
    },
}


def running_clinic(demo: Demo) -> Clinic:
    """The running session, with no emergency left waiting: the next one registered is the next called."""
    here = Clinic(demo)
    if here.rows(
        "SELECT 1 FROM queueing_pause p JOIN booking_clinicsession s ON s.id = p.session_id"
        " WHERE s.code = %s AND p.state = 'paused'",
        here.session,
    ):
        here.ask(f"sessions/{here.session}/resume/")
    here.call_emergencies()
    here.never_full()
    return here


class Desk:
    """The front desk, driven by keys only. What a scanner types counts as nothing."""

    def __init__(self, page: Page, clinic: Clinic) -> None:
        self.page, self.clinic, self.presses, self.letters = page, clinic, 0, 0
        enter_as(page, "desk")
        page.goto("/desk/")
        expect(page.locator("#desk-q")).to_be_focused()

    def scan(self, text: str) -> None:
        self.page.wait_for_load_state()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def type(self, text: str) -> None:
        self.letters += len(text)
        self.page.keyboard.type(text)

    def press(self, keys: str) -> None:
        """Press once the page listens; another page may have just begun."""
        self.page.wait_for_load_state()
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
        self.type(name)
        self.press("Enter")

    def number(self) -> str:
        return self.page.locator(".desk-ticket-number strong").inner_text()

    def ticket(self) -> str:
        return self.page.locator("[data-ticket]").get_attribute("data-ticket") or ""

    def register_new(self) -> str:
        """Somebody new, called next; the number."""
        person = somebody()
        self.scan(person.id_number)
        expect(self.page.locator("#id_name")).to_be_focused()
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
            self.press("Alt+3")
            expect(page.locator("#room-finish")).to_be_enabled()

    def press(self, keys: str) -> None:
        """Press once the page has taken the last step's answer; what is pressed before that counts as pressed twice."""
        self.page.wait_for_load_state()
        expect(self.page.locator("#room")).not_to_have_attribute("aria-busy", "true")
        self.page.keyboard.press(keys)

    def call(self, number: str) -> None:
        """Call whoever is next; it must be this number."""
        expect(self.page.locator(".room-next-number")).to_have_text(number)
        self.press("Alt+1")
        expect(self.page.locator(".room-number")).to_have_text(number)


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


def ticket_number(clinic: Clinic, code: str) -> str:
    """The number on the paper of a ticket."""
    letter, number = clinic.rows(
        "SELECT q.letter, t.number FROM queueing_ticket t JOIN queueing_queue q ON q.id = t.queue_id"
        " WHERE t.code = %s",
        code,
    )[0]
    return f"{letter}{number:02d}"


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


def booked(clinic: Clinic) -> tuple[str, Person]:
    """A number in the session's last slot, booked the evening before: the code to check in with, and whose it is."""
    person = known(clinic)
    code = random_code(12)
    with clinic.demo.database() as connection:
        connection.execute(BOOK, {"session": clinic.session, "code": code, "short": code[:8]})
    return code[:8], person
