"""The waitlist and the change of time as patients and scripts meet them: pages without a browser, and the API."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from booking import services
from booking.models import AccountPatient, Appointment, ClinicSession, WaitlistEntry
from hospital.common import clock
from hospital.common.actor import Actor
from tests.booking.test_api import Caller
from tests.booking.test_pages import browser, text
from tests.clock import VirtualClock
from tests.factories import Cast, book, hold, join, slots, sold_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(tomorrow: ClinicSession, now: VirtualClock) -> list[Appointment]:
    """Tomorrow's session is sold out to others."""
    return sold_out(tomorrow, now())


@pytest.fixture
def lin(cast: Cast) -> Client:
    return browser(cast.lin)


@pytest.fixture
def script(cast: Cast, now: VirtualClock) -> Caller:
    return Caller(cast.lin, now)


@pytest.fixture
def offered(cast: Cast, tomorrow: ClinicSession, full: list[Appointment], now: VirtualClock) -> WaitlistEntry:
    """Lin has an offer."""
    entry = join(tomorrow, cast.patients["lin"], cast.lin, now())
    services.appointment_cancel(appointment_id=full[0].pk, actor=Actor.job("test"), now=now())
    entry.refresh_from_db()
    assert entry.state == "offered"
    return entry


def form(**fields: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), **fields}


