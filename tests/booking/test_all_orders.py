"""G9: all 120 orders of five notices end the same, from whatever state the number was in when they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import permutations

import pytest

from booking import services
from booking.models import Appointment, Payment, Refund
from booking.providers import Notice, RefundState
from hospital.common.actor import Actor
from tests.booking.orders import in_every_order
from tests.booking.test_payments import paid, payment
from tests.clock import VirtualClock
from tests.figures import Figures

__all__ = ["payment"]

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
    """Paid, the same under another number, a failure, the refund done, the refund not possible (yet)."""
    refund = Refund.objects.filter(payment=payment).first()
    back = {"kind": "refund", "refund_no": refund.code if refund else "UNKNOWN"}
    return [
        paid(payment, 1),
        paid(payment, 2),
        paid(payment, 3, state="failed"),
        paid(payment, 4, state="refunded", **back),
        paid(payment, 5, state="failed", **back),
    ]


End = tuple[str, int, int, int]
"""The number's state, the fen kept, the fen taken less those given back, the count of refunds."""


def the_end(payment: Payment, now: VirtualClock) -> End:
    for refund in Refund.objects.filter(done_at=None):
        services.refund_send(refund_id=refund.pk, now=now())
    appointment = Appointment.objects.get(pk=payment.appointment_id)
    kept = sum(Payment.objects.filter(state="paid").values_list("paid_fen", flat=True))
    taken = sum(Payment.objects.exclude(paid_fen=None).values_list("paid_fen", flat=True))
    back = sum(Refund.objects.exclude(done_at=None).values_list("amount_fen", flat=True))
    return appointment.state, kept, taken - back, Refund.objects.count()


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
    figures: Figures,
) -> None:
    before(payment, now)
    seen = Counter(
        in_every_order(
            five(payment),
            lambda notice: services.payment_notice_apply(notice=notice, now=now()),
            lambda: the_end(payment, now),
        )
    )
    assert (len(seen), seen.total()) == (1, 120), seen
    assert next(iter(seen))[:3] == (end, money, money)
    figures.shown("G9", f"{seen.total()} orders, {len(seen)} end: {before.__name__.replace('_', ' ')}")


def test_control_whoever_believes_the_latest_notice_ends_in_as_many_ways(
    payment: Payment, figures: Figures
) -> None:
    believed = {(order[-1].kind, order[-1].state) for order in permutations(five(payment))}
    assert len(believed) == 4
    figures.control("G9", f"{len(believed)} different ends when the latest notice is believed")
