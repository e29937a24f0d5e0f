"""Draws and proofs of work under contention. Real threads, real commits, each race with its control."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError

from booking import services
from booking.domain import errors
from booking.domain.draws import draw_order
from booking.domain.risk import Signal
from booking.models import Appointment, ClinicSession, DrawRequest, SpentChallenge
from booking.services import draws, risk
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.policy import policy_change
from tests import factories
from tests.booking.conftest import check_invariants
from tests.booking.test_risk import proof_of
from tests.clock import VirtualClock
from tests.threads import LIMIT_S, at_once

pytestmark = pytest.mark.django_db(transaction=True)
JOB = Actor.job("test")
SEED = "0b5e" * 16
CLIENTS = 12


@pytest.fixture
def drawn(now: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> ClinicSession:
    monkeypatch.setattr(draws, "SEED", lambda: SEED)
    policy_change(actor=JOB, now=now(), reason="fair", draw_s=60)
    day = clock.local(now()).date() + timedelta(days=5)
    return factories.session(day, now=now(), quotas=[3, 2, 0, 1])


def ask(made: ClinicSession, patient_id: int, now: VirtualClock) -> DrawRequest:
    code = factories.slots(made)[0].code
    return services.draw_request_ask(
        slot_code=code, patient_id=patient_id, account_id=None, actor=JOB, now=now()
    )


def test_a_patient_who_asks_many_times_at_once_has_one_request(
    drawn: ClinicSession, now: VirtualClock
) -> None:
    patient = factories.person(1, now())
    answers = at_once(lambda _number: ask(drawn, patient.pk, now), CLIENTS)
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds == {"DrawRequest": 1, "AlreadyRequested": CLIENTS - 1}


def test_without_the_patients_lock_the_same_only_the_constraint_would_stop(
    drawn: ClinicSession, now: VirtualClock
) -> None:
    """The control: look, then write; several look before the first has written."""
    patient, slot = factories.person(1, now()), factories.slots(drawn)[0]
    all_looked = threading.Barrier(CLIENTS)

    def look_then_write(_number: int) -> DrawRequest:
        if DrawRequest.objects.filter(session=drawn, patient=patient).exists():
            raise errors.AlreadyRequested
        all_looked.wait(LIMIT_S)
        return DrawRequest.objects.create(session=drawn, slot=slot, patient=patient, asked_at=now())

    answers = at_once(look_then_write, CLIENTS)
    assert sum(isinstance(answer, IntegrityError) for answer in answers) == CLIENTS - 1


def test_workers_that_hold_one_draw_at_once_give_what_one_alone_gives(
    drawn: ClinicSession, now: VirtualClock
) -> None:
    requests = [ask(drawn, factories.person(number, now()).pk, now) for number in range(10)]
    now.advance(seconds=60)
    answers = at_once(lambda _number: services.draw_hold(session_id=drawn.pk, now=now()), 4)
    assert answers == [True] * 4
    order = draw_order(SEED, [one.code for one in requests])
    won = {one.draw_request.code: one.slot.index for one in Appointment.objects.select_related("slot")}
    assert [won.get(code) for code in order] == [1, 1, 1, 2, 2, 4, None, None, None, None]
    check_invariants()


def test_a_proof_used_by_many_at_once_buys_one_number(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(risk, "WORK", 300)
    account = factories.user("lin", "patient")
    services.signals_note(account_id=account.pk, found=[Signal("unpaid", 60, 7)], now=now())
    proof = proof_of(services.challenge_wanted(user=account, now=now()) or {})

    def use(_number: int) -> None:
        services.risk_check(user=account, proof=proof, now=now())

    answers = at_once(use, CLIENTS)
    assert Counter(type(answer).__name__ for answer in answers) == {
        "NoneType": 1,
        "ChallengeRequired": CLIENTS - 1,
    }
    assert SpentChallenge.objects.count() == 1


def test_a_proof_that_is_looked_up_before_it_is_written_buys_several(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the unique row as the judge, several see the proof unspent."""
    used: list[int] = []
    all_looked = threading.Barrier(CLIENTS)

    def look_then_write(number: int) -> None:
        if SpentChallenge.objects.filter(salt="one").exists():
            raise errors.ChallengeRequired
        all_looked.wait(LIMIT_S)
        used.append(number)
        SpentChallenge.objects.create(salt="one", spent_at=now())

    at_once(look_then_write, CLIENTS)
    assert len(used) == CLIENTS
