"""The life of an appointment: held, booked, arrived, seen, or given back."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import F

from booking.domain.deadlines import check_bookable, check_patient_may_cancel
from booking.domain.errors import AlreadyBooked, Banned, LimitReached, ReasonMissing, SoldOut, UnknownNumber
from booking.domain.states import APPOINTMENT, APPOINTMENT_LIVE
from booking.locks import LockedAppointment, lock_appointment, lock_patient
from booking.models import Appointment, Ban, ClinicSession, Payment, Slot
from booking.services import notices
from booking.services.refunds import refund_write
from hospital.common import clock, history, jobs, live
from hospital.common.actor import Actor
from hospital.common.codes import code_8, code_12
from hospital.common.errors import DomainError, next_state
from hospital.common.policy import Policy, policy
from hospital.common.sql import prepared_cursor
from hospital.common.transactions import transactional

logger = logging.getLogger(__name__)
_JOB = Actor.job("holds")

HOLD_SQL = """
WITH rules AS (
    SELECT %(patient)s::bigint AS patient_id, %(now)s::timestamptz AS moment
), mine AS (
    SELECT session.date, expert.department_id
    FROM booking_appointment appointment
    JOIN booking_clinicsession session ON session.id = appointment.session_id
    JOIN booking_expert expert ON expert.id = session.expert_id
    JOIN rules ON rules.patient_id = appointment.patient_id
    WHERE appointment.state IN ('held', 'booked', 'arrived')
), taken AS (
    UPDATE booking_slot slot SET booked = slot.booked + 1
    FROM booking_clinicsession session, booking_expert expert, rules
    WHERE slot.code = %(slot)s AND session.id = slot.session_id AND expert.id = session.expert_id
      AND slot.bookable AND slot.booked < slot.quota
      AND session.release_at <= rules.moment AND rules.moment < session.walk_in_opens_at
      AND NOT EXISTS (
          SELECT FROM booking_ban ban WHERE ban.patient_id = rules.patient_id AND ban.lifted_at IS NULL
          AND ban.starts_at <= rules.moment AND rules.moment < ban.ends_at)
      AND (SELECT count(*) FROM mine WHERE mine.date = session.date
           AND mine.department_id = expert.department_id) < %(per_department)s
      AND (SELECT count(DISTINCT mine.department_id) FROM mine WHERE mine.date = session.date
           AND mine.department_id <> expert.department_id) < %(departments)s
    RETURNING slot.id AS slot_id, session.id AS session_id, session.fee_fen
), made AS (
    INSERT INTO booking_appointment
        (code, slot_id, session_id, patient_id, account_id, state, fee_fen, checkin_code, held_at, pay_by)
    SELECT %(code)s, slot_id, session_id, rules.patient_id, %(account)s::bigint, 'held', fee_fen, %(checkin)s,
           rules.moment, %(pay_by)s
    FROM taken, rules
    RETURNING id
), written AS (
    INSERT INTO hospital_statechange
        (thing, thing_id, verb, from_state, to_state, actor_kind, actor_id, actor_name, at, reason, data)
    SELECT 'appointment', made.id, 'hold', '', 'held', %(actor_kind)s, %(actor_id)s::bigint, %(actor_name)s,
           rules.moment, '', '{}'::jsonb
    FROM made, rules
)
SELECT made.id, taken.session_id, taken.slot_id, taken.fee_fen FROM made, taken
"""
"""The hot path: one statement decides and writes. Rules that always hold stand in constraints besides."""


@transactional
def appointment_hold(
    *, slot_code: str, patient_id: int, account_id: int | None, actor: Actor, now: datetime
) -> Appointment:
    """A number is kept for the patient for a quarter of an hour, while payment is pending.

    Raises
    ------
    UnknownNumber
        When the slot does not exist.
    NotReleased, BookingClosed
        Before the release; once walk-in registration opens.
    SoldOut, AlreadyBooked, Banned, LimitReached
        As their names say; nothing is changed.
    """
    rules = policy()
    pay_by = now + timedelta(minutes=rules.hold_min)
    code, checkin_code = code_12(), code_8()
    lock_patient(patient_id)
    arguments: dict[str, Any] = {
        "slot": slot_code,
        "patient": patient_id,
        "account": account_id,
        "now": now,
        "pay_by": pay_by,
        "per_department": rules.numbers_per_department_day,
        "departments": rules.departments_per_day,
        "code": code,
        "checkin": checkin_code,
        "actor_kind": actor.kind,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
    }
    try:
        with prepared_cursor() as cursor:
            cursor.execute(HOLD_SQL, arguments)
            row = cursor.fetchone()
    except IntegrityError as error:
        if "one_live_appointment_per_patient_and_session" in str(error):
            raise AlreadyBooked from error
        raise
    if row is None:
        raise _refusal(slot_code, patient_id, now, rules)
    pk, session_id, slot_id, fee_fen = row
    live.announce(f"session.{session_id}", "session.changed", session=session_id)
    return Appointment(
        pk=pk,
        code=code,
        checkin_code=checkin_code,
        slot_id=slot_id,
        session_id=session_id,
        patient_id=patient_id,
        account_id=account_id,
        state="held",
        fee_fen=fee_fen,
        held_at=now,
        pay_by=pay_by,
    )


def _refusal(slot_code: str, patient_id: int, now: datetime, rules: Policy) -> Exception:
    """Say why the one statement took nothing; the order is the one a person would check in."""
    slot = Slot.objects.select_related("session__expert").filter(code=slot_code).first()
    if slot is None:
        return UnknownNumber(field="slot")
    session = slot.session
    check_bookable(
        state=session.state, release_at=session.release_at, walk_in_opens_at=session.walk_in_opens_at, now=now
    )
    return patient_refusal(session=session, patient_id=patient_id, now=now, rules=rules) or SoldOut(
        slot=slot_code
    )


def patient_refusal(
    *, session: ClinicSession, patient_id: int, now: datetime, rules: Policy
) -> DomainError | None:
    """Why this patient may not have a number in ``session``: a ban, or a limit. The patient's row is locked."""
    ban = Ban.objects.filter(
        patient_id=patient_id, lifted_at=None, starts_at__lte=now, ends_at__gt=now
    ).first()
    if ban is not None:
        return Banned(until=clock.local(ban.ends_at).date().isoformat())
    mine = Appointment.objects.filter(
        patient_id=patient_id, state__in=APPOINTMENT_LIVE, session__date=session.date
    )
    held = list(mine.values_list("session__expert__department_id", flat=True))
    departments = set(held)
    here = session.expert.department_id
    if held.count(here) >= rules.numbers_per_department_day:
        return AlreadyBooked()
    departments.discard(here)
    if len(departments) >= rules.departments_per_day:
        return LimitReached(limit=rules.departments_per_day)
    return None


