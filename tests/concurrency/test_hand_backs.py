"""What is handed back goes back once: cash at the desk, a walk-in's number. Real commits, with controls."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import transaction

from booking import services as booking
from booking.domain.errors import HandedBackAlready
from booking.models import ClinicSession, Payment, Refund, WalkIn
from booking.selectors.money import tills_of_day
from booking.services.refunds import refund_finish
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition
from queueing import services
from queueing.models import Ticket
from tests import factories
from tests.booking.conftest import check_invariants
from tests.concurrency.test_calls import EVENING, MORNING, _morning, clinic
from tests.threads import LIMIT_S, at_once, in_another_thread

__all__ = ["_morning"]

pytestmark = pytest.mark.django_db(transaction=True)
DESKS, ROUNDS = 8, 6


@pytest.fixture
def desks() -> list[Actor]:
    return [Actor.of(factories.user(f"desk{number}", "desk")) for number in range(DESKS)]


@pytest.fixture
def owed(desks: list[Actor]) -> Refund:
    """Paid in cash and cancelled by the desk: it waits for its patient."""
    [session] = clinic(1)
    held = factories.hold(factories.slots(session)[0], factories.person(1, EVENING), None, EVENING)
    booking.appointment_confirm_at_desk(appointment_id=held.pk, payment="cash", actor=desks[0], now=EVENING)
    booking.appointment_cancel(appointment_id=held.pk, actor=desks[0], now=EVENING, reason="phoned")
    return Refund.objects.get()


def returned() -> list[int]:
    """What each till says it handed back, in fen."""
    return [till.returned_fen for till in tills_of_day(day=clock.today()) if till.returned]


def test_cash_that_eight_desks_hand_back_at_once_goes_back_once(owed: Refund, desks: list[Actor]) -> None:
    answers = at_once(
        lambda number: booking.refund_hand_back(code=owed.code, actor=desks[number], now=EVENING), DESKS
    )
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds == {"Refund": 1, HandedBackAlready.__name__: DESKS - 1}
    assert history.of(Payment.objects.get()).filter(verb="done").count() == 1
    assert returned() == [5000]
    check_invariants()


def test_control_look_then_hand_back_gives_the_same_cash_away_eight_times(
    owed: Refund, desks: list[Actor]
) -> None:
    """All look before the first has written."""
    all_looked = threading.Barrier(DESKS)

    def look_then_hand_back(number: int) -> None:
        refund = Refund.objects.select_related("payment").get(code=owed.code)
        assert refund.done_at is None
        all_looked.wait(LIMIT_S)
        with transaction.atomic():
            refund_finish(refund=refund, payment=refund.payment, actor=desks[number], now=EVENING)

    assert at_once(look_then_hand_back, DESKS) == [None] * DESKS
    assert returned() == [5000] * DESKS


def paid_walk_in(session: ClinicSession, serial: int, desk: Actor) -> WalkIn:
    """Registered and paid by phone; the worker has not made its ticket yet."""
    walk_in = services.walk_in_reserve(
        session_code=session.code,
        patient_id=factories.person(serial, EVENING).pk,
        provider_name="sandbox",
        actor=desk,
        now=MORNING,
    )
    factories.notice(Payment.objects.get(walk_in=walk_in), MORNING)
    return walk_in


def test_a_walk_ins_number_goes_back_or_gets_its_ticket_never_both(desks: list[Actor]) -> None:
    [session] = clinic(1)
    for serial in range(ROUNDS):
        walk_in = paid_walk_in(session, serial, desks[0])

        def act(who: int, pk: int = walk_in.pk) -> object:
            if who == 0:
                return services.walk_in_ticket(walk_in_id=pk, now=MORNING)
            return services.walk_in_give_up(walk_in_id=pk, reason="left", actor=desks[who], now=MORNING)

        answers = at_once(act, 3)
        walk_in.refresh_from_db()
        ticket, refund = (
            Ticket.objects.filter(walk_in=walk_in),
            Refund.objects.filter(payment__walk_in=walk_in),
        )
        given_up = [answer for answer in answers if isinstance(answer, WalkIn)]
        assert (ticket.count(), refund.count(), walk_in.state) in {(1, 0, "registered"), (0, 1, "cancelled")}
        assert len(given_up) == refund.count()
        assert {type(answer) for answer in answers if isinstance(answer, Exception)} <= {IllegalTransition}
    check_invariants()


def test_control_look_then_give_up_leaves_a_ticket_without_its_walk_in(desks: list[Actor]) -> None:
    """No ticket is seen, it is made on another connection, and the number goes back all the same."""
    walk_in = paid_walk_in(clinic(1)[0], 1, desks[0])
    assert not Ticket.objects.filter(walk_in=walk_in).exists()
    in_another_thread(lambda: services.walk_in_ticket(walk_in_id=walk_in.pk, now=MORNING))
    booking.walk_in_cancel(walk_in_id=walk_in.pk, reason="left", actor=desks[0], now=MORNING)
    walk_in.refresh_from_db()
    assert (walk_in.state, Ticket.objects.get().state) == ("cancelled", "waiting")
