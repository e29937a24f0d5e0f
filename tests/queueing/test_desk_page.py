"""The front desk's page: one input, one card, money and numbers exactly once."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from booking.models import Appointment, Patient, Payment, WalkIn
from queueing.forms import recognised
from queueing.models import Ticket
from tests.factories import LIN_ID, resident_id
from tests.queueing.conftest import Morning

HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(morning: Morning, client: Client, settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    morning.now.at("08:10")
    from booking import services

    services.sessions_advance(morning.now())
    client.force_login(morning.cast.desk)
    return client


@pytest.fixture
def booked(morning: Morning) -> Appointment:
    """A paid number in the first slot; ask for it before the page, which opens walk-in registration."""
    return morning.book(1)


def find(page: Client, text: str):
    return page.post("/desk/find/", {"q": text}, headers=HTMX)


def key_of(response) -> str:
    found = re.search(r'name="key" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


def registration(morning: Morning, response, **more: str) -> dict[str, str]:
    lin = morning.cast.patients["lin"]
    return {
        "patient": lin.code,
        "key": key_of(response),
        "session": morning.session.code,
        "payment": "cash",
        "priority": "normal",
        **more,
    }


def test_the_page_shows_the_pool_of_every_session(page: Client) -> None:
    html = page.get("/desk/").content.decode()
    assert "赵明" in html or "Zhao Ming" in html
    assert 'aria-keyshortcuts="Alt+1"' in html
    assert "40" in html


def test_a_scanned_id_brings_up_the_known_patient_with_everything_masked(
    page: Client, morning: Morning
) -> None:
    response = find(page, LIN_ID)
    html = response.content.decode()
    assert "林小雨" in html
    assert "check digit right" in html
    assert "110105********002X" in html
    assert LIN_ID not in html
    assert "13800138000" not in html


def test_an_impossible_id_is_named_as_such_and_nothing_is_offered(page: Client) -> None:
    response = find(page, "110105194912310021")
    assert response.status_code == 404
    assert "check every digit" in response.content.decode()
    assert 'id="walk-in"' not in response.content.decode()


def test_an_unknown_id_opens_the_form_for_a_new_patient_with_the_number_filled_in(page: Client) -> None:
    html = find(page, resident_id(555)).content.decode()
    assert 'id="new-patient"' in html
    assert resident_id(555) in html


def test_a_name_that_looks_like_a_code_is_still_found(page: Client, morning: Morning) -> None:
    from booking import services
    from hospital.common.actor import Actor

    services.patient_register(
        name="Hans Frey",
        id_type="passport",
        id_number="E1234567",
        phone="",
        actor=Actor.job("t"),
        now=morning.now(),
    )
    assert recognised("Hans Frey").kind == "code"
    assert "Hans Frey" in find(page, "Hans Frey").content.decode()


def test_namesakes_are_listed_and_none_is_preselected(page: Client, morning: Morning) -> None:
    from booking import services
    from hospital.common.actor import Actor

    for serial in (700, 701):
        services.patient_register(
            name="赵秀兰",
            id_type="resident",
            id_number=resident_id(serial),
            phone="",
            actor=Actor.job("t"),
            now=morning.now(),
        )
    html = find(page, "赵秀兰").content.decode()
    assert html.count('class="desk-choice"') == 2
    assert 'id="walk-in"' not in html


def test_a_walk_in_takes_one_number_and_one_payment(page: Client, morning: Morning) -> None:
    response = page.post("/desk/register/", registration(morning, find(page, LIN_ID)), headers=HTMX)
    assert response.status_code == 200
    ticket = Ticket.objects.get()
    assert "A01" in response.content.decode()
    assert ticket.channel == "walk_in"
    assert Payment.objects.get().amount_fen == 5000


def test_a_walk_in_sent_twice_is_registered_once(page: Client, morning: Morning) -> None:
    data = registration(morning, find(page, LIN_ID))
    first = page.post("/desk/register/", data, headers=HTMX)
    second = page.post("/desk/register/", data, headers=HTMX)
    assert first.status_code == second.status_code == 200
    assert WalkIn.objects.count() == Ticket.objects.count() == Payment.objects.count() == 1


def test_a_second_number_with_the_same_doctor_is_refused_where_it_was_asked_for(
    page: Client, morning: Morning
) -> None:
    page.post("/desk/register/", registration(morning, find(page, LIN_ID)), headers=HTMX)
    refused = page.post("/desk/register/", registration(morning, find(page, LIN_ID)), headers=HTMX)
    html = refused.content.decode()
    assert refused.status_code == 409
    assert "A01 is already waiting with this doctor." in html
    assert "Nothing was charged or printed" in html
    assert Ticket.objects.count() == Payment.objects.count() == 1


def test_a_sold_out_session_says_what_did_not_happen_and_what_was_not_charged(
    page: Client, morning: Morning
) -> None:
    response = find(page, LIN_ID)
    type(morning.session).objects.filter(pk=morning.session.pk).update(number_limit=0)
    refused = page.post("/desk/register/", registration(morning, response), headers=HTMX)
    assert refused.status_code == 409
    html = refused.content.decode()
    assert "Not registered" in html
    assert "Nothing was charged or printed" in html
    assert not Ticket.objects.exists()
    assert not Payment.objects.exists()


def test_a_walk_in_without_a_session_is_refused_in_words(page: Client, morning: Morning) -> None:
    data = registration(morning, find(page, LIN_ID), session="")
    refused = page.post("/desk/register/", data, headers=HTMX)
    assert refused.status_code == 400
    assert "Choose a session" in refused.content.decode()
    assert not Ticket.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_new_patient_and_the_number_are_made_together_or_not_at_all(page: Client, morning: Morning) -> None:
    data = {
        "key": key_of(find(page, resident_id(555))),
        "session": morning.session.code,
        "payment": "cash",
        "priority": "normal",
        "name": "周子涵",
        "id_type": "resident",
        "id_number": resident_id(555),
        "phone": "",
    }
    type(morning.session).objects.filter(pk=morning.session.pk).update(number_limit=0)
    assert page.post("/desk/register-new/", data, headers=HTMX).status_code == 409
    assert not Patient.objects.filter(name="周子涵").exists()
    type(morning.session).objects.filter(pk=morning.session.pk).update(number_limit=40)
    assert page.post("/desk/register-new/", data, headers=HTMX).status_code == 200
    assert Ticket.objects.get().patient.name == "周子涵"


def test_a_booking_code_offers_the_check_in_and_one_press_makes_the_ticket(
    booked: Appointment, page: Client
) -> None:
    response = find(page, booked.checkin_code.lower())
    assert "Check in, print ticket" in response.content.decode()
    data = {"appointment": booked.code, "key": key_of(response)}
    done = page.post("/desk/check-in/", data, headers=HTMX)
    assert "Checked in" in done.content.decode()
    assert Ticket.objects.get().appointment == booked


def test_a_second_check_in_says_so_and_prints_nothing(
    booked: Appointment, page: Client, morning: Morning
) -> None:
    morning.check_in(booked, "08:10")
    data = {"appointment": booked.code, "key": "another-key"}
    refused = page.post("/desk/check-in/", data, headers=HTMX)
    assert refused.status_code == 409
    assert "Nothing was printed" in refused.content.decode()
    assert Ticket.objects.count() == 1


def test_the_last_registration_can_be_undone_and_gives_number_and_money_back(
    page: Client, morning: Morning
) -> None:
    page.post("/desk/register/", registration(morning, find(page, LIN_ID)), headers=HTMX)
    ticket = Ticket.objects.get()
    listed = page.get("/desk/").content.decode()
    assert "Undo and refund" in listed
    done = page.post("/desk/undo/", {"ticket": ticket.code, "key": "undo-key"}, headers=HTMX)
    assert done.status_code == 200
    assert "Undone, number given back. Hand back ¥50.00 in cash." in done.content.decode()
    assert "Changed since" not in done.content.decode()
    ticket.refresh_from_db()
    assert ticket.state == "cancelled"
    assert Payment.objects.get().state in {"refunding", "refunded"}


def test_a_check_in_says_why_it_stays_and_its_cancel_question_what_happens_to_the_fee(
    booked: Appointment, page: Client
) -> None:
    response = find(page, booked.checkin_code)
    data = {"appointment": booked.code, "key": key_of(response)}
    html = page.post("/desk/check-in/", data, headers=HTMX).content.decode()
    assert 'data-undo-why="A check-in cannot be undone.' in html
    assert "the booking is void. The fee of ¥50.00 is not returned." in html
    assert html.count("btn-outline-danger") == 1
    cancelled = {"ticket": Ticket.objects.get().code, "reason": "left", "key": "cancel-key"}
    html = page.post("/desk/cancel/", cancelled, headers=HTMX).content.decode()
    assert "The booking is void; the fee is not returned." in html
    assert not Payment.objects.filter(state__startswith="refund").exists()


def test_the_code_of_a_cancelled_booking_is_said_to_be_one(booked: Appointment, page: Client) -> None:
    Appointment.objects.filter(pk=booked.pk).update(state="cancelled")
    html = find(page, booked.checkin_code).content.decode()
    assert "This booking is cancelled; no check-in." in html
    assert 'id="walk-in"' in html


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("12345", "The number is incomplete."),
        ("李", "No patient named “李”; type the whole name."),
    ],
)
def test_what_is_too_short_is_said_to_be_too_short(page: Client, text: str, why: str) -> None:
    response = find(page, text)
    assert response.status_code == 404
    assert why in response.content.decode()


def test_a_called_patient_cannot_be_undone(page: Client, morning: Morning) -> None:
    page.post("/desk/register/", registration(morning, find(page, LIN_ID)), headers=HTMX)
    morning.call()
    html = page.get("/desk/").content.decode()
    assert "Called: no undo" in html
    assert "Undo and refund" not in html


def test_a_passed_patient_is_found_by_the_number_and_put_back(page: Client, morning: Morning) -> None:
    ticket = morning.walk_in()
    morning.call()
    morning.do("pass", ticket)
    response = find(page, "a01")
    assert "Is back" in response.content.decode()
    page.post("/desk/restore/", {"ticket": ticket.code, "key": "back"}, headers=HTMX)
    ticket.refresh_from_db()
    assert ticket.state == "waiting"


def test_a_passed_patient_who_went_home_leaves_the_queue_and_that_can_be_undone(
    page: Client, morning: Morning
) -> None:
    ticket = morning.walk_in()
    morning.call()
    morning.do("pass", ticket)
    assert "Has gone home" in find(page, "a01").content.decode()
    left = page.post("/desk/leave/", {"ticket": ticket.code, "key": "home"}, headers=HTMX)
    assert "Left the queue" in left.content.decode()
    ticket.refresh_from_db()
    assert ticket.state == "left"
    page.post("/desk/undo/", {"ticket": ticket.code, "key": "no"}, headers=HTMX)
    ticket.refresh_from_db()
    assert ticket.state == "passed"


def test_every_step_works_as_a_whole_page_without_scripts(page: Client, morning: Morning) -> None:
    response = page.post("/desk/find/", {"q": LIN_ID})
    assert "<html" in response.content.decode()
    done = page.post("/desk/register/", registration(morning, response))
    assert "<html" in done.content.decode()
    ticket = Ticket.objects.get()
    slip = page.get(f"/desk/tickets/{ticket.code}/slip/").content.decode()
    assert "A01" in slip
    assert "<svg" in slip
    assert "林小雨" not in slip


def test_the_sessions_region_answers_304_while_nothing_changed(page: Client, morning: Morning) -> None:
    first = page.get("/desk/sessions/")
    assert page.get("/desk/sessions/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    morning.walk_in()
    assert page.get("/desk/sessions/", headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("role", ["lin", "dr_zhao"])
def test_only_desk_and_management_may_open_it(page: Client, morning: Morning, role: str) -> None:
    page.force_login(getattr(morning.cast, role))
    assert page.get("/desk/").status_code == 403


@pytest.mark.parametrize(
    "address", ["/desk/find/", "/desk/register/", "/desk/check-in/", "/desk/undo/", "/desk/cancel/"]
)
def test_nothing_is_done_on_get(page: Client, address: str) -> None:
    assert page.get(address).status_code == 405


@pytest.mark.parametrize(
    ("text", "kind", "valid"),
    [
        (LIN_ID.lower(), "resident", True),
        ("11010519491231002", "resident", False),
        ("https://hospital.example/t/23456789ABCDEFGHJKMN/", "ticket", True),
        ("https://hospital.example/appointments/23456789ABCD/", "qr", True),
        ("https://elsewhere.example/", "qr", False),
        ("23456789ABCDEFGHJKMN", "ticket", True),
        ("K7QM 2XHD", "code", True),
        ("kfqmwxhd", "code", True),
        ("１３８００１３８０００", "phone", True),
        ("1234567", "phone", False),
        ("B123", "number", True),
        ("买买提·吐尔逊", "name", True),
    ],
)
def test_what_was_scanned_is_recognised(text: str, kind: str, valid: bool) -> None:
    seen = recognised(text)
    assert (seen.kind, seen.valid) == (kind, valid)


def test_a_patient_in_hand_is_found_without_opening_the_document(
    booked: Appointment, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("booking.selectors.patients.identity", lambda *given: asked.append(given[1]))
    response = page.post("/desk/patient/", {"patient": booked.patient.code}, headers=HTMX)
    assert booked.code in response.content.decode()
    assert not asked
