"""All 120 orders of five notices end the same, from whatever state the number was in when they came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
from django.db import transaction

from booking import services
from booking.models import Appointment, ClinicSession, Payment, Refund
from booking.providers import Notice, RefundState
from hospital.common.actor import Actor
from tests.booking.test_payments import paid
from tests.clock import VirtualClock
from tests.factories import Cast, hold, slots

pytestmark = pytest.mark.django_db


class Bank:
    """Gives back whatever it is asked for, once per key."""

    def __init__(self) -> None:
        self.given: dict[str, int] = {}

    def refund(self, order) -> RefundState:
        self.given[order.refund_no] = order.amount_fen
        return RefundState(order.refund_no, "done", order.amount_fen, "B1")


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    made = Bank()
    monkeypatch.setattr("booking.services.refunds.provider", lambda _name: made)
    return made


@pytest.fixture
def payment(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> Payment:
    """Lin holds the only number of the second slot and is about to pay."""
    held = hold(slots(tomorrow)[1], cast.patients["lin"], cast.lin, now())
    return services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
    )


def still_held(payment: Payment, now: VirtualClock) -> None:
    """Nothing happened yet."""


def hold_over(payment: Payment, now: VirtualClock) -> None:
    """The hold ran out, and walk-in registration is open: no number for late money."""
    now.advance(minutes=16)
    services.holds_expire_due(now())
    now.at("07:00", days=1)


def cancelled(payment: Payment, now: VirtualClock) -> None:
    """The patient gave the hold back before the notice came."""
    appointment = payment.appointment
    assert appointment is not None
    services.appointment_cancel(appointment_id=appointment.pk, actor=Actor.of(appointment.account), now=now())


def paid_and_cancelled(payment: Payment, now: VirtualClock) -> None:
    """Paid by another road, then cancelled: the refund is on its way when the notices come."""
    services.payment_notice_apply(notice=paid(payment, 99), now=now())
    cancelled(payment, now)


def five(payment: Payment) -> list[Notice]:
    """Paid, its duplicate, the same fact under another number, a failure, and the refund done."""
    refund = Refund.objects.filter(payment=payment).first()
    back = {"kind": "refund", "refund_no": refund.code if refund else "UNKNOWN", "state": "refunded"}
    first = paid(payment, 1)
    return [
        first,
        first,
        replace(first, notice_id="n2"),
        paid(payment, 3, state="failed"),
        paid(payment, 4, **back),
    ]


@pytest.mark.parametrize(
    ("before", "end", "money"),
    [
        (still_held, "booked", 5000),
        (hold_over, "expired", 0),
        (cancelled, "cancelled", 0),
        (paid_and_cancelled, "cancelled", 0),
    ],
)
def test_all_120_orders_end_the_same(
    payment: Payment,
    bank: Bank,
    now: VirtualClock,
    before: Callable[[Payment, VirtualClock], None],
    end: str,
    money: int,
) -> None:
    before(payment, now)
    notices = five(payment)
    ends = set()
    for order in set(
        permutations(notices)
    ):  # the two that are one notice make half of the 120 orders the same
        mark = transaction.savepoint()
        for notice in order:
            services.payment_notice_apply(notice=notice, now=now())
        for refund in Refund.objects.filter(done_at=None):
            services.refund_send(refund_id=refund.pk, now=now())
        payment.refresh_from_db()
        appointment = Appointment.objects.get(pk=payment.appointment_id)
        kept = sum(Payment.objects.filter(state="paid").values_list("paid_fen", flat=True))
        taken = sum(Payment.objects.exclude(paid_fen=None).values_list("paid_fen", flat=True))
        back = sum(Refund.objects.exclude(done_at=None).values_list("amount_fen", flat=True))
        ends.add((appointment.state, kept, taken - back, Refund.objects.count()))
        transaction.savepoint_rollback(mark)
    assert len(ends) == 1, ends
    assert next(iter(ends))[:3] == (end, money, money)
