"""A clinic that is stopped while people wait: the desk helps each, and the money follows what became of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from booking import services as booking
from booking.models import Appointment, ClinicSession, Patient, Payment, Stop, StopCase, WalkIn
from hospital.common.crypto import seal, unseal
from hospital.common.models import Job, Message
from queueing import services, tasks
from queueing.models import Ticket
from queueing.selectors.tickets import ticket_live
from tests import factories
from tests.booking.stopped import invariants_hold, pay
from tests.queueing.conftest import Morning

pytestmark = pytest.mark.django_db


def paid(morning: Morning, slot: int) -> Appointment:
    held = factories.hold(factories.slots(morning.session)[slot - 1], morning.patient(), None, morning.now())
    return pay(held, morning.now())


@pytest.fixture
def stop(morning: Morning) -> Stop:
    """Two booked patients are checked in, a walk-in waits, all have phones; the clinic is stopped at 08:20."""
    first, second = paid(morning, 1), paid(morning, 1)
    booking.sessions_advance(morning.now.at("07:00"))
    for appointment in (first, second):
        morning.check_in(appointment, "07:50")
    morning.walk_in("07:55")
    Patient.objects.update(phone_sealed=seal("13700137000"))
    morning.now.at("08:20")
    made = booking.stop_propose(
        session_id=morning.session.pk, reason="taken ill", actor=morning.desk, now=morning.now()
    )
    booking.stop_apply(code=made.code, actor=morning.desk, now=morning.now())
    booking.stops_go_on(morning.now())
    return made


def tickets() -> list[Ticket]:
    return list(Ticket.objects.order_by("pk"))


def test_whoever_is_in_the_hospital_is_asked_by_nobody_but_the_desk(stop: Stop) -> None:
    assert list(StopCase.objects.values_list("state", flat=True)) == ["asked", "asked"]
    assert set(Appointment.objects.values_list("state", flat=True)) == {"arrived"}


def test_whoever_is_in_the_hospital_is_told_to_go_to_the_nurse_desk(stop: Stop, morning: Morning) -> None:
    told = Message.objects.filter(kind="stopped", channel="sms")
    assert told.count() == 2, "both who had checked in; the walk-in by a job"
    for _turn in range(2):
        tasks.tell_of_stop(Job.objects.get(kind="session.stopped").payload, morning.now())
    assert told.count() == 3
    for message in told:
        assert "Please go to the nurse desk" in unseal(message.body_sealed)


@pytest.mark.parametrize(
    ("language", "stopped", "leave"),
    [("en", "This clinic was stopped", "leave now"), ("zh-hans", "本场停诊", "可以离开")],
)
def test_a_ticket_says_at_once_that_the_clinic_was_stopped_and_never_that_one_may_leave(
    stop: Stop, morning: Morning, language: str, stopped: str, leave: str
) -> None:
    before = tickets()[0].queue.revision
    tasks.tell_of_stop({"session": stop.session_id}, morning.now())
    for ticket in tickets():
        seen = ticket_live(code=ticket.code, now=morning.now())
        assert (seen.stopped, seen.expected_at, seen.come_back_at) == (True, None, None)
        page = Client(headers={"accept-language": language}).get(f"/t/{ticket.code}/").content.decode()
        assert stopped in page
        assert leave not in page
    assert tickets()[0].queue.revision > before, "so that open pages ask again"


def test_a_ticket_cancelled_at_the_desk_brings_the_money_back(stop: Stop, morning: Morning) -> None:
    for ticket in tickets():
        services.ticket_cancel(
            code=ticket.code, reason="clinic stopped", actor=morning.desk, now=morning.now()
        )
    booking.stops_go_on(morning.now())
    stop.refresh_from_db()
    assert stop.state == "finished"
    assert set(StopCase.objects.values_list("choice", flat=True)) == {"refund"}
    assert {payment.state for payment in Payment.objects.all()} <= {"refunding", "refunded"}
    invariants_hold()


def test_a_ticket_transferred_to_a_colleague_keeps_the_money(
    stop: Stop, morning: Morning, other_session: ClinicSession
) -> None:
    [first, *_others] = tickets()
    moved = services.ticket_transfer(
        code=first.code, target_session_code=other_session.code, actor=morning.desk, now=morning.now()
    )
    called = services.ticket_call_next(
        session_code=other_session.code, actor=morning.doctor, now=morning.now()
    )
    assert called.pk == moved.pk
    services.ticket_start(code=called.code, actor=morning.doctor, now=morning.now())
    services.ticket_finish(code=called.code, actor=morning.doctor, now=morning.now())
    booking.stops_go_on(morning.now())
    case = StopCase.objects.get(appointment=first.appointment)
    assert (case.state, case.choice, case.appointment.state) == ("settled", "", "seen")
    assert Payment.objects.get(appointment=first.appointment).state == "paid"
    invariants_hold()


def test_whoever_nobody_helped_by_the_end_of_the_day_has_left_and_is_refunded(
    stop: Stop, morning: Morning
) -> None:
    morning.now.set(morning.session.closes_at + timedelta(hours=2))
    services.sessions_end_due(morning.now())
    assert {ticket.state for ticket in tickets()} == {"left"}
    booking.stops_go_on(morning.now())
    stop.refresh_from_db()
    assert stop.state == "finished"
    assert Payment.objects.filter(state="paid").count() == 0
    assert WalkIn.objects.get().state == "cancelled"
    invariants_hold()
