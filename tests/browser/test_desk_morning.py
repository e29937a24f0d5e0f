"""A nurse's whole morning by keyboard: every job of the desk, with its key presses, letters and seconds."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, DESK, OpenPage
from tests.browser.demo import Demo
from tests.browser.people import somebody
from tests.browser.staff import WORDS, Desk, booked, both_languages, known
from tests.browser.test_screens import Clinic
from tests.figures import Figures

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
NAMELESS = "#id_name"
NAME_OF_DOCTOR = 16
"""So many letters at most name a session without a digit in the list of all commands."""
DONE = "[data-card=ticket].is-done"


@pytest.fixture(scope="module")
def clinics(demo: Demo) -> list[Clinic]:
    """Two doctors of one department, both with numbers left."""
    found = []
    for code in demo.filled("two_doctors()"):
        found.append(Clinic(demo))
        found[-1].session = code
    return found


class Nurse(Desk):
    """The desk with a stop watch; a job that takes more presses than promised fails."""

    def begin(self, figures: Figures, locale: str) -> None:
        self.figures, self.locale = figures, locale

    @contextmanager
    def job(self, name: str, *, presses: int, letters: int = 0) -> Iterator[None]:
        before, typed, begun = self.presses, self.letters, monotonic()
        yield
        took, typed = self.presses - before, self.letters - typed
        figure = f"{self.locale[:2]} {name}: {took} keys, {typed} letters, {monotonic() - begun:.1f} s"
        self.figures.shown("desk", figure)
        assert took <= presses, figure
        assert typed <= letters, figure

    def done(self, name: str = "") -> None:
        expect(self.page.locator(DONE)).to_contain_text(name)

    def found(self, scanned: str, name: str) -> None:
        self.scan(scanned)
        expect(self.page.locator(".desk-person")).to_contain_text(name)


@both_languages
def test_every_job_of_a_nurses_morning_takes_few_keys(
    open_page: OpenPage,
    clinics: list[Clinic],
    figures: Figures,
    accessible: Check,
    picture: Picture,
    locale: str,
) -> None:
    nurse = Nurse(open_page(locale=locale, viewport=DESK), clinics[0])
    nurse.begin(figures, locale)
    walk_ins(nurse, locale)
    ticket_in_hand(nurse, clinics)
    accessible(nurse.page)
    picture(nurse.page, f"desk-steps-{locale[:2]}")
    check_ins(nurse)
    any_doctor_offered(nurse)
    accessible(nurse.page)
    picture(nurse.page, f"desk-any-{locale[:2]}")
    lists(nurse, locale)


def walk_ins(nurse: Nurse, locale: str) -> None:
    """Somebody known, undone again; somebody new in one form; whoever wants any doctor."""
    person = known(nurse.clinic)
    with nurse.job("walk-in, known", presses=5, letters=NAME_OF_DOCTOR):
        nurse.found(person.id_number, person.name)
        nurse.choose_session()
        nurse.press("Control+Enter")
        expect(nurse.page.get_by_text(WORDS[locale]["registered"])).to_be_visible()
    with nurse.job("undo and refund", presses=1):
        nurse.press("Alt+z")
        expect(nurse.page.get_by_text(WORDS[locale]["undone"])).to_be_visible()
    someone = somebody()
    with nurse.job("walk-in, new", presses=5, letters=NAME_OF_DOCTOR + len(someone.name)):
        nurse.scan(someone.id_number)
        expect(nurse.page.locator(NAMELESS)).to_be_focused()
        nurse.type(someone.name)
        nurse.choose_session()
        nurse.press("Control+Enter")
        nurse.done(someone.name)
    with nurse.job("walk-in, any doctor", presses=5, letters=NAME_OF_DOCTOR):
        nurse.found(person.id_number, person.name)
        nurse.choose_session()
        nurse.press("Alt+a")
        nurse.press("Control+Enter")
        nurse.done(person.name)


def ticket_in_hand(nurse: Nurse, clinics: list[Clinic]) -> None:
    """The ticket just made: printed again, hurried, sent to the colleague, cancelled."""
    page = nurse.page
    with nurse.job("print again", presses=1):
        nurse.press("Alt+p")
        expect(page.locator("[data-reprinted]")).not_to_have_attribute("hidden", "")
    with nurse.job("priority with its reason", presses=4, letters=2):
        nurse.press("Alt+y")
        nurse.press("ArrowDown")
        nurse.press("Tab")
        nurse.type("80")
        nurse.press("Enter")
        expect(page.locator(".desk-ticket-head .tag-warn")).to_contain_text("80")
    before = nurse.ticket()
    with nurse.job("transfer", presses=4, letters=NAME_OF_DOCTOR):
        nurse.press("Alt+t")
        target = page.locator("#transfer-session")
        expect(target).to_be_focused()
        offered = [one for one in clinics if target.locator(f"option[value='{one.session}']").count()]
        nurse.clinic = offered[0]
        nurse.choose_session()
        expect(target).to_have_value(nurse.clinic.session)
        nurse.press("Control+Enter")
        expect(page.locator(f"{DONE}:not([data-ticket='{before}'])")).to_be_visible()
    with nurse.job("cancel with its reason", presses=2, letters=4):
        nurse.press("Alt+r")
        nurse.type("left")
        nurse.press("Enter")
        expect(page.locator(".desk-ticket-number .is-over")).to_be_visible()
    with nurse.job("who did what", presses=1):
        nurse.press("Alt+v")
        expect(page.locator(".desk-steps li")).to_have_count(2)


def check_ins(nurse: Nurse) -> None:
    """Booked patients, by code, by QR code and by ID, whatever has the focus."""
    for name, scanned in (
        ("check-in by code", "{code}"),
        ("check-in by QR", "https://hospital.example/c/{code}"),
        ("check-in by ID", "{id}"),
    ):
        code, person = booked(nurse.clinic)
        nurse.page.keyboard.press("Tab")  # a scan belongs to the line, wherever the focus is
        with nurse.job(name, presses=1):
            nurse.found(scanned.format(code=code, id=person.id_number), person.name)
            nurse.press("Control+Enter")
            nurse.done(person.name)


def any_doctor_offered(nurse: Nurse) -> None:
    """Money and effect stand on the button before it is pressed; what for is asked once it matters."""
    person = known(nurse.clinic)
    nurse.found(person.id_number, person.name)
    nurse.choose_session()
    expect(nurse.page.locator("#specialty")).to_be_hidden()
    nurse.press("Alt+a")
    expect(nurse.page.locator("[data-any] input")).to_be_checked()
    expect(nurse.page.locator("[data-register]")).to_contain_text("¥20.00")
    nurse.press("Alt+w")
    expect(nurse.page.locator("#specialty option")).to_have_count(3)
    nurse.press("ArrowDown")
    expect(nurse.page.locator("#specialty")).not_to_have_value("")
    expect(nurse.page.locator("[data-outlook]")).to_have_text(re.compile("^(Preferably|优先)"))


def lists(nurse: Nurse, locale: str) -> None:
    """Today's list, and the list of all commands."""
    page, row = nurse.page, nurse.page.locator("#desk-recent tr", has=nurse.page.locator(".tag-booked")).first
    number, name = row.locator("th").inner_text(), row.locator("td").nth(1).inner_text()
    with nurse.job("a number in today's list", presses=3, letters=len(number)):
        nurse.press("Alt+l")
        expect(page.locator("#today-q")).to_be_focused()
        nurse.type(number)
        expect(page.locator("[data-line]")).to_have_count(1)
        nurse.press("ArrowDown")
        nurse.press("Enter")
        expect(page.locator("[data-card=ticket]")).to_contain_text(name)
    wanted = "xhz" if locale == CHINESE else "new pat"
    with nurse.job("a command by its name", presses=2, letters=len(wanted)):
        nurse.press("Control+k")
        nurse.type(wanted)
        nurse.press("Enter")
        expect(page.locator(NAMELESS)).to_be_focused()
