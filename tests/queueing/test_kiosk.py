"""The kiosk: paired with its token, it checks booked patients in by code or document, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from booking.models import Appointment, ClinicSession
from hospital.accounts.services import token_issue, token_revoke
from hospital.common.actor import Actor
from hospital.models import ApiToken
from queueing import services
from queueing.models import CheckInTry, Kiosk, PrintJob, Ticket
from queueing.selectors.kiosks import document_index
from tests import factories
from tests.booking.test_pages import text
from tests.hospital.clinic_day import execute, unguarded
from tests.queueing.conftest import Morning
from tests.queueing.receipt_printer import ReceiptPrinter, receipt_printer

pytestmark = pytest.mark.django_db

TAIL = "3226"


class Hall:
    """A kiosk in the hall: what a patient scans, types and presses."""

    def __init__(self, morning: Morning) -> None:
        self.morning = morning
        self.token = token_issue(name="hall", actor=Actor.job("test"), now=morning.now(), device="kiosk")
        self.client = Client(headers={"Accept-Language": "en"})
        self.keys = 0

    def pair(self) -> Kiosk:
        self.client.post("/kiosk/pair/", {"token": self.token})
        return Kiosk.objects.get()

    def say(self, scanned: str, tail: str = "", *, key: str = "", lang: str = "en") -> HttpResponse:
        self.keys += 1
        body = {"text": scanned, "phone_tail": tail, "lang": lang, "key": key or f"key{self.keys}"}
        return self.client.post("/kiosk/check-in/", body, headers={"HX-Request": "true"})


@pytest.fixture
def hall(morning: Morning) -> Hall:
    made = Hall(morning)
    made.pair()
    return made


@pytest.fixture
def paper() -> Iterator[ReceiptPrinter]:
    with receipt_printer() as printer:
        yield printer


def with_phone(appointment: Appointment) -> Appointment:
    type(appointment.patient).objects.filter(pk=appointment.patient_id).update(phone_tail=TAIL)
    return appointment


def test_a_machine_is_a_kiosk_once_its_token_was_entered_and_until_that_ends(morning: Morning) -> None:
    hall = Hall(morning)
    assert "Set up this kiosk" in text(hall.client.get("/kiosk/"))
    assert "This token is not valid" in text(hall.client.post("/kiosk/pair/", {"token": "fl_nothing"}))
    assert hall.say("AB23CD45").status_code == 403
    hall.pair()
    cookie = hall.client.cookies["kiosk"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/kiosk/")
    assert "Check in for your booking" in text(hall.client.get("/kiosk/?lang=en"))
    token_revoke(token=ApiToken.objects.get(device="kiosk"), actor=morning.desk, now=morning.now())
    assert "Set up this kiosk" in text(hall.client.get("/kiosk/"))
    assert hall.say("AB23CD45").status_code == 403


def test_a_persons_token_makes_no_kiosk(morning: Morning) -> None:
    hall = Hall(morning)
    hall.token = token_issue(name="script", actor=morning.desk, now=morning.now(), user=morning.cast.manager)
    assert hall.client.post("/kiosk/pair/", {"token": hall.token}).status_code == 400
    assert not Kiosk.objects.exists()


def test_the_kiosk_starts_in_the_hospitals_language_whoever_was_there_before(
    hall: Hall, settings: LazySettings
) -> None:
    settings.LANGUAGE_CODE = "zh-hans"
    assert "预约签到" in text(hall.client.get("/kiosk/"))
    assert "Check in for your booking" in text(hall.client.get("/kiosk/?lang=en"))
    assert "预约签到" in text(hall.client.get("/kiosk/"))


def test_check_in_by_the_scanned_code_shows_number_room_and_place(hall: Hall) -> None:
    appointment = hall.morning.book(1)
    hall.morning.now.at("07:30")
    shown = text(hall.say(f"https://h.example/appointments/{appointment.checkin_code}/"))
    for words in ("Checked in", "A01", "305", "0 people"):
        assert words in shown
    assert appointment.patient.name not in shown
    assert Ticket.objects.get().channel == "appointment"


def test_a_document_is_asked_for_the_phones_last_digits(hall: Hall) -> None:
    appointment = with_phone(hall.morning.book(1))
    hall.morning.now.at("07:30")
    document = appointment.patient.id_number
    assert "last four digits" in text(hall.say(document))
    assert "These are not four digits" in text(hall.say(document, "32"))
    wrong = hall.say(document, "0000")
    assert (wrong.status_code, 'name="phone_tail"' in text(wrong), "4 more times" in text(wrong)) == (
        404,
        True,
        True,
    )
    assert not Ticket.objects.exists()
    assert "Checked in" in text(hall.say(document, TAIL))


def test_digits_cannot_be_guessed(hall: Hall) -> None:
    appointment = with_phone(hall.morning.book(1))
    hall.morning.now.at("07:30")
    document = appointment.patient.id_number
    for guess in range(5):
        wrong = hall.say(document, f"000{guess}")
        assert (wrong.status_code, "front desk only" in text(wrong)) == (404, guess == 4)
    refused = hall.say(document, TAIL)
    assert (refused.status_code, "front desk only" in text(refused)) == (429, True)
    assert not Ticket.objects.exists()
    assert not any(document.encode() in bytes(one.id_index) for one in CheckInTry.objects.all())
    hall.morning.now.advance(minutes=61)
    assert "Checked in" in text(hall.say(document, TAIL))


def test_asking_again_while_refused_does_not_put_the_hour_off(hall: Hall) -> None:
    """Else whoever knows a document, or is only impatient, keeps its owner from the kiosk the whole day."""
    appointment = with_phone(hall.morning.book(1))
    hall.morning.now.at("07:30")
    document = appointment.patient.id_number
    for guess in range(5):
        hall.say(document, f"000{guess}")
    hall.morning.now.at("08:00")
    assert [hall.say(document, TAIL).status_code for _again in range(7)] == [429] * 7
    hall.morning.now.at("08:31")
    assert "Checked in" in text(hall.say(document, TAIL))


def test_digits_cannot_be_guessed_through_the_api_either(hall: Hall) -> None:
    """The same token, the same tries: the kiosk's page and its address in the API are counted together."""
    appointment = with_phone(hall.morning.book(1))
    hall.morning.now.at("07:30")
    document = appointment.patient.id_number

    def ask(tail: str) -> HttpResponse:
        return Client().post(
            "/api/v1/desk/check-ins/",
            {"id_number": document, "phone_tail": tail},
            content_type="application/json",
            headers={"Authorization": f"Token {hall.token}", "Idempotency-Key": f"guess {tail}"},
        )

    assert [ask(f"000{guess}").status_code for guess in range(3)] == [404] * 3
    document = "".join(chr(ord(sign) + 0xFEE0) for sign in document)  # the same in full-width signs
    assert ask("0003").status_code == 404
    assert hall.say(document, "0005").status_code == 404
    refused = ask(TAIL)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_tries")
    hall.morning.now.advance(minutes=61)
    assert [ask(TAIL).status_code for _twice in range(2)] == [201, 201]


