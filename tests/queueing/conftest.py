"""A clinic morning: Dr Zhao's session of the fixed day, patients booked the evening before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from django.db import transaction

from booking import selectors as booking_selectors
from booking import services as booking
from booking.locks import lock_appointment
from booking.models import Appointment, ClinicSession, Patient
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.policy import policy_change
from queueing import services
from queueing.models import Ticket
from tests import factories
from tests.clock import VirtualClock
from tests.factories import Cast


@dataclass
class Morning:
    """Drives one session through the real services, at the wall-clock times the test names."""

    now: VirtualClock
    cast: Cast
    session: ClinicSession
    serial: int = 100
    tickets: dict[str, str] = field(default_factory=dict)

    @property
    def desk(self) -> Actor:
        return Actor.of(self.cast.desk)

    @property
    def doctor(self) -> Actor:
        return Actor.of(self.cast.dr_zhao)

    def set_rules(self, **values: object) -> None:
        """Rules of the department's own."""
        scope = booking_selectors.scope_of(level="department", code="neuro")
        policy_change(actor=Actor.job("test"), now=self.now(), reason="test", scope=scope, **values)

    def patient(self) -> Patient:
        self.serial += 1
        return factories.person(self.serial, self.now())

    def book(self, slot_index: int, *, session: ClinicSession | None = None) -> Appointment:
        """A paid number in a slot (1 = first), for a new patient."""
        session = session or self.session
        slot = factories.slots(session)[slot_index - 1]
        held = factories.hold(slot, self.patient(), None, self.now())
        with transaction.atomic():
            booking.appointment_confirm(locked=lock_appointment(held.pk), actor=self.desk, now=self.now())
        return Appointment.objects.get(pk=held.pk)

    def check_in(self, appointment: Appointment, wall: str = "") -> Ticket:
        moment = self.now.at(wall) if wall else self.now()
        return services.ticket_check_in(appointment_id=appointment.pk, actor=self.desk, now=moment)

    def walk_in(self, wall: str = "", **more: str | bool) -> Ticket:
        moment = self.now.at(wall) if wall else self.now()
        return services.walk_in_register_and_ticket(
            session_code=self.session.code,
            patient_id=self.patient().pk,
            payment="cash",
            actor=self.desk,
            now=moment,
            **more,
        )

    def call(self, wall: str = "") -> Ticket:
        moment = self.now.at(wall) if wall else self.now()
        return services.ticket_call_next(session_code=self.session.code, actor=self.doctor, now=moment)

    def serve(self, wall: str = "") -> Ticket:
        """Call the next and start at once."""
        return self.do("start", self.call(wall))

    def do(
        self, verb: str, ticket: Ticket, wall: str = "", *, actor: Actor | None = None, **more: str
    ) -> Ticket:
        moment = self.now.at(wall) if wall else self.now()
        service = getattr(services, f"ticket_{verb}")
        return service(code=ticket.code, actor=actor or self.doctor, now=moment, **more)


@pytest.fixture
def morning(db: None, now: VirtualClock) -> Morning:
    """Monday 2 November 2026, 06:00; Dr Zhao 08:00-12:00 in hour slots, walk-ins from 07:00; quotas 5
    each."""
    now.set(datetime(2026, 11, 1, 22, 0, tzinfo=UTC))
    cast = factories.cast(now())
    doctor = factories.expert(account=cast.dr_zhao)
    session = factories.session(clock.local(now()).date(), now=now(), doctor=doctor, quotas=[5, 5, 5, 5])
    return Morning(now, cast, session)


@pytest.fixture
def other_session(morning: Morning) -> ClinicSession:
    """A colleague's session in another department, the same morning."""
    doctor = factories.expert("qian", department="derma")
    return factories.session(
        clock.local(morning.now()).date(), now=morning.now(), doctor=doctor, quotas=[5, 5, 5, 5]
    )
