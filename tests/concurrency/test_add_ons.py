"""Add-on numbers beside bookings, cancels and each other: quota and booked always move together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F, Sum

from booking import services
from booking.models import Appointment, ClinicSession, Slot
from hospital.common import clock
from hospital.common.actor import Actor
from tests import factories
from tests.booking.conftest import check_invariants
from tests.clock import VirtualClock
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
GIVEN, QUOTA, ASKED = 8, 4, 16


@pytest.fixture
def session(now: VirtualClock) -> ClinicSession:
    cast = factories.cast(now())
    day = clock.local(now()).date() + timedelta(days=1)
    return factories.session(
        day, now=now(), doctor=factories.expert(account=cast.dr_zhao), quotas=[QUOTA, 0, 0, 0]
    )


def test_eight_add_ons_beside_a_run_on_the_slot_oversell_nothing(
    session: ClinicSession, now: VirtualClock
) -> None:
    slot = factories.slots(session)[0]
    people = [factories.person(serial, now()).pk for serial in range(GIVEN + ASKED)]
    zhao = Actor.of(session.expert.user)  # type: ignore[arg-type]

    def one(number: int) -> Appointment:
        if number < GIVEN:
            return services.appointment_add_on(
                slot_code=slot.code,
                patient_id=people[number],
                payment="cash",
                reason="came from afar",
                actor=zhao,
                now=now(),
            )
        return factories.hold(slot, Appointment(patient_id=people[number]).patient, None, now())

    results = at_once(one, GIVEN + ASKED)
    made = [result for result in results if isinstance(result, Appointment)]
    slot.refresh_from_db()
    session.refresh_from_db()
    assert sum(one.add_on for one in made) == GIVEN, results
    assert len(made) - GIVEN == QUOTA
    assert (slot.quota, slot.booked) == (QUOTA + GIVEN, QUOTA + GIVEN)
    assert session.number_limit == 40 + GIVEN
    check_invariants()


def test_control_reading_the_quota_first_loses_numbers(session: ClinicSession, now: VirtualClock) -> None:
    """The replica reads, adds in Python and writes back: additions at once overwrite each other."""
    slot = factories.slots(session)[0]
    read = [Slot.objects.get(pk=slot.pk) for _one in range(GIVEN)]

    def one(number: int) -> None:
        mine = read[number]
        Slot.objects.filter(pk=mine.pk).update(quota=mine.quota + 1, booked=mine.booked + 1)

    at_once(one, GIVEN)
    slot.refresh_from_db()
    assert slot.quota < QUOTA + GIVEN
    Slot.objects.filter(pk=slot.pk).update(quota=F("quota") - 1, booked=0)


def test_the_same_patient_gets_one_of_two_at_once(session: ClinicSession, now: VirtualClock) -> None:
    slots, zhao = factories.slots(session), Actor.of(session.expert.user)  # type: ignore[arg-type]
    person = factories.person(5, now())

    def one(number: int) -> Appointment:
        return services.appointment_add_on(
            slot_code=slots[number].code,
            patient_id=person.pk,
            payment="cash",
            reason="seen last week",
            actor=zhao,
            now=now(),
        )

    results = at_once(one, 2)
    assert sum(isinstance(result, Appointment) for result in results) == 1, results
    assert Slot.objects.filter(session=session).aggregate(n=Sum("booked"))["n"] == 1
    check_invariants()
