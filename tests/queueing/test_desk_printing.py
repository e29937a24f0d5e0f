"""Slips at the desk: the chosen printer gets them, what became of each is said, and one is printed again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from booking import services as booking
from booking.models import Appointment
from hospital.common.actor import Actor
from queueing import services
from queueing.models import Printer, PrintJob, Ticket
from tests.booking.test_pages import text
from tests.queueing.conftest import Morning
from tests.queueing.receipt_printer import ReceiptPrinter, receipt_printer

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Iterator[ReceiptPrinter]:
    with receipt_printer() as printer:
        yield printer


@pytest.fixture
def printer(morning: Morning, paper: ReceiptPrinter) -> Printer:
    values = {"name": "Desk 1", "host": "127.0.0.1", "port": paper.port}
    return services.printer_add(values=values, actor=Actor.of(morning.cast.manager), now=morning.now())


@pytest.fixture
def booked(morning: Morning) -> Appointment:
    return morning.book(1)


@pytest.fixture
def page(morning: Morning, client: Client, settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    morning.now.at("08:10")
    booking.sessions_advance(morning.now())
    client.force_login(morning.cast.desk)
    return client


def registered(page: Client, morning: Morning, key: str = "r1") -> str:
    asked = {"patient": morning.patient().code, "session": morning.session.code, "payment": "cash"}
    return page.post("/desk/register/", {**asked, "key": key}, headers=HTMX).content.decode()


def work_off(morning: Morning, printer: Printer) -> None:
    services.printer_work_off(printer_id=printer.pk, moment=morning.now)


def state(page: Client) -> str:
    return text(page.get(f"/desk/prints/{PrintJob.objects.latest('pk').code}/"))


def test_a_desk_that_chose_no_printer_prints_from_the_browser(page: Client, morning: Morning) -> None:
    card = registered(page, morning)
    assert "Registered, ticket printed" in card
    assert " data-print" in card
    assert not PrintJob.objects.exists()


def test_the_chosen_printer_gets_the_slip_once_and_the_card_says_what_became_of_it(
    page: Client, morning: Morning, printer: Printer, paper: ReceiptPrinter
) -> None:
    page.post("/desk/printer/", {"printer": printer.code})
    assert (page.cookies["printer"]["path"], page.cookies["printer"]["httponly"]) == ("/desk/", True)
    cards = [registered(page, morning) for _press in range(2)]
    assert not any(" data-print" in card for card in cards)
    assert "ticket printed" not in cards[0]
    assert "The slip goes to Desk 1" in state(page)
    work_off(morning, printer)
    assert "Slip printed: Desk 1, 08:10:00" in state(page)
    assert len(paper.wait(1)) == PrintJob.objects.count() == 1


def test_who_booked_gets_a_slip_too(
    morning: Morning, booked: Appointment, page: Client, printer: Printer
) -> None:
    page.post("/desk/printer/", {"printer": printer.code})
    page.post("/desk/check-in/", {"appointment": booked.code, "key": "c1"}, headers=HTMX)
    assert PrintJob.objects.get().ticket == Ticket.objects.get(appointment=booked)


def test_a_slip_that_did_not_come_out_is_told_at_every_desk_until_it_is_printed_again(
    page: Client, morning: Morning, printer: Printer, paper: ReceiptPrinter
) -> None:
    page.post("/desk/printer/", {"printer": printer.code})
    paper.paper = False
    registered(page, morning)
    work_off(morning, printer)
    assert "out of paper. It is tried again by itself" in state(page)
    morning.now.advance(seconds=61)
    work_off(morning, printer)
    assert "print from the browser" in state(page)
    number = Ticket.objects.get().display
    assert number in text(page.get("/desk/prints/"))
    assert "Slips that were not printed" in text(page.get("/desk/"))
    paper.paper = True
    asked = {"ticket": Ticket.objects.get().code, "key": "p1"}
    for _press in range(2):
        assert "Printed again" in text(page.post("/desk/reprint/", asked, headers=HTMX))
    assert number not in text(page.get("/desk/prints/"))
    morning.now.advance(seconds=31)
    work_off(morning, printer)
    [slip] = paper.wait(1)
    assert "补打 1" in slip.text or "REPRINT 1" in slip.text
    assert morning.cast.desk.get_username() in slip.text


def test_printing_again_without_a_printer_is_refused_and_says_why(page: Client, morning: Morning) -> None:
    asked = {"ticket": morning.walk_in().code, "key": "p1"}
    refused = page.post("/desk/reprint/", asked, headers=HTMX)
    assert refused.status_code == 409
    assert "No printer is chosen at this desk" in text(refused)
    assert not PrintJob.objects.exists()
