"""Rows are locked in one order: account, patient, session, slot, appointment, payment; each by id. A device, which has
no row, comes before them all; a payer, who has none either, after them.

Waitlist entries and returned numbers have no locks of their own: they change under their session's.
"""

from dataclasses import dataclass

from django.db import connection

from booking.domain.errors import UnknownNumber
from booking.models import Appointment, ClinicSession, Patient, Payment, Slot, WalkIn
from hospital.common.sql import prepared_cursor
from hospital.models import User

_IN_USE = "SELECT id FROM booking_patient WHERE id = %s AND merged_into_id IS NULL AND erased_at IS NULL"
LOCK_PATIENT_SQL = f"{_IN_USE} FOR NO KEY UPDATE"
LOCK_DEVICE_SQL = (
    "SELECT pg_advisory_xact_lock(hashtextextended(encode(%s, 'hex'), 1))"  # as booking_hold does
)
LOCK_PAYER_SQL = "SELECT pg_advisory_xact_lock(hashtextextended(encode(%s, 'hex'), 2))"
SHARE_PATIENT_SQL = f"{_IN_USE} FOR KEY SHARE"


@dataclass(slots=True)
class LockedAppointment:
    """An appointment with the rows that change with it, all locked until the transaction ends."""

    session: ClinicSession
    slot: Slot
    appointment: Appointment


def lock_appointment(appointment_id: int) -> LockedAppointment:
    """Lock session, slot and appointment, in that order, and read them again.

    An appointment that was moved to another slot while this waited is followed there.

    Raises
    ------
    UnknownNumber
        When there is no such appointment.
    """
    of_appointment = Appointment.objects.filter(pk=appointment_id)
    keys = of_appointment.values_list("session_id", "slot_id").first()
    while keys is not None:
        session, slot = lock_session(keys[0]), lock_slot(keys[1])
        appointment = (
            of_appointment.select_for_update(no_key=True, of=("self",)).select_related("patient").get()
        )
        if keys == (appointment.session_id, appointment.slot_id):
            return LockedAppointment(session, slot, appointment)
        keys = (appointment.session_id, appointment.slot_id)
    raise UnknownNumber


@dataclass(slots=True)
class LockedMove:
    """An appointment with its present session and slot, and those it shall change to."""

    old: LockedAppointment
    session: ClinicSession
    slot: Slot


def lock_move(appointment_id: int, slot_id: int) -> LockedMove:
    """Lock what a change of slot touches: both sessions and both slots, each by id, and the appointment.

    The caller holds the patient's lock, as everything does that changes an appointment's slot.
    """
    of_appointment = Appointment.objects.filter(pk=appointment_id)
    old_session, old_slot = of_appointment.values_list("session_id", "slot_id").get()
    new_session = Slot.objects.values_list("session_id", flat=True).get(pk=slot_id)
    sessions = {pk: lock_session(pk) for pk in sorted({old_session, new_session})}
    slots = {pk: lock_slot(pk) for pk in sorted({old_slot, slot_id})}
    appointment = of_appointment.select_for_update(no_key=True, of=("self",)).select_related("patient").get()
    old = LockedAppointment(sessions[old_session], slots[old_slot], appointment)
    return LockedMove(old, sessions[new_session], slots[slot_id])


def lock_account(account_id: int) -> None:
    """Serialise what is counted for one account: with no rows to lock yet, two at once would count the same."""
    if not User.objects.select_for_update(no_key=True).filter(pk=account_id).values_list("pk").first():
        raise UnknownNumber


def lock_payer(payer_index: bytes) -> None:
    """Serialise whom one payer pays for: two first payments at once would count the same people."""
    with prepared_cursor() as cursor:
        cursor.execute(LOCK_PAYER_SQL, [payer_index])


def lock_taker(account_id: int | None, device_index: bytes | None) -> None:
    """Serialise whoever takes a number: limits of the device and the account are counted under these locks."""
    if device_index is not None:
        with prepared_cursor() as cursor:
            cursor.execute(LOCK_DEVICE_SQL, [device_index])
    if account_id is not None:
        lock_account(account_id)


