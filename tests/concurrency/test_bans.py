"""Two confirmations at the same moment make exactly one ban; without the patient's lock they make two or none."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from booking import services
from booking.domain.errors import Banned
from booking.models import Appointment, Ban, Patient
from booking.services.bans import NO_SHOW, ban_for_misses
from hospital.common import clock
from hospital.common.actor import Actor
from tests import factories
from tests.servers.conftest import until
from tests.threads import LIMIT_S, at_once, backend_pid, beside, waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=10)
MANAGER = Actor(kind="manager", name="manager")
MISSED = 4
DOCTORS = 6


@pytest.fixture(autouse=True)
def _evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def unresolved(patient: Patient, count: int) -> list[Appointment]:
    """So many appointments of other experts that nobody came to."""
    made = []
    for number in range(count):
        day = NOW.date() + timedelta(days=1 + number // 3)
        doctor = factories.expert(f"dr{number}", department=f"d{number}")
        session = factories.session(day, now=NOW, doctor=doctor, quotas=[1, 1, 1, 1])
        held = factories.hold(factories.slots(session)[0], patient, None, NOW)
        Appointment.objects.filter(pk=held.pk).update(state="booked")
        Appointment.objects.filter(pk=held.pk).update(state="unresolved")
        made.append(held)
    return made


def test_confirmations_at_once_make_exactly_one_ban() -> None:
    """Four missed appointments are confirmed at once: three make the ban, the fourth counts for the next one."""
    patient = factories.person(1, NOW)
    missed = unresolved(patient, MISSED)
    results = at_once(
        lambda number: services.no_show_confirm(appointment_id=missed[number].pk, actor=MANAGER, now=LATER),
        MISSED,
    )
    assert Counter(type(result).__name__ for result in results) == {"Appointment": MISSED}
    ban = Ban.objects.get()
    assert ban.misses.count() == 3
    assert Appointment.objects.filter(state="no_show", ban=None).count() == 1


def test_control_without_the_patients_lock_each_makes_a_ban_of_its_own() -> None:
    """The service without the lock its callers take: the second looks before the first has committed."""
    patient = factories.person(1, NOW)
    missed = unresolved(patient, 3)
    Appointment.objects.filter(pk__in=[each.pk for each in missed]).update(state="no_show")
    second = Appointment.objects.get(pk=missed[2].pk)
    may_look, looker = threading.Event(), list[int]()

    def unguarded() -> Ban | None:
        looker.append(backend_pid())
        assert may_look.wait(LIMIT_S)
        with transaction.atomic():
            return ban_for_misses(appointment=second, reason=NO_SHOW, now=LATER)

    with beside(unguarded) as other, transaction.atomic():
        assert ban_for_misses(appointment=missed[1], reason=NO_SHOW, now=LATER) is not None
        may_look.set()
        until(lambda: bool(looker) and waits_for_a_lock(looker[0]))
    assert other.result() is not None
    assert Ban.objects.count() == 2


def test_a_ban_and_a_booking_at_once_leave_no_number_taken_after_the_ban() -> None:
    """Whoever books in the moment of the third confirmation either booked before it, or is refused."""
    patient = factories.person(1, NOW)
    missed = unresolved(patient, 3)
    for each in missed[:2]:
        services.no_show_confirm(appointment_id=each.pk, actor=MANAGER, now=NOW)
    sessions = [
        factories.session(
            NOW.date() + timedelta(days=2),
            now=NOW,
            doctor=factories.expert(f"more{n}", department=f"more{n}"),
            quotas=[5] * 4,
        )
        for n in range(DOCTORS)
    ]
    slots = [factories.slots(session)[0] for session in sessions]

    def work(number: int) -> object:
        if number == 0:
            return services.no_show_confirm(appointment_id=missed[2].pk, actor=MANAGER, now=NOW)
        return factories.hold(slots[number - 1], patient, None, NOW)

    results = at_once(work, 1 + DOCTORS)
    kinds = {type(result).__name__ for result in results}
    assert kinds <= {"Appointment", "Banned", "LimitReached"}
    assert Ban.objects.count() == 1
    with pytest.raises(Banned):
        factories.hold(slots[-1], patient, None, NOW)
