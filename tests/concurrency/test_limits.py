"""The limit of a payer under contention. Real threads, real commits, the race with its control."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from booking.models import Appointment, ClinicSession, Patient, Payment, RiskSignal
from booking.selectors.risk import payer_people_besides
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.policy import policy_change
from hospital.models import User
from tests import factories
from tests.booking.conftest import check_invariants
from tests.clock import VirtualClock
from tests.threads import LIMIT_S, at_once

pytestmark = pytest.mark.django_db(transaction=True)
JOB = Actor.job("test")
TABS, LIMIT, ACCOUNTS = 8, 3, 3


@pytest.fixture
def lin(now: VirtualClock) -> User:
    """Her payer may pay for three people."""
    policy_change(
        actor=JOB,
        now=now(),
        reason="test",
        patients_per_payer_30_days=LIMIT,
        unpaid_holds_per_account_day=99,
        holds_per_account_day=99,
    )
    return factories.user("lin", "patient")


@pytest.fixture
def made(now: VirtualClock) -> ClinicSession:
    day = clock.local(now()).date() + timedelta(days=5)
    return factories.session(day, now=now(), quotas=[20, 0, 0, 0], capacity=30)


@pytest.fixture
def people(now: VirtualClock, lin: User, made: ClinicSession) -> list[Patient]:
    """For one of them her payer has paid."""
    paid, *others = [factories.person(number, now()) for number in range(TABS + 1)]
    factories.book(factories.slots(made)[0], paid, lin, now(), payer="openid")
    return others


def test_tabs_that_hold_for_many_people_at_once_stop_at_the_payers_limit(
    lin: User, made: ClinicSession, people: list[Patient], now: VirtualClock
) -> None:
    [slot, *_] = factories.slots(made)
    answers = at_once(lambda number: factories.hold(slot, people[number], lin, now()), TABS)
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds == {"Appointment": LIMIT - 1, "PayerLimit": TABS - LIMIT + 1}
    assert Appointment.objects.filter(account=lin).count() == LIMIT
    check_invariants()


def test_without_the_accounts_lock_every_tab_counts_the_same(
    lin: User, made: ClinicSession, people: list[Patient], now: VirtualClock
) -> None:
    """The control: count by the same function, then write; all count before the first has written."""
    [slot, *_] = factories.slots(made)
    all_counted = threading.Barrier(TABS)

    def count_then_write(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT booking_payer_people(%s, %s, %s)", [lin.pk, people[number].pk, now()])
            assert cursor.fetchone()[0] < LIMIT
        all_counted.wait(LIMIT_S)
        factories.hold(slot, people[number], None, now())

    assert at_once(count_then_write, TABS) == [None] * TABS


def test_payments_that_arrive_at_once_leave_one_signal_and_stop_at_the_payers_limit(
    lin: User, made: ClinicSession, people: list[Patient], now: VirtualClock
) -> None:
    [slot, *_] = factories.slots(made)
    held = [factories.hold(slot, patient, lin, now()) for patient in people[: LIMIT - 1]]
    policy_change(actor=JOB, now=now(), reason="test", patients_per_payer_30_days=LIMIT - 1)
    answers = at_once(lambda number: factories.pay(held[number], now(), payer="openid").state, len(held))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert Appointment.objects.filter(account=lin, state="booked").count() == LIMIT - 1
    assert Payment.objects.filter(state="held_for_review").count() == 1
    assert RiskSignal.objects.filter(kind="payer").count() == 1
    check_invariants()


def first_payments_at_once(now: VirtualClock) -> int:
    """How many new accounts got their number when one payer paid for all of them in one moment."""
    policy_change(actor=JOB, now=now(), reason="test", patients_per_payer_30_days=1)
    accounts = [factories.user(f"new{number}", "patient") for number in range(ACCOUNTS)]
    today = clock.local(now()).date()
    held = []
    for number, account in enumerate(accounts):  # payments for one clinic wait for each other anyway
        made = factories.session(today + timedelta(days=3 + number), now=now(), quotas=[1, 0, 0, 0])
        patient = factories.person(100 + number, now(), account)
        held.append(factories.hold(factories.slots(made)[0], patient, account, now()))
    answers = at_once(lambda number: factories.pay(held[number], now(), payer="one").state, ACCOUNTS)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    return Appointment.objects.filter(account__in=accounts, state="booked").count()


def test_first_payments_of_many_accounts_by_one_payer_stop_at_the_limit(lin: User, now: VirtualClock) -> None:
    assert first_payments_at_once(now) == 1


def test_without_the_payers_lock_every_first_payment_counts_nobody(
    lin: User, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: no lock, and all count before the first is written."""
    all_counted = threading.Barrier(ACCOUNTS)

    def counted(**whose: Any) -> int:
        found = payer_people_besides(**whose)
        all_counted.wait(LIMIT_S)
        return found

    monkeypatch.setattr("booking.services.risk.lock_payer", lambda _index: None)
    monkeypatch.setattr("booking.services.risk.payer_people_besides", counted)
    assert first_payments_at_once(now) == ACCOUNTS
