"""A walk-in who pays with a phone: the number is kept meanwhile, the ticket comes with the money."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from booking import services as booking
from booking.domain.errors import AlreadyBooked, PoolEmpty
from booking.models import ClinicSession, Payment, Refund, WalkIn
from booking.providers import UnknownProvider
from hospital.common import history, jobs
from hospital.common.errors import IllegalTransition
from hospital.common.models import Job
from queueing import services, tasks
from queueing.models import PrintJob, Ticket
from tests.booking.gateway import LocalGateway, local_gateway
from tests.factories import LIN_ID
from tests.queueing.conftest import Morning
from tests.queueing.test_desk_page import HTMX, find, registration

pytestmark = pytest.mark.django_db
assert tasks, "the worker's handlers are known"


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[LocalGateway]:
    with local_gateway(tmp_path, time.time) as local:
        yield local


@pytest.fixture
def open_morning(morning: Morning) -> Morning:
    morning.now.at("08:10")
    booking.sessions_advance(morning.now())
    return morning


def reserve(morning: Morning, patient=None, **more: str) -> WalkIn:
    return services.walk_in_reserve(
        session_code=morning.session.code,
        patient_id=(patient or morning.patient()).pk,
        provider_name="sandbox",
        actor=morning.desk,
        now=morning.now(),
        **more,
    )


def pay(gate: LocalGateway, walk_in: WalkIn, morning: Morning) -> None:
    """The patient pays and the notice comes."""
    payment = Payment.objects.get(walk_in=walk_in)
    assert gate.press(booking.payment_pay_url(payment_code=payment.code, now=morning.now())) == 303
    assert gate.deliver(Client()) == [200]


def pool(morning: Morning) -> int:
    return ClinicSession.objects.get(pk=morning.session.pk).pool_left


def test_the_number_is_kept_and_the_ticket_comes_once_it_is_paid(
    gate: LocalGateway, open_morning: Morning
) -> None:
    before = pool(open_morning)
    walk_in = reserve(open_morning, priority="priority", priority_reason="80 or older")
    assert (walk_in.state, pool(open_morning)) == ("reserved", before - 1)
    assert not Ticket.objects.exists()
    open_morning.now.advance(minutes=2)
    pay(gate, walk_in, open_morning)
    assert not Ticket.objects.exists()
    assert jobs.run_due(open_morning.now()) == 1
    ticket = Ticket.objects.get()
    assert (ticket.walk_in_id, ticket.state, ticket.priority) == (walk_in.pk, "waiting", "priority")
    assert ticket.registered_at == open_morning.now()
    assert pool(open_morning) == before - 1
    assert [(row.verb, row.to_state) for row in history.of(walk_in)] == [
        ("reserve", "reserved"),
        ("confirm", "registered"),
    ]
    assert history.of(ticket).get().actor_name == open_morning.cast.desk.username


def test_the_ticket_is_made_once_however_often_the_job_runs(
    gate: LocalGateway, open_morning: Morning
) -> None:
    walk_in = reserve(open_morning)
    pay(gate, walk_in, open_morning)
    for _turn in range(3):
        services.walk_in_ticket(walk_in_id=walk_in.pk, now=open_morning.now())
    assert Ticket.objects.count() == 1


def test_the_slip_comes_out_at_the_desk_that_kept_the_number(
    gate: LocalGateway, open_morning: Morning
) -> None:
    values = {"name": "Desk 1", "host": "127.0.0.1", "port": 9}
    printer = services.printer_add(values=values, actor=open_morning.desk, now=open_morning.now())
    pay(gate, reserve(open_morning, printer_code=printer.code), open_morning)
    assert not PrintJob.objects.exists(), "nothing is paid for yet"
    walk_in = WalkIn.objects.get()
    services.walk_in_ticket(walk_in_id=walk_in.pk, now=open_morning.now())
    assert (PrintJob.objects.get().printer, PrintJob.objects.get().ticket.walk_in) == (printer, walk_in)


def test_a_number_that_nobody_pays_goes_back_to_the_pool(gate: LocalGateway, open_morning: Morning) -> None:
    before = pool(open_morning)
    walk_in = reserve(open_morning)
    open_morning.now.advance(minutes=14, seconds=59)
    assert booking.walk_ins_expire_due(open_morning.now()) == 0
    open_morning.now.advance(seconds=1)
    assert booking.walk_ins_expire_due(open_morning.now()) == 1
    walk_in.refresh_from_db()
    assert (walk_in.state, pool(open_morning)) == ("cancelled", before)
    assert Job.objects.filter(kind="payment.close").count() == 1


def test_money_that_comes_after_the_number_went_back_is_refunded(
    gate: LocalGateway, open_morning: Morning
) -> None:
    before = pool(open_morning)
    walk_in = reserve(open_morning)
    payment = Payment.objects.get()
    gate.press(booking.payment_pay_url(payment_code=payment.code, now=open_morning.now()))
    open_morning.now.advance(minutes=15)
    booking.walk_ins_expire_due(open_morning.now())
    assert gate.deliver(Client()) == [200]
    payment.refresh_from_db()
    assert payment.state == "refunding"
    assert Refund.objects.get().payment_id == payment.pk
    walk_in.refresh_from_db()
    assert (walk_in.state, pool(open_morning)) == ("cancelled", before)
    assert not Ticket.objects.exists()


def test_a_lost_notice_is_found_and_the_ticket_comes(gate: LocalGateway, open_morning: Morning) -> None:
    walk_in = reserve(open_morning)
    gate.switch("lost")
    payment = Payment.objects.get()
    gate.press(booking.payment_pay_url(payment_code=payment.code, now=open_morning.now()))
    open_morning.now.advance(minutes=1)
    assert booking.payments_reconcile(open_morning.now()) == 1
    assert services.walk_in_ticket(walk_in_id=walk_in.pk, now=open_morning.now()) is not None


def test_the_last_number_of_the_pool_is_sold_once(gate: LocalGateway, open_morning: Morning) -> None:
    ClinicSession.objects.filter(pk=open_morning.session.pk).update(number_limit=1)
    reserve(open_morning)
    with pytest.raises(PoolEmpty):
        reserve(open_morning)
    with pytest.raises(PoolEmpty):
        open_morning.walk_in()


def test_who_is_paying_for_a_number_gets_no_second_one(gate: LocalGateway, open_morning: Morning) -> None:
    patient = open_morning.patient()
    reserve(open_morning, patient)
    with pytest.raises(AlreadyBooked):
        reserve(open_morning, patient)
    assert WalkIn.objects.count() == 1


def test_an_unknown_provider_keeps_nothing(open_morning: Morning) -> None:
    before = pool(open_morning)
    with pytest.raises(UnknownProvider):
        services.walk_in_reserve(
            session_code=open_morning.session.code,
            patient_id=open_morning.patient().pk,
            provider_name="nobody",
            actor=open_morning.desk,
            now=open_morning.now(),
        )
    assert pool(open_morning) == before


def test_who_has_a_ticket_by_the_time_the_money_comes_gets_the_money_back(
    gate: LocalGateway, open_morning: Morning
) -> None:
    walk_in = reserve(open_morning)
    pay(gate, walk_in, open_morning)
    other = open_morning.walk_in()
    Ticket.objects.filter(pk=other.pk).update(patient=walk_in.patient)
    assert services.walk_in_ticket(walk_in_id=walk_in.pk, now=open_morning.now()) is None
    walk_in.refresh_from_db()
    assert walk_in.state == "cancelled"
    assert Payment.objects.get(walk_in=walk_in).state == "refunding"


def test_a_paid_walk_in_that_is_cancelled_is_refunded_the_way_it_was_paid(
    gate: LocalGateway, open_morning: Morning
) -> None:
    walk_in = reserve(open_morning)
    pay(gate, walk_in, open_morning)
    ticket = services.walk_in_ticket(walk_in_id=walk_in.pk, now=open_morning.now())
    assert ticket is not None
    open_morning.do("cancel", ticket, actor=open_morning.desk, reason="wrong department")
    refund = Refund.objects.get()
    assert (refund.done_at, refund.payment.provider) == (None, "sandbox")
    assert booking.refund_send(refund_id=refund.pk, now=open_morning.now()) == "done"


@pytest.fixture
def page(open_morning: Morning, client: Client) -> Client:
    client.force_login(open_morning.cast.desk)
    return client


def test_the_api_gives_the_pay_page_first_and_the_ticket_once_paid(
    gate: LocalGateway, open_morning: Morning, page: Client
) -> None:
    body = {"session": open_morning.session.code, "patient": open_morning.cast.patients["lin"].code}
    asked = {"content_type": "application/json", "headers": {"Idempotency-Key": "w1"}}
    made = page.post("/api/v1/desk/walk-ins/", body | {"payment": "provider"}, **asked)
    again = page.post("/api/v1/desk/walk-ins/", body | {"payment": "provider"}, **asked)
    assert (made.status_code, made.json()["number"]) == (201, None)
    assert again.json() == made.json()
    where = f"/api/v1/desk/walk-ins/{made.json()['code']}/"
    assert page.get(where).json()["ticket"] is None
    gate.press(made.json()["pay_url"])
    gate.deliver(Client())
    jobs.run_due(open_morning.now())
    paid = page.get(where).json()
    assert (paid["state"], paid["ticket"]["number"]) == ("registered", "A01")
    assert (
        page.post("/api/v1/desk/walk-ins/", body | {"payment": "provider"}, **asked).json()["pay_url"] is None
    )


def test_the_desk_shows_a_code_to_scan_and_then_the_ticket(
    gate: LocalGateway, open_morning: Morning, page: Client
) -> None:
    form = registration(open_morning, find(page, LIN_ID), payment="sandbox")
    card = page.post("/desk/register/", form, headers=HTMX).content.decode()
    assert 'data-card="paying"' in card
    assert "¥50.00" in card
    assert re.search(r"<svg[^>]*class=\"qr\"", card)
    walk_in = WalkIn.objects.get()
    state = page.get(f"/desk/walk-ins/{walk_in.code}/state/", headers=HTMX).content.decode()
    assert "every 2s" in state
    pay(gate, walk_in, open_morning)
    assert "The ticket is being made." in page.get(f"/desk/walk-ins/{walk_in.code}/state/").content.decode()
    jobs.run_due(open_morning.now())
    done = page.get(f"/desk/walk-ins/{walk_in.code}/state/").content.decode()
    assert f"/desk/walk-ins/{walk_in.code}/?paid=1" in done
    ticket = page.get(f"/desk/walk-ins/{walk_in.code}/?paid=1", headers=HTMX).content.decode()
    assert "Registered, ticket printed" in ticket
    assert "data-print" in ticket
    assert "data-print" not in page.get(f"/desk/walk-ins/{walk_in.code}/", headers=HTMX).content.decode()


def test_the_desk_says_when_the_provider_is_down_and_shows_the_code_later(
    gate: LocalGateway, open_morning: Morning, page: Client
) -> None:
    gate.down = True
    form = registration(open_morning, find(page, LIN_ID), payment="sandbox")
    refused = page.post("/desk/register/", form, headers=HTMX)
    assert refused.status_code == 503
    assert "No code to scan" in refused.content.decode()
    gate.down = False
    code = WalkIn.objects.get().code
    assert "<svg" in page.post(f"/desk/walk-ins/{code}/code/", headers=HTMX).content.decode()


def test_the_desk_gives_the_number_back_when_the_patient_does_not_pay(
    gate: LocalGateway, open_morning: Morning, page: Client
) -> None:
    before = pool(open_morning)
    walk_in = reserve(open_morning)
    answered = page.post(f"/desk/walk-ins/{walk_in.code}/cancel/", headers=HTMX)
    assert "Number given back" in answered.content.decode()
    assert pool(open_morning) == before
    page.post(f"/desk/walk-ins/{walk_in.code}/cancel/", headers=HTMX)
    assert pool(open_morning) == before


def test_a_number_whose_ticket_has_just_come_is_not_given_back_without_it(
    gate: LocalGateway, open_morning: Morning, page: Client
) -> None:
    walk_in = reserve(open_morning)
    pay(gate, walk_in, open_morning)
    jobs.run_due(open_morning.now())
    with pytest.raises(IllegalTransition):
        services.walk_in_give_up(
            walk_in_id=walk_in.pk, reason="not paid", actor=open_morning.desk, now=open_morning.now()
        )
    shown = page.post(f"/desk/walk-ins/{walk_in.code}/cancel/", headers=HTMX).content.decode()
    assert "It has just been paid." in shown
    walk_in.refresh_from_db()
    assert (walk_in.state, Ticket.objects.get().state) == ("registered", "waiting")
    assert not Refund.objects.exists()


def test_the_ticket_of_a_cancelled_walk_in_ends_with_its_stopped_clinic(
    gate: LocalGateway, open_morning: Morning
) -> None:
    ticket = open_morning.walk_in()
    booking.walk_in_cancel(
        walk_in_id=ticket.walk_in_id, reason="desk", actor=open_morning.desk, now=open_morning.now()
    )
    assert services.departures.ticket_end_stopped(code=ticket.code, now=open_morning.now()).state == "left"
    assert Refund.objects.count() == 1
