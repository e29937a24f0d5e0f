"""G8: cancels whose refunds time out, before or after the bank did them, are paid back exactly once.

The bank lives in this process and is seeded; workers are threads on connections of their own that take the same
jobs. ``make test`` cancels a few hundred, ``make chaos`` ten thousand.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from booking import services, tasks
from booking.models import ClinicSession, Patient, Payment, Refund, WalkIn
from booking.providers import ProviderUnavailable, RefundOrder, RefundState
from hospital.common import history, jobs
from hospital.common.actor import Actor
from hospital.common.models import Job
from tests import factories
from tests.figures import Figures
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3600)]
SEED = 20261123
CANCELS = int(os.environ.get("CHAOS_CANCELS") or (10_000 if "CHAOS_SECONDS" in os.environ else 100))
WORKERS = 4
SHARE = 2_000
FEE = 5000
MORNING = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
DESK = Actor.device("desk", "test")
assert tasks, "the worker's handlers are known"


@dataclass
class Bank:
    """Pays back once for each refund number; its answers get lost before or after, seeded for each number and try."""

    paid_back: Counter[str] = field(default_factory=Counter)
    tries: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    known: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refund(self, order: RefundOrder) -> RefundState:
        with self.lock:
            self.tries[order.refund_no] += 1
            luck = Random(f"{SEED} {order.out_trade_no} {self.tries[order.refund_no]}").random()
            if luck < 0.25:
                self.outcomes["timeout before"] += 1
                raise ProviderUnavailable
            if order.refund_no not in self.known:
                self.known[order.refund_no] = "processing" if luck > 0.9 else "done"
                self.paid_back[order.out_trade_no] += order.amount_fen
            if luck < 0.6:
                self.outcomes["timeout after"] += 1
                raise ProviderUnavailable
            self.outcomes["answered"] += 1
            return RefundState(order.refund_no, self.known[order.refund_no], order.amount_fen, "B")  # type: ignore[arg-type]

    def query_refund(self, refund_no: str, out_trade_no: str) -> RefundState | None:
        with self.lock:
            if refund_no not in self.known:
                return None
            self.known[refund_no] = "done"
            return RefundState(refund_no, "done", FEE, "B")


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bank]:
    made = Bank()
    monkeypatch.setattr("booking.services.refunds.provider", lambda _name: made)
    logging.disable(logging.CRITICAL)  # every lost answer would be a page of traceback
    yield made
    logging.disable(logging.NOTSET)


def paid_walk_ins(count: int) -> list[WalkIn]:
    """So many walk-ins that paid through a provider; written in bulk, with their histories."""
    session = factories.session(MORNING.date(), now=MORNING)
    patients = Patient.objects.bulk_create(
        Patient(
            name="客",
            id_type="passport",
            id_sealed=b"",
            id_index=f"{n:032d}".encode(),
            id_tail="",
            phone_tail="",
            created_at=MORNING,
        )
        for n in range(count)
    )
    walk_ins = WalkIn.objects.bulk_create(
        WalkIn(session=session, patient=patient, fee_fen=FEE, registered_at=MORNING) for patient in patients
    )
    payments = Payment.objects.bulk_create(
        Payment(
            walk_in=walk_in,
            provider="sandbox",
            amount_fen=FEE,
            paid_fen=FEE,
            state="paid",
            transaction_id=f"T{walk_in.pk}",
            created_at=MORNING,
            paid_at=MORNING,
        )
        for walk_in in walk_ins
    )
    ClinicSession.objects.filter(pk=session.pk).update(
        number_limit=count, walk_ins=count, appointments_taken=0
    )
    moves = {"actor": DESK, "at": MORNING}
    history.record_all(things=walk_ins, verb="register", to_state="registered", **moves)
    history.record_all(things=payments, verb="create", to_state="created", **moves)
    history.record_all(things=payments, verb="pay", to_state="paid", from_state="created", **moves)
    return walk_ins


def cancel_all(walk_ins: list[WalkIn]) -> None:
    """Several desks cancel, each its share, and some cancel what another cancelled."""

    def desk(number: int) -> None:
        for walk_in in walk_ins[number::WORKERS]:
            services.walk_in_cancel(walk_in_id=walk_in.pk, reason="storm", actor=DESK, now=MORNING)

    assert [each for each in at_once(desk, WORKERS) if each is not None] == []


def work_off(say: Callable[[str], None]) -> tuple[datetime, int]:
    """Workers take the same jobs until none is left; the time moves on for those that wait for another try."""
    moment, rounds = MORNING, 0
    while left := Refund.objects.filter(done_at=None).count():
        say(f"refunds: {left} of {CANCELS} to pay back, round {rounds + 1}")
        moment += timedelta(minutes=5)
        rounds += 1
        assert rounds < 500, "refunds that never end"
        at_once(lambda _n, now=moment: jobs.run_due(now, limit=100_000), WORKERS)
        at_once(lambda _n, now=moment: services.refunds_follow(now), 2)
    # jobs that waited for another try while asking found their refund done: they must change nothing
    at_once(lambda _n: jobs.run_due(moment + timedelta(days=1), limit=100_000), WORKERS)
    return moment, rounds


def test_every_cancel_is_paid_back_exactly_once(
    bank: Bank, figures: Figures, say: Callable[[str], None]
) -> None:
    walk_ins = paid_walk_ins(CANCELS)
    for first in range(0, CANCELS, SHARE):
        say(f"refunds: {first} of {CANCELS} cancelled")
        cancel_all(walk_ins[first : first + SHARE])
    assert Refund.objects.count() == CANCELS
    moment, rounds = work_off(say)
    doubles = sum(fen > FEE for fen in bank.paid_back.values())
    assert doubles == 0
    assert len(bank.paid_back) == CANCELS
    assert set(bank.paid_back.values()) == {FEE}
    assert bank.outcomes["timeout after"] > CANCELS // 10
    assert Payment.objects.filter(state="refunded").count() == CANCELS
    assert not Job.objects.filter(kind="refund.send", done_at=None).exists()
    lost = bank.outcomes.total() - bank.outcomes["answered"]
    figures.shown("G8", f"{doubles} double of {CANCELS} cancels: {bank.tries.total()} calls, {lost} answers lost,"
                  f" all paid back after {rounds} rounds ({moment - MORNING})", seed=SEED)  # fmt: skip


def test_control_a_new_number_for_every_try_pays_back_twice(bank: Bank, figures: Figures) -> None:
    """The pattern without its guard: the key is made up at the call, and a lost answer is a failure."""
    for order in range(CANCELS):
        for attempt in range(50):
            number = f"{order}-{attempt}"
            try:
                bank.refund(RefundOrder(number, f"O{order}", FEE, FEE, "storm"))
                break
            except ProviderUnavailable:
                continue
    doubles = sum(fen > FEE for fen in bank.paid_back.values())
    assert doubles > CANCELS // 10
    figures.control("G8", f"{doubles} of {CANCELS} paid back more than once: a key made at the call")
