"""Sessions in which people are booked and do not come."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from booking import services
from booking.models import Appointment, Ban, ClinicSession, Patient
from hospital.common import clock
from hospital.common.actor import Actor
from tests.clock import VirtualClock
from tests.factories import Cast, expert, hold, session, slots

pytestmark = pytest.mark.django_db


class Clinic:
    """Sessions in which people are booked and do not come."""

    def __init__(self, cast: Cast, now: VirtualClock) -> None:
        self.cast, self.now = cast, now
        self.manager, self.desk = Actor.of(cast.manager), Actor.of(cast.desk)
        self.doctors = 0

    def missed(self, patient: Patient, day: datetime | None = None) -> Appointment:
        """Booked for the next day's session at 08:00, which is over now; the clock stands at its close."""
        if day is not None:
            self.now.set(day - timedelta(days=1))
        self.doctors += 1
        doctor = expert(f"dr{self.doctors}", department=f"d{self.doctors}")
        day_after = clock.local(self.now()).date() + timedelta(days=1)
        made = session(day_after, now=self.now(), doctor=doctor, quotas=[5, 5, 5, 5])
        held = hold(slots(made)[0], patient, self.cast.lin, self.now())
        Appointment.objects.filter(pk=held.pk).update(state="booked", booked_at=self.now())
        self.close(made)
        return Appointment.objects.get(pk=held.pk)

    def close(self, made: ClinicSession) -> None:
        services.session_open_if_due(session_id=made.pk, now=self.now.at("07:00", days=1))
        services.session_close(session_id=made.pk, actor=self.desk, now=self.now.at("12:30"))

    def confirm(self, appointment: Appointment, actor: Actor | None = None) -> Appointment:
        return services.no_show_confirm(
            appointment_id=appointment.pk, actor=actor or self.manager, now=self.now()
        )

    def correct(
        self, appointment: Appointment, outcome: str = "excused", reason: str = "was ill"
    ) -> Appointment:
        return services.appointment_correct(
            appointment_id=appointment.pk, outcome=outcome, reason=reason, actor=self.manager, now=self.now()
        )

    def banned(self, patient: Patient, times: int = 3) -> Ban:
        """Missed and confirmed so often, a day apart."""
        for _turn in range(times):
            self.confirm(self.missed(patient))
        return Ban.objects.latest("pk")


@pytest.fixture
def clinic(cast: Cast, now: VirtualClock) -> Clinic:
    return Clinic(cast, now)


@pytest.fixture
def lin(cast: Cast) -> Patient:
    return cast.patients["lin"]


def missed_while_banned(clinic: Clinic, patient: Patient) -> Appointment:
    """Missed an appointment that was booked before the ban."""
    ban = Ban.objects.latest("pk")
    Ban.objects.filter(pk=ban.pk).update(starts_at=ban.ends_at - timedelta(seconds=1))
    appointment = clinic.missed(patient)
    Ban.objects.filter(pk=ban.pk).update(starts_at=ban.starts_at)
    return clinic.confirm(appointment)
