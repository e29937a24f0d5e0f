"""Rows are locked in one order: account, patient, session, slot, appointment, payment; each by id."""

from dataclasses import dataclass

from booking.domain.errors import UnknownNumber
from booking.models import Appointment, ClinicSession, Payment, Slot
from hospital.common.sql import prepared_cursor
from hospital.models import User


@dataclass(slots=True)
class LockedAppointment:
    """An appointment with the rows that change with it, all locked until the transaction ends."""

    session: ClinicSession
    slot: Slot
    appointment: Appointment


def lock_appointment(appointment_id: int) -> LockedAppointment:
    """Lock session, slot and appointment, in that order, and read them again.

    Raises
    ------
    UnknownNumber
        When there is no such appointment.
    """
    keys = Appointment.objects.filter(pk=appointment_id).values_list("session_id", "slot_id").first()
    if keys is None:
        raise UnknownNumber
    session = lock_session(keys[0])
    slot = Slot.objects.select_for_update(no_key=True).get(pk=keys[1])
    appointment = (
        Appointment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("patient")
        .get(pk=appointment_id)
    )
    return LockedAppointment(session, slot, appointment)


def lock_account(account_id: int) -> None:
    """Serialise what is counted for one account: with no rows to lock yet, two at once would count the same."""
    if not User.objects.select_for_update(no_key=True).filter(pk=account_id).values_list("pk").first():
        raise UnknownNumber


def lock_session(session_id: int) -> ClinicSession:
    """Lock one session; other columns' foreign keys stay free."""
    return ClinicSession.objects.select_for_update(no_key=True).get(pk=session_id)


def lock_slots(session_id: int) -> list[Slot]:
    """Lock all slots of a session, by id."""
    return list(Slot.objects.select_for_update(no_key=True).filter(session_id=session_id).order_by("pk"))


def lock_payment(payment_id: int) -> Payment:
    """Lock one payment."""
    return Payment.objects.select_for_update(no_key=True).get(pk=payment_id)


def lock_patient(patient_id: int) -> None:
    """Serialise the bookings of one patient: limits are counted under this lock, taken before all others."""
    with prepared_cursor() as cursor:
        cursor.execute("SELECT id FROM booking_patient WHERE id = %s FOR NO KEY UPDATE", [patient_id])
        if cursor.fetchone() is None:
            raise UnknownNumber
