"""Somebody who waits in the hospital is told about the turn; the queue says when."""

from datetime import datetime

from booking.models import Appointment, ClinicSession, Patient
from booking.services import notices
from booking.services.notices.turns import Turn

__all__ = ["Turn", "turn_come", "turn_near", "turn_of"]


def turn_of(
    *, key: str, number: str, path: str, patient_id: int, appointment_id: int | None, session_id: int
) -> Turn:
    """A place in a queue with what a message about it needs; the account is the one that booked."""
    booked = Appointment.objects.select_related("account")
    appointment = booked.filter(pk=appointment_id).first() if appointment_id is not None else None
    return Turn(
        key=key,
        number=number,
        path=path,
        patient=Patient.objects.get(pk=patient_id),
        account=appointment.account if appointment else None,
        session=ClinicSession.objects.select_related("room").get(pk=session_id),
    )


def turn_near(turn: Turn, *, ahead: int, now: datetime) -> None:
    """Few people are before the patient; told once for each key."""
    notices.near(turn, now, ahead=ahead)


def turn_come(turn: Turn, *, now: datetime) -> None:
    """The patient is called; told once for each key."""
    notices.come(turn, now)