def test_a_permit_has_its_tries_once_however_often_it_was_renewed() -> None:
    assert len({document_index(f"h1234567-8{issue:02}") for issue in range(100)}) == 1
    assert document_index("H12345678") != document_index("H12345679")


def test_whoever_is_right_uses_up_no_try(hall: Hall) -> None:
    appointment = with_phone(hall.morning.book(1))
    document = appointment.patient.id_number
    for _turn in range(8):
        assert "Too early" in text(hall.say(document, TAIL))
    hall.morning.now.at("07:30")
    assert "Checked in" in text(hall.say(document, TAIL))
    assert not CheckInTry.objects.exists()


def test_how_often_digits_may_be_wrong_is_the_policys(hall: Hall) -> None:
    factories.policy_without_limits(hall.morning.now(), kiosk_tries=1)
    document = with_phone(hall.morning.book(1)).patient.id_number
    assert [hall.say(document, "0000").status_code for _turn in range(2)] == [404, 429]


def test_several_appointments_are_offered_without_the_person(
    hall: Hall, other_session: ClinicSession
) -> None:
    patient = hall.morning.patient()
    type(patient).objects.filter(pk=patient.pk).update(phone_tail=TAIL)
    for session in (hall.morning.session, other_session):
        held = factories.hold(factories.slots(session)[1], patient, None, hall.morning.now())
        type(held).objects.filter(pk=held.pk).update(state="booked")
    hall.morning.now.at("07:30")
    shown = text(hall.say(patient.id_number, TAIL))
    assert "Which appointment?" in shown
    assert patient.name not in shown
    assert patient.id_number not in shown
    chosen = Appointment.objects.filter(patient=patient).latest("pk")
    assert "Checked in" in text(hall.say(chosen.code))
    assert Ticket.objects.get().appointment == chosen


@pytest.mark.parametrize(
    ("wall", "state", "says", "advice"),
    [
        ("06:30", "booked", "Too early", "come back"),
        ("07:30", "held", "not been paid", "Pay on your phone"),
        ("07:30", "cancelled", "was cancelled", "front desk"),
        ("12:30", "unresolved", "is over", "front desk"),
    ],
)
def test_what_is_refused_is_said_with_what_to_do(
    hall: Hall, wall: str, state: str, says: str, advice: str
) -> None:
    appointment = hall.morning.book(1)
    hall.morning.now.at(wall)
    if state != "booked":
        execute(unguarded("booking_appointment"))
        Appointment.objects.filter(pk=appointment.pk).update(state=state)
    shown = text(hall.say(appointment.checkin_code))
    assert says in shown
    assert advice in shown
    assert "nothing was printed" in shown
    assert not Ticket.objects.exists()


