"""Holds: a number is taken in one statement, kept while payment is pending, and returned when nobody paid."""

from datetime import datetime
from typing import Any

from booking.domain.errors import SoldOut, UnknownNumber
from booking.locks import lock_appointment
from booking.models import Appointment, ClinicSession
from booking.selectors.limits import check_session_bookable, refusal_of
from booking.services import hold_statement
from booking.services.appointments import appointment_move_state
from booking.services.numbers import one_live_number
from booking.services.payments import payments_close
from booking.services.returns import number_return
from hospital.common import jobs, live
from hospital.common.actor import Actor
from hospital.common.errors import DomainError
from hospital.common.idempotency import IdempotencyMismatch
from hospital.common.policy import policy
from hospital.common.transactions import retried, transactional

_JOB = Actor.job("holds")
_PATIENT = Actor(kind="patient")


@retried
def appointment_hold(
    *,
    slot_code: str,
    patient_id: int,
    account_id: int | None,
    actor: Actor,
    now: datetime,
    device_index: bytes | None = None,
) -> Appointment:
    """A number is kept for the patient for a quarter of an hour, while payment is pending.

    Raises
    ------
    UnknownNumber
        When the slot or the patient does not exist.
    NotReleased, BookingClosed
        Before the release; once walk-in registration opens.
    SoldOut, AlreadyBooked, Banned, LimitReached
        As their names say; nothing is changed. A device of the hospital's staff counts for nobody.
    """
    device = None if actor.is_staff else device_index
    found = _held(
        slot_code=slot_code,
        patient_id=patient_id,
        account_id=account_id,
        actor=actor,
        now=now,
        device_index=device,
    )
    if found.verdict != "held":
        raise _refusal(found, slot_code, now)
    return Appointment(
        pk=found.appointment_id,
        code=found.code,
        checkin_code=found.checkin_code,
        slot_id=found.slot_id,
        session_id=found.session_id,
        patient_id=patient_id,
        account_id=account_id,
        state="held",
        fee_fen=found.fee_fen,
        held_at=now,
        pay_by=found.pay_by,
        device_index=device,
    )


@retried
def appointment_hold_once(
    *, slot_code: str, request: hold_statement.Request, now: datetime
) -> hold_statement.Outcome | None:
    """The same for a patient's script: token, patient and idempotency key are looked up by the same statement.

    Returns
    -------
    Outcome or None
        ``held`` or ``repeated``, with the answer; ``None`` when the request is not a patient's with a number of
        the account's own: then the ordinary path says what is wrong with it.

    Raises
    ------
    IdempotencyMismatch
        When the key was used for another body.
    DomainError
        As :func:`appointment_hold`.
    """
    found = _held(slot_code=slot_code, actor=_PATIENT, now=now, request=request)
    if found.verdict in {"held", "repeated"}:
        return found
    if found.verdict == "unknown_patient":
        return None
    if found.verdict == "mismatch":
        raise IdempotencyMismatch
    raise _refusal(found, slot_code, now)


def _held(**arguments: Any) -> hold_statement.Outcome:
    with one_live_number():
        found = hold_statement.hold(**arguments)
    if found.verdict == "held":
        live.announce_soon(f"session.{found.session_id}", "session.changed", session=found.session_id)
    return found


def _refusal(found: hold_statement.Outcome, slot_code: str, now: datetime) -> DomainError:
    """What the statement's verdict means to the person who asked."""
    if found.verdict in {"unknown_patient", "unknown_slot"}:
        return UnknownNumber(field=found.verdict.removeprefix("unknown_"))
    if found.verdict == "not_open":
        check_session_bookable(session=ClinicSession.objects.get(slots__code=slot_code), now=now)
    refusal = refusal_of(found.verdict, patient_id=found.patient_id, now=now, rules=policy())
    return refusal or SoldOut(slot=slot_code)


@transactional
def appointment_expire(*, appointment_id: int, now: datetime) -> bool:
    """An unpaid hold ends at its deadline and its number returns; a hold that was paid meanwhile stays.

    Returns
    -------
    bool
        Whether it expired now.
    """
    locked = lock_appointment(appointment_id)
    if locked.appointment.state != "held" or now < locked.appointment.pay_by:
        return False
    appointment_move_state(locked.appointment, "expire", _JOB, now, ended=True)
    number_return(locked=locked, actor=_JOB, now=now)
    payments_close(locked.appointment, now)
    return True


def holds_expire_due(now: datetime) -> int:
    """End every hold whose time is up; each is a transaction of its own."""
    due = Appointment.objects.filter(state="held", pay_by__lte=now).order_by("pay_by", "pk")
    return sum(
        jobs.each(
            "expire hold",
            due.values_list("pk", flat=True)[:2000],
            lambda pk: appointment_expire(appointment_id=pk, now=now),
        )
    )
