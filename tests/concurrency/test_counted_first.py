"""What is counted or numbered while there are no rows to lock yet: the people of an account, versions of the policy."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import IntegrityError, transaction

from booking.models import AccountPatient, Patient
from booking.services import account_patient_add
from hospital.common.actor import Actor
from hospital.common.models import PolicyVersion
from hospital.common.policy import policy_change
from hospital.models import User
from tests import factories
from tests.clock import VirtualClock
from tests.threads import LIMIT_S, at_once

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = 5
AT_ONCE = 8
MANAGER = Actor(kind="manager", name="he")


def add(account: User, serial: int, relation: str, now: VirtualClock) -> Patient:
    return account_patient_add(
        account_id=account.pk,
        name="客人",
        id_type="resident",
        id_number=factories.resident_id(serial),
        phone="",
        relation=relation,
        actor=Actor.of(account),
        now=now(),
    )


def outcomes(results: list[object]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def test_an_account_without_patients_gets_five_of_eight_added_at_once(now: VirtualClock) -> None:
    lin = factories.user("lin", "patient")
    results = at_once(lambda number: add(lin, number, "other", now), AT_ONCE)
    assert outcomes(results) == {"Patient": LIMIT, "TooManyPatients": AT_ONCE - LIMIT}
    assert lin.account_patients.count() == LIMIT
    assert Patient.objects.count() == LIMIT


def test_only_one_of_two_people_added_at_once_is_the_account_itself(now: VirtualClock) -> None:
    lin = factories.user("lin", "patient")
    results = at_once(lambda number: add(lin, number, "self", now), 2)
    assert outcomes(results) == {"Patient": 1, "SelfKnown": 1}
    assert [link.relation for link in lin.account_patients.all()] == ["self"]


def test_control_counting_without_the_accounts_row_keeps_more_than_five(now: VirtualClock) -> None:
    lin = factories.user("lin", "patient")
    people = [factories.person(serial, now()) for serial in range(AT_ONCE)]
    counted = threading.Barrier(AT_ONCE)

    @transaction.atomic
    def unguarded(number: int) -> AccountPatient:
        links = list(AccountPatient.objects.select_for_update().filter(account=lin))
        counted.wait(LIMIT_S)
        assert len(links) < LIMIT
        return AccountPatient.objects.create(account=lin, patient=people[number], relation="other")

    assert outcomes(at_once(unguarded, AT_ONCE)) == {"AccountPatient": AT_ONCE}
    assert lin.account_patients.count() == AT_ONCE


def test_changes_of_the_policy_at_once_are_versions_one_after_the_other(now: VirtualClock) -> None:
    moment = now()
    results = at_once(
        lambda number: policy_change(actor=MANAGER, now=moment, reason="", hold_min=20 + number), AT_ONCE
    )
    assert outcomes(results) == {"Policy": AT_ONCE}
    numbers = PolicyVersion.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, AT_ONCE + 1))


def test_control_numbering_without_waiting_fails_for_all_but_one(now: VirtualClock) -> None:
    moment, read = now(), threading.Barrier(AT_ONCE)

    def unguarded(_number: int) -> PolicyVersion:
        latest = PolicyVersion.objects.order_by("-number").first()
        read.wait(LIMIT_S)
        number = (latest.number if latest else 0) + 1
        return PolicyVersion.objects.create(number=number, actor_name="he", at=moment)

    results = at_once(unguarded, AT_ONCE)
    assert outcomes(results) == {"PolicyVersion": 1, IntegrityError.__name__: AT_ONCE - 1}
