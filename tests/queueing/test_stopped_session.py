"""A clinic that is stopped while people wait: the desk helps each, and the money follows what became of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking import services as booking
from booking.models import Appointment, ClinicSession, Payment, Stop, StopCase, WalkIn
from queueing import services
from queueing.models import Ticket
from tests import factories
from tests.booking.stopped import invariants_hold, pay
from tests.queueing.conftest import Morning

pytestmark = pytest.mark.django_db


def paid(morning: Morning, slot: int) -> Appointment:
    held = factories.hold(factories.slots(morning.session)[slot - 1], morning.patient(), None, morning.now())
    return pay(held, morning.now())


@pytest.fixture
def stop(morning: Morning) -> Stop:
    """Two booked patients are checked in, a walk-in waits; then the clinic is stopped at 08:20."""
    first, second = paid(morning, 1), paid(morning, 1)
    booking.sessions_advance(morning.now.at("07:00"))
    for appointment in (first, second):
        morning.check_in(appointment, "07:50")
    morning.walk_in("07:55")
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
