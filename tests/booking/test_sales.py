"""How the numbers of sessions were sold."""

from datetime import timedelta

import pytest

from booking import services
from booking.selectors.sales import SessionSale, session_sales, sessions_ahead
from hospital.common import clock
from hospital.common.actor import Actor
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
DESK = Actor(kind="desk", name="desk")


def sale_of(made: object) -> SessionSale:
    [found] = session_sales(first=made.date, last=made.date)  # type: ignore[attr-defined]
    return found


def test_a_session_is_sold_out_when_nothing_is_left_for_the_first_time(now: VirtualClock) -> None:
    made = factories.session(clock.today() + timedelta(days=1), now=now(), quotas=[0, 0, 1, 1])
    third, fourth = factories.slots(made)[2:]
    now.advance(minutes=5)
    factories.book(third, factories.person(701, now()), None, now())
    assert sale_of(made).sold_out_at is None
    now.advance(minutes=5)
    last = factories.book(fourth, factories.person(702, now()), None, now())
    sold_out_at = now()
    assert sale_of(made).sold_out_at == sold_out_at
    now.advance(minutes=5)
    services.appointment_cancel(appointment_id=last.pk, reason="ill", actor=DESK, now=now())
    found = sale_of(made)
    assert (found.sold_out_at, found.taken, found.quota) == (sold_out_at, 1, 2)


def test_a_number_given_back_before_the_last_one_goes_puts_the_moment_off(now: VirtualClock) -> None:
    made = factories.session(clock.today() + timedelta(days=1), now=now(), quotas=[0, 0, 1, 1])
    third, fourth = factories.slots(made)[2:]
    first = factories.book(third, factories.person(701, now()), None, now())
    services.appointment_cancel(appointment_id=first.pk, reason="ill", actor=DESK, now=now())
    now.advance(minutes=5)
    factories.book(fourth, factories.person(702, now()), None, now())
    assert sale_of(made).sold_out_at is None


def test_stopped_and_planned_sessions_were_not_sold(now: VirtualClock) -> None:
    day = clock.today() + timedelta(days=30)
    made = factories.session(day, now=now())
    assert made.state == "planned"
    assert session_sales(first=day, last=day) == []
    [ahead] = sessions_ahead(first=day, last=day)
    assert (ahead.expert_code, ahead.numbers, ahead.booked) == (made.expert.code, made.number_limit, 0)
    assert sessions_ahead(first=day, last=day, department="神经内科") == [ahead]
    assert sessions_ahead(first=day, last=day, department="other") == []
