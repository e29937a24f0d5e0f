"""Patients as the desk sees them: documents and phones masked for staff, too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from booking import selectors as booking
from hospital.common import clock
from queueing.domain.ages import age

if TYPE_CHECKING:
    from booking.models import Appointment, Patient

ID_HEAD, ID_TAIL = 6, 4
PHONE_HEAD, PHONE_TAIL = 3, 4
OFFERED = frozenset({"booked", "held", "arrived"})


@dataclass(frozen=True, slots=True)
class Person:
    """A patient on the work card."""

    code: str
    name: str
    sex: str
    age: int | None
    id_masked: str
    phone_masked: str
    since: date


def person(patient: Patient) -> Person:
    """What the desk shows of a patient."""
    return Person(
        code=patient.code,
        name=patient.name,
        sex=patient.get_sex_display() if patient.sex else "",
        age=age(patient.birth_date, clock.today()),
        id_masked=id_masked(patient.id_number),
        phone_masked=phone_masked(patient.phone),
        since=clock.local(patient.created_at).date(),
    )


def id_masked(number: str) -> str:
    """The first six and last four characters; shorter numbers show the last four only."""
    if len(number) < ID_HEAD + ID_TAIL + 4:
        return "*" * max(0, len(number) - ID_TAIL) + number[-ID_TAIL:]
    return number[:ID_HEAD] + "*" * (len(number) - ID_HEAD - ID_TAIL) + number[-ID_TAIL:]


def phone_masked(phone: str) -> str:
    """138****5521; a foreign number shows its last four digits only."""
    if phone.startswith("+86"):
        plain = phone[3:]
        return plain[:PHONE_HEAD] + "*" * (len(plain) - PHONE_HEAD - PHONE_TAIL) + plain[-PHONE_TAIL:]
    return "*" * max(0, len(phone) - PHONE_TAIL) + phone[-PHONE_TAIL:]


def appointments_today(patient: Patient) -> list[Appointment]:
    """The patient's appointments whose session is today, or still runs after midnight."""
    found = booking.appointments_of_patient(patient_id=patient.pk, day=clock.today(), now=clock.now())
    return [appointment for appointment in found if appointment.state in OFFERED]
