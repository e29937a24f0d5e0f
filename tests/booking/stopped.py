"""A clinic with paid bookings, to be stopped, and a colleague of the same grade."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import StringIO

from django.core.management import call_command
from django.http import HttpResponse

from booking import services
from booking.models import Appointment, ClinicSession, Patient, Slot, Stop, StopCase
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.models import User
from tests import factories
from tests.clock import VirtualClock

REASON = "meeting outside"


def pay(held: Appointment, now: datetime) -> Appointment:
    """The sandbox's signed notice: the money is there."""
    factories.pay(held, now)
    return Appointment.objects.get(pk=held.pk)


@dataclass
class StoppedClinic:
    """Dr Zhao's clinic tomorrow, Dr Qian of the same grade beside, and Dr Zhao's next one a week later."""

    now: VirtualClock
    manager: Actor
    session: ClinicSession
    colleague: ClinicSession
    next_week: ClinicSession
    serial: int = 100
    people: list[Patient] = field(default_factory=list)

    def person(self, *, phone: str = "13700137000", account: User | None = None) -> Patient:
        self.serial += 1
        patient = factories.person(self.serial, self.now(), account)
        if phone:
            patient.phone_sealed = factories_seal(phone)
            patient.phone_tail = phone[-4:]
            patient.save()
        return patient

    def hold(self, *, slot: int = 0, phone: str = "13700137000", account: User | None = None) -> Appointment:
        patient = self.person(phone=phone, account=account)
        return factories.hold(factories.slots(self.session)[slot], patient, account, self.now())

    def book(self, **options) -> Appointment:
        return pay(self.hold(**options), self.now())

    def propose(self) -> Stop:
        return services.stop_propose(
            session_id=self.session.pk, reason=REASON, actor=self.manager, now=self.now()
        )

    def apply(self) -> Stop:
        return services.stop_apply(code=self.propose().code, actor=self.manager, now=self.now())

    def stop(self) -> Stop:
        """Proposed, applied, everybody told."""
        stop = self.apply()
        services.stop_go_on(stop_id=stop.pk, now=self.now())
        stop.refresh_from_db()
        return stop

    def case(self, appointment: Appointment) -> StopCase:
        return StopCase.objects.get(appointment=appointment)

    def choose(self, appointment: Appointment, slot: Slot | None, **options) -> StopCase:
        chosen = {"choice": "slot", "slot_code": slot.code} if slot else {"choice": "refund"}
        actor = options.pop("actor", Actor(kind="patient", name="lin"))
        return services.stop_case_choose(
            case_id=self.case(appointment).pk, actor=actor, now=self.now(), **chosen
        )


def factories_seal(phone: str) -> bytes:
    from hospital.common.crypto import seal

    return seal(phone)


def stopped_clinic(now: VirtualClock, *, quotas: list[int] | None = None) -> StoppedClinic:
    """Everything released, with enough numbers in every slot unless ``quotas`` says otherwise."""
    day: date = clock.local(now()).date() + timedelta(days=1)
    session = factories.session(day, now=now(), quotas=quotas or [10, 10, 10, 10])
    qian = factories.expert("qian")
    qian.name, qian.name_en = "钱正", "Qian Zheng"
    qian.save()
    colleague = factories.session(day, now=now(), doctor=qian, quotas=[2, 2, 0, 0])
    services.sessions_generate(until=day + timedelta(days=7), now=now())
    ClinicSession.objects.filter(date=day + timedelta(days=7)).update(release_at=now())
    services.sessions_advance(now())
    next_week = ClinicSession.objects.get(expert=session.expert, date=day + timedelta(days=7))
    return StoppedClinic(now, Actor(kind="manager", name="manager"), session, colleague, next_week)


def invariants_hold() -> None:
    """What verify_invariants would print; nothing may be broken."""
    call_command("verify_invariants", stdout=StringIO())


def text(answer: HttpResponse) -> str:
    return answer.content.decode()
