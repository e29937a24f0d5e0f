"""A merge beside bookings and check-ins: nothing is left under the merged record. Real commits, with its control."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from booking import services
from booking.domain.errors import UnknownNumber
from booking.models import Appointment, Patient
from booking.selectors.merges import pointers_to_patients
from hospital.common import clock
from hospital.common.actor import Actor
from tests import factories
from tests.servers.conftest import until
from tests.threads import LIMIT_S, at_once, backend_pid, beside, waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DESK = Actor(kind="desk", name="desk")
ROUNDS = 5
BOOKERS = 6


@pytest.fixture(autouse=True)
def _evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def merge(survivor: Patient, duplicate: Patient) -> Patient:
    return services.patients_merge(
        survivor_id=survivor.pk, duplicate_id=duplicate.pk, reason="one person", actor=DESK, now=NOW
    )


def left_behind(patient: Patient) -> int:
    return sum(pointer.rows_of(patient.pk).count() for pointer in pointers_to_patients())


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_whoever_books_while_records_are_merged_books_for_the_survivor_or_is_refused(turn: int) -> None:
    survivor, duplicate = factories.person(1, NOW), factories.person(2, NOW)
    slots = [
        factories.slots(
            factories.session(
                NOW.date() + timedelta(days=1 + number // 3),
                now=NOW,
                doctor=factories.expert(f"dr{number}", department=f"d{number}"),
                quotas=[3] * 4,
            )
        )[0]
        for number in range(BOOKERS)
    ]

    def work(number: int) -> object:
        if number == turn:
            return merge(survivor, duplicate)
        return factories.hold(slots[number - (number > turn)], duplicate, None, NOW)

    results = at_once(work, BOOKERS + 1)
    kinds = Counter(type(result).__name__ for result in results)
    assert set(kinds) <= {"Patient", "Appointment", "UnknownNumber"}, results
    assert kinds["Patient"] == 1
    assert left_behind(duplicate) == 0
    assert Appointment.objects.filter(patient=survivor).count() == kinds["Appointment"]
    for slot in slots:
        slot.refresh_from_db()
    assert sum(slot.booked for slot in slots) == kinds["Appointment"]


def test_control_a_merge_without_the_lock_leaves_a_booking_behind() -> None:
    """Rows are moved and then somebody books under the duplicate before the merge has committed."""
    survivor, duplicate = factories.person(1, NOW), factories.person(2, NOW)
    slot = factories.slots(factories.session(NOW.date() + timedelta(days=1), now=NOW, quotas=[3] * 4))[0]
    may_book = threading.Event()

    def book() -> Appointment:
        assert may_book.wait(LIMIT_S)
        made: Appointment = factories.hold(slot, duplicate, None, NOW)
        return made

    with beside(book) as booking, transaction.atomic():
        for pointer in pointers_to_patients():
            pointer.rows_of(duplicate.pk).update(**{pointer.field: survivor})
        may_book.set()
        booking.result(LIMIT_S)
        Patient.objects.filter(pk=duplicate.pk).update(merged_into=survivor)
    assert left_behind(duplicate) == 1


def test_a_booking_waits_for_the_merge_and_sees_its_end() -> None:
    survivor, duplicate = factories.person(1, NOW), factories.person(2, NOW)
    slot = factories.slots(factories.session(NOW.date() + timedelta(days=1), now=NOW, quotas=[3] * 4))[0]
    may_book, booker = threading.Event(), list[int]()

    def book() -> object:
        booker.append(backend_pid())
        assert may_book.wait(LIMIT_S)
        try:
            return factories.hold(slot, duplicate, None, NOW)
        except UnknownNumber as refused:
            return refused

    with beside(book) as booking, transaction.atomic():
        merge(survivor, duplicate)
        may_book.set()
        until(lambda: bool(booker) and waits_for_a_lock(booker[0]))
    assert isinstance(booking.result(), UnknownNumber)
    assert left_behind(duplicate) == 0


def test_two_desks_that_merge_both_ways_at_once_merge_once() -> None:
    one, other = factories.person(1, NOW), factories.person(2, NOW)
    results = at_once(lambda number: merge(one, other) if number % 2 else merge(other, one), 8)
    kinds = Counter(type(result).__name__ for result in results)
    assert kinds == {"Patient": 1, "CannotMerge": 7}
    assert Patient.objects.exclude(merged_into=None).count() == 1