def appointment_confirm(*, locked: LockedAppointment, actor: Actor, now: datetime) -> Appointment:
    """A booking stands once it is paid. The caller holds the locks and is the payment's own transaction."""
    appointment = locked.appointment
    _move(appointment, "confirm", actor, now)
    appointment.booked_at = now
    appointment.save(update_fields=["booked_at"])
    notices.booked(appointment, locked.slot, now)
    return appointment


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
    _move(locked.appointment, "expire", _JOB, now, ended=True)
    number_return(locked)
    _close_open_payments(locked.appointment, now)
    return True


def holds_expire_due(now: datetime) -> int:
    """End every hold whose time is up; each is a transaction of its own."""
    due = Appointment.objects.filter(state="held", pay_by__lte=now).order_by("pay_by")
    return sum(
        appointment_expire(appointment_id=pk, now=now) for pk in list(due.values_list("pk", flat=True)[:2000])
    )


@transactional
def appointment_cancel(
    *, appointment_id: int, actor: Actor, now: datetime, reason: str = "", refund: bool | None = None
) -> Appointment:
    """Patients cancel with full refund until walk-in registration opens; the desk always, with a reason.

    ``refund`` is the desk's decision after the deadline; before it the refund is always full.

    Raises
    ------
    TooLate
        For a patient, once walk-in registration has opened.
    ReasonMissing
        When staff give no reason.
    IllegalTransition
        When the appointment is neither held nor booked.
    """
    locked = lock_appointment(appointment_id)
    appointment, session = locked.appointment, locked.session
    in_time = now < session.walk_in_opens_at
    next_state(APPOINTMENT, appointment.state, "cancel")
    if actor.is_staff and not reason.strip():
        raise ReasonMissing(field="reason")
    if not actor.is_staff and actor.kind != "job":
        check_patient_may_cancel(walk_in_opens_at=session.walk_in_opens_at, now=now)
    _move(appointment, "cancel", actor, now, reason=reason, ended=True)
    number_return(locked)
    _close_open_payments(appointment, now)
    if in_time or refund:
        for payment in Payment.objects.select_for_update(no_key=True).filter(
            appointment=appointment, state="paid"
        ):
            refund_write(payment=payment, reason=reason or "cancelled", actor=actor, now=now)
    return appointment


def number_return(locked: LockedAppointment) -> None:
    """Give a number back: to its slot, and to the session's pool once walk-in registration is open."""
    Slot.objects.filter(pk=locked.slot.pk).update(booked=F("booked") - 1)
    if locked.session.state in {"open", "running"}:
        ClinicSession.objects.filter(pk=locked.session.pk).update(
            appointments_taken=F("appointments_taken") - 1
        )
    live.announce(f"session.{locked.session.pk}", "session.changed", session=locked.session.pk)


def _close_open_payments(appointment: Appointment, now: datetime) -> None:
    """Ask the provider, later and outside this transaction, to take no money for a number that is gone."""
    for payment in Payment.objects.filter(appointment=appointment, state="created"):
        jobs.enqueue("payment.close", key=payment.code, payload={"payment": payment.pk}, due_at=now)


@transactional
def appointment_arrive(*, appointment_id: int, actor: Actor, now: datetime) -> Appointment:
    """Checked in: the patient is in the hospital."""
    return _move(lock_appointment(appointment_id).appointment, "arrive", actor, now)


@transactional
def appointment_see(*, appointment_id: int, actor: Actor, now: datetime) -> Appointment:
    """The consultation is over."""
    return _move(lock_appointment(appointment_id).appointment, "see", actor, now, ended=True)


@transactional
def appointment_leave(*, appointment_id: int, actor: Actor, now: datetime) -> Appointment:
    """Checked in but gone before the consultation."""
    return _move(lock_appointment(appointment_id).appointment, "leave", actor, now, ended=True)


def _move(
    appointment: Appointment, verb: str, actor: Actor, now: datetime, *, reason: str = "", ended: bool = False
) -> Appointment:
    before, appointment.state = appointment.state, next_state(APPOINTMENT, appointment.state, verb)
    columns = ["state"]
    if ended:
        appointment.ended_at = now
        columns.append("ended_at")
    appointment.save(update_fields=columns)
    history.record(
        thing=appointment,
        verb=verb,
        from_state=before,
        to_state=appointment.state,
        actor=actor,
        at=now,
        reason=reason,
    )
    return appointment