def test_another_day_is_named(hall: Hall) -> None:
    appointment = hall.morning.book(1)
    hall.morning.now.advance(days=-1)
    assert "2026-11-02" in text(hall.say(appointment.checkin_code))


@pytest.mark.parametrize(
    ("scanned", "says"),
    [
        ("110105194912310021", "cannot be right"),
        ("13800138000", "Not the phone number"),
        ("$$", "could not be read"),
        ("NBSUCH22", "No appointment found"),
    ],
)
def test_what_cannot_be_read_is_said(hall: Hall, scanned: str, says: str) -> None:
    assert says in text(hall.say(scanned))


def test_whoever_comes_after_the_slot_is_told(hall: Hall) -> None:
    appointment = hall.morning.book(1)
    hall.morning.now.at("09:10")
    assert "You come after your time of 08:00–09:00" in text(hall.say(appointment.checkin_code))


def test_a_passed_patient_scans_the_slip_and_is_back_in_the_queue(hall: Hall) -> None:
    appointment = hall.morning.book(1)
    hall.morning.now.at("07:30")
    hall.say(appointment.checkin_code)
    ticket = Ticket.objects.get()
    link = f"https://h.example/t/{ticket.code}/"
    assert "You are checked in already" in text(hall.say(link))
    hall.morning.call("08:00")
    assert "It is your turn" in text(hall.say(link))
    hall.morning.do("pass", ticket, "08:03")
    assert "Back in the queue" in text(hall.say(link))
    ticket.refresh_from_db()
    assert ticket.state == "waiting"
    hall.morning.serve("08:05")
    hall.morning.do("finish", ticket, "08:10")
    assert "This number is finished" in text(hall.say(link))


def test_the_same_press_twice_is_one_check_in_and_one_slip(hall: Hall, paper: ReceiptPrinter) -> None:
    printed_at(hall, paper)
    appointment = hall.morning.book(1)
    hall.morning.now.at("07:30")
    first, second = (hall.say(appointment.checkin_code, key="once") for _turn in range(2))
    assert "Checked in" in text(first)
    assert "Checked in" in text(second)
    assert (Ticket.objects.count(), PrintJob.objects.count()) == (1, 1)


def printed_at(hall: Hall, paper: ReceiptPrinter) -> int:
    """Managers gave the kiosk a printer."""
    boss = Actor.of(hall.morning.cast.manager)
    printer = services.printer_add(
        values={"name": "Hall", "host": "127.0.0.1", "port": paper.port}, actor=boss, now=hall.morning.now()
    )
    services.kiosk_set(
        kiosk_id=Kiosk.objects.get().pk,
        place="Hall",
        printer_code=printer.code,
        actor=boss,
        now=hall.morning.now(),
    )
    return printer.pk


def test_the_slip_comes_out_in_the_language_of_the_kiosk_and_the_page_says_so(
    hall: Hall, paper: ReceiptPrinter
) -> None:
    printer = printed_at(hall, paper)
    appointment = hall.morning.book(1)
    hall.morning.now.at("07:30")
    assert "Your slip is being printed" in text(hall.say(appointment.checkin_code))
    services.printer_work_off(printer_id=printer, moment=hall.morning.now)
    [slip] = paper.wait(1)
    assert "Scan to see the queue" in slip.text
    state = f"/kiosk/prints/{PrintJob.objects.get().code}/?lang=en"
    assert "Your slip is printed" in text(hall.client.get(state))


def test_without_a_printer_the_patient_is_told_to_remember(hall: Hall) -> None:
    appointment = hall.morning.book(1)
    hall.morning.now.at("07:30")
    assert "Remember your number" in text(hall.say(appointment.checkin_code))


def test_the_times_of_the_kiosk_are_the_policys(hall: Hall) -> None:
    assert 'data-seconds="45"' in hall.client.get("/kiosk/type/").content.decode()
    factories.policy_without_limits(hall.morning.now(), kiosk_input_s=90, kiosk_result_s=33)
    assert 'data-seconds="90"' in hall.client.get("/kiosk/type/").content.decode()
    assert 'data-seconds="33"' in hall.say("$$").content.decode()


def test_without_a_booking_the_way_to_the_desk_and_what_is_left_are_shown(hall: Hall) -> None:
    hall.morning.now.at("07:10")
    hall.morning.walk_in()
    shown = text(hall.client.get("/kiosk/no-booking/?lang=en"))
    assert "Register at the front desk" in shown
    assert "Neurology" in shown