def test_only_a_sold_out_session_leads_to_its_waitlist(
    lin: Client, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    address = f"/sessions/{tomorrow.code}/waitlist/"
    assert address not in text(lin.get("/experts/zhao/"))
    assert "Numbers are free again" in text(lin.get(address))
    sold_out(tomorrow, now())
    assert address in text(lin.get("/experts/zhao/"))


def test_the_experts_page_says_how_many_wait(
    lin: Client, cast: Cast, tomorrow: ClinicSession, full: list[Appointment], now: VirtualClock
) -> None:
    join(tomorrow, cast.patients["chen"], cast.chen, now())
    assert "Full, 1 waiting" in text(lin.get("/experts/zhao/"))


def test_joining_twice_with_one_form_joins_once_and_shows_the_place(
    lin: Client, cast: Cast, tomorrow: ClinicSession, full: list[Appointment], now: VirtualClock
) -> None:
    join(tomorrow, cast.patients["chen"], cast.chen, now())
    sent = form(patient=cast.patients["lin"].code)
    first, second = (lin.post(f"/sessions/{tomorrow.code}/waitlist/", sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert WaitlistEntry.objects.count() == 2
    assert "Place 2" in text(lin.get(first["Location"]))
    assert "Waitlist, place 2" in text(lin.get("/appointments/"))


def test_a_refused_joining_says_why_and_writes_nothing(
    lin: Client, cast: Cast, tomorrow: ClinicSession, full: list[Appointment], now: VirtualClock
) -> None:
    address = f"/sessions/{tomorrow.code}/waitlist/"
    strangers = lin.post(address, form(patient=cast.patients["chen"].code))
    assert (strangers.status_code, WaitlistEntry.objects.count()) == (404, 0)
    nobody = lin.post(address, form())
    assert nobody.status_code == 400
    assert "Choose whom you book for." in text(nobody)
    join(tomorrow, cast.patients["lin"], cast.lin, now())
    again = lin.post(address, form(patient=cast.patients["lin"].code))
    assert again.status_code == 409
    assert "This patient is on the waitlist already." in text(again)


def test_whoever_has_nobody_to_book_for_adds_a_person_first(
    tomorrow: ClinicSession, full: list[Appointment], cast: Cast
) -> None:
    address = f"/sessions/{tomorrow.code}/waitlist/"
    assert "/accounts/login/" in browser(None).get(address)["Location"]
    AccountPatient.objects.filter(account=cast.lin).delete()
    assert browser(cast.lin).get(address)["Location"].startswith("/patients/?next=")


def test_an_offer_counts_down_and_is_taken_once(lin: Client, offered: WaitlistEntry) -> None:
    shown = text(lin.get(f"/waitlist/{offered.code}/"))
    assert 'data-seconds="1800"' in shown
    assert "A number for you" in text(lin.get("/appointments/"))
    sent = form()
    first, second = (lin.post(f"/waitlist/{offered.code}/accept/", sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    held = Appointment.objects.get(waitlist_entry=offered)
    assert first["Location"] == f"/appointments/{held.code}/pay/"
    assert lin.get(first["Location"]).status_code == 200
    assert "You took the number" in text(lin.get(f"/waitlist/{offered.code}/"))


def test_opening_pages_changes_nothing(lin: Client, offered: WaitlistEntry) -> None:
    for page in ("", "leave/"):
        assert lin.get(f"/waitlist/{offered.code}/{page}").status_code == 200
    assert lin.get(f"/waitlist/{offered.code}/accept/").status_code == 405
    offered.refresh_from_db()
    assert offered.state == "offered"


def test_an_offer_that_is_over_is_said_in_words(
    lin: Client, offered: WaitlistEntry, now: VirtualClock
) -> None:
    now.advance(minutes=30)
    answer = lin.post(f"/waitlist/{offered.code}/accept/", form())
    assert answer.status_code == 409
    assert "This offer is over." in text(answer)
    assert lin.post(f"/waitlist/{offered.code}/accept/", {}).status_code == 400
    services.offers_lapse_due(now())
    assert "The offer is over" in text(lin.get(f"/waitlist/{offered.code}/"))


def test_leaving_asks_first_and_then_leaves(lin: Client, offered: WaitlistEntry) -> None:
    assert "Give up this number and your place?" in text(lin.get(f"/waitlist/{offered.code}/leave/"))
    assert lin.post(f"/waitlist/{offered.code}/leave/")["Location"] == f"/waitlist/{offered.code}/"
    assert "You left the waitlist" in text(lin.get(f"/waitlist/{offered.code}/"))
    assert lin.get(f"/waitlist/{offered.code}/leave/").status_code == 302


@pytest.mark.parametrize("page", ["", "leave/", "accept/"])
def test_a_strangers_entry_does_not_exist(cast: Cast, offered: WaitlistEntry, page: str) -> None:
    chen = browser(cast.chen)
    if page != "accept/":
        assert chen.get(f"/waitlist/{offered.code}/{page}").status_code == 404
    if page:
        assert chen.post(f"/waitlist/{offered.code}/{page}", form()).status_code == 404
    offered.refresh_from_db()
    assert offered.state == "offered"


def test_the_api_joins_lists_accepts_and_leaves(
    script: Caller, cast: Cast, tomorrow: ClinicSession, full: list[Appointment], now: VirtualClock
) -> None:
    body = {"session": tomorrow.code, "patient": cast.patients["lin"].code}
    joined = script.post("waitlist/", body, key="k1")
    assert (joined.status_code, joined.json()["place"]) == (201, 1)
    assert script.post("waitlist/", body, key="k1").json() == joined.json()
    code = joined.json()["code"]
    assert script.get(f"sessions/{tomorrow.code}/").json()["waitlist_count"] == 1
    assert script.post(f"waitlist/{code}/accept/", {}).json()["code"] == "illegal_transition"
    services.appointment_cancel(appointment_id=full[0].pk, actor=Actor.job("test"), now=now())
    [entry] = script.get("waitlist/").json()["results"]
    assert (entry["code"], entry["state"], entry["place"]) == (code, "offered", None)
    assert set(entry["offer"]) == {"starts_at", "accept_by"}
    taken = script.post(f"waitlist/{code}/accept/", {}, key="k2")
    assert (taken.status_code, taken.json()["state"]) == (201, "held")
    assert taken.json()["pay_by"] == entry["offer"]["accept_by"]
    assert script.post(f"waitlist/{code}/accept/", {}, key="k2").json() == taken.json()
    assert script.get("waitlist/").json()["results"] == []


def test_the_api_leaves_the_list(script: Caller, offered: WaitlistEntry) -> None:
    left = script.post(f"waitlist/{offered.code}/leave/", {})
    assert (left.status_code, left.json()) == (200, {"code": offered.code, "state": "left"})


def test_the_desk_puts_a_patient_on_the_list_and_takes_the_offer_for_them(
    cast: Cast, tomorrow: ClinicSession, full: list[Appointment], now: VirtualClock
) -> None:
    desk = Caller(cast.desk, now)
    body = {"session": tomorrow.code, "patient": cast.patients["lin"].code}
    code = desk.post("waitlist/", body).json()["code"]
    services.appointment_cancel(appointment_id=full[0].pk, actor=Actor.job("test"), now=now())
    assert desk.post(f"waitlist/{code}/accept/", {}).status_code == 201
    held = Appointment.objects.get(waitlist_entry__code=code)
    assert (held.patient, held.account) == (cast.patients["lin"], None)


@pytest.mark.parametrize("path", ["waitlist/", "waitlist/{}/accept/", "waitlist/{}/leave/"])
def test_the_api_asks_for_a_key(
    script: Caller, cast: Cast, tomorrow: ClinicSession, offered: WaitlistEntry, path: str
) -> None:
    body = {"session": tomorrow.code, "patient": cast.patients["lin"].code}
    answer = script.post(path.format(offered.code), body, key=None)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    offered.refresh_from_db()
    assert offered.state == "offered"


def test_waiting_changes_the_sessions_etag(
    script: Caller, cast: Cast, tomorrow: ClinicSession, full: list[Appointment], now: VirtualClock
) -> None:
    path = f"sessions/{tomorrow.code}/"
    etag = script.get(path)["ETag"]
    join(tomorrow, cast.patients["lin"], cast.lin, now())
    assert script.get(path, **{"If-None-Match": etag}).status_code == 200


@pytest.fixture
def ticket(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> Appointment:
    """Lin's paid number in the first slot tomorrow."""
    return book(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())


def test_the_ticket_leads_to_other_times_and_the_change_is_made_once(
    lin: Client, ticket: Appointment, tomorrow: ClinicSession
) -> None:
    address = f"/appointments/{ticket.code}/move/"
    assert address in text(lin.get(f"/appointments/{ticket.code}/"))
    shown = text(lin.get(address))
    assert shown.count('name="slot"') == 2
    assert "Your time now" in shown
    sent = form(slot=slots(tomorrow)[3].code)
    for _turn in range(2):
        assert lin.post(address, sent)["Location"] == f"/appointments/{ticket.code}/"
    ticket.refresh_from_db()
    assert (ticket.slot, ticket.moves) == (slots(tomorrow)[3], 1)
    assert "The time is changed." in text(lin.get(f"/appointments/{ticket.code}/"))


def test_a_refused_change_keeps_the_ticket_and_says_why(
    lin: Client, ticket: Appointment, tomorrow: ClinicSession
) -> None:
    address = f"/appointments/{ticket.code}/move/"
    assert "Choose a time first." in text(lin.post(address, form()))
    answer = lin.post(address, form(slot=slots(tomorrow)[2].code))
    assert answer.status_code == 409
    assert "Just taken. Choose another time." in text(answer)
    ticket.refresh_from_db()
    assert ticket.slot == slots(tomorrow)[0]


def test_after_the_deadline_no_change_is_offered(
    lin: Client, ticket: Appointment, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.set(tomorrow.walk_in_opens_at)
    assert "/move/" not in text(lin.get(f"/appointments/{ticket.code}/"))
    assert lin.get(f"/appointments/{ticket.code}/move/").status_code == 302


def test_the_cancel_page_warns_of_a_late_cancellation_and_offers_another_time(
    lin: Client, ticket: Appointment, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    address, warning = f"/appointments/{ticket.code}/cancel/", "This counts as a late cancellation"
    now.set(tomorrow.walk_in_opens_at - timedelta(hours=12, seconds=1))
    early = text(lin.get(address))
    assert warning not in early
    assert f"/appointments/{ticket.code}/move/" in early
    now.advance(seconds=1)
    late = text(lin.get(address))
    assert warning in late
    assert "After 5 of them within 30 days, online booking is closed for 30 days." in late


def test_a_strangers_time_cannot_be_changed(
    cast: Cast, ticket: Appointment, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    sent = form(slot=slots(tomorrow)[3].code)
    assert browser(cast.chen).post(f"/appointments/{ticket.code}/move/", sent).status_code == 404
    answer = Caller(cast.chen, now).post(
        f"appointments/{ticket.code}/move/", {"slot": slots(tomorrow)[3].code}
    )
    assert answer.status_code == 404
    ticket.refresh_from_db()
    assert ticket.moves == 0


def test_the_api_changes_the_time_once(script: Caller, ticket: Appointment, tomorrow: ClinicSession) -> None:
    path, body = f"appointments/{ticket.code}/move/", {"slot": slots(tomorrow)[3].code}
    assert script.post(path, body, key=None).status_code == 400
    first, second = (script.post(path, body, key="k1") for _ in range(2))
    assert (first.status_code, first.json()) == (200, second.json())
    ticket.refresh_from_db()
    assert ticket.moves == 1


def test_the_calendar_file_follows_a_change_and_a_cancellation(
    lin: Client, ticket: Appointment, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    def file() -> str:
        return text(lin.get(f"/appointments/{ticket.code}/calendar.ics"))

    assert "DTSTART;TZID=Asia/Shanghai:20261103T080000" in file()
    assert "SEQUENCE:0" in file()
    lin.post(f"/appointments/{ticket.code}/move/", form(slot=slots(tomorrow)[3].code))
    assert "DTSTART;TZID=Asia/Shanghai:20261103T110000" in file()
    assert "SEQUENCE:1" in file()
    assert "STATUS:CONFIRMED" in file()
    lin.post(f"/appointments/{ticket.code}/cancel/", form())
    assert "STATUS:CANCELLED" in file()
    assert "SEQUENCE:2" in file()
    assert "BEGIN:VTIMEZONE" in file()


def test_a_hold_that_ran_out_promises_no_number_that_will_be_kept_back(
    lin: Client, cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    held = hold(slots(far)[1], cast.patients["lin"], cast.lin, now())
    now.advance(minutes=16)
    shown = text(lin.get(f"/appointments/{held.code}/pay/"))
    assert "This time is full now" in shown
    assert clock.local(held.pay_by).strftime("%H:%M") in shown