@dataclass(slots=True)
class LockedWalkIn:
    """A walk-in with its session, both locked until the transaction ends."""

    session: ClinicSession
    walk_in: WalkIn


def lock_walk_in(walk_in_id: int) -> LockedWalkIn:
    """Lock session and walk-in, in that order, and read them again.

    Raises
    ------
    UnknownNumber
        When there is no such walk-in.
    """
    session_id = WalkIn.objects.filter(pk=walk_in_id).values_list("session_id", flat=True).first()
    if session_id is None:
        raise UnknownNumber
    session = lock_session(session_id)
    return LockedWalkIn(session, WalkIn.objects.select_for_update(no_key=True).get(pk=walk_in_id))


def lock_session(session_id: int) -> ClinicSession:
    """Lock one session; other columns' foreign keys stay free."""
    return ClinicSession.objects.select_for_update(no_key=True).get(pk=session_id)


def share_session(session_id: int) -> ClinicSession:
    """Keep a session from changing without keeping others out who only do the same: requests for a draw."""
    with prepared_cursor() as cursor:
        cursor.execute("SELECT id FROM booking_clinicsession WHERE id = %s FOR SHARE", [session_id])
    return ClinicSession.objects.select_related("expert").get(pk=session_id)


def lock_slot(slot_id: int) -> Slot:
    """Lock one slot; its session is locked already."""
    return Slot.objects.select_for_update(no_key=True).get(pk=slot_id)


def lock_slots(session_id: int) -> list[Slot]:
    """Lock all slots of a session, by id."""
    return list(Slot.objects.select_for_update(no_key=True).filter(session_id=session_id).order_by("pk"))


def lock_payment(payment_id: int) -> Payment:
    """Lock one payment."""
    return Payment.objects.select_for_update(no_key=True).get(pk=payment_id)


def lock_patient(patient_id: int) -> None:
    """Serialise the bookings of one patient: limits are counted under this lock, taken before all others.

    Raises
    ------
    UnknownNumber
        When there is no such patient, or the row was merged into another or erased meanwhile.
    """
    with prepared_cursor() as cursor:
        cursor.execute(LOCK_PATIENT_SQL, [patient_id])
        if cursor.fetchone() is None:
            raise UnknownNumber(field="patient")


def share_patient(patient_id: int) -> None:
    """Keep a patient from being merged or erased until the end of the transaction; bookings go on meanwhile.

    Foreign keys are checked at the commit only, so that they do not see to it.

    Raises
    ------
    UnknownNumber
        When there is no such patient, or the row was merged into another or erased.
    """
    with prepared_cursor() as cursor:
        cursor.execute(SHARE_PATIENT_SQL, [patient_id])
        if cursor.fetchone() is None:
            raise UnknownNumber(field="patient")


def lock_patient_row(patient_id: int) -> Patient:
    """Lock a patient whatever became of the row: money and missed appointments outlive an erased identity."""
    return Patient.objects.select_for_update(no_key=True).get(pk=patient_id)


def lock_patients_whole(*patient_ids: int) -> dict[int, Patient]:
    """Lock patients, by id, also against those who only share them: nobody books or walks in meanwhile."""
    rows = Patient.objects.select_for_update().filter(pk__in=patient_ids).order_by("pk")
    return {row.pk: row for row in rows}


def lock_with_patient(appointment_id: int) -> LockedAppointment:
    """Lock an appointment's patient, then session, slot and appointment; a merge meanwhile changes the patient.

    Raises
    ------
    UnknownNumber
        When there is no such appointment.
    """
    patient_id = None
    while True:
        found = Appointment.objects.filter(pk=appointment_id).values_list("patient_id", flat=True).first()
        if found is None:
            raise UnknownNumber
        if found == patient_id:
            return lock_appointment(appointment_id)
        patient_id = lock_patient_row(found).pk


PLANNING = 0x5EC5
"""The key of the advisory lock under which sessions get their letters."""


def lock_planning() -> None:
    """One planner at a time: a letter that is free stays free until the session that takes it is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLANNING])
