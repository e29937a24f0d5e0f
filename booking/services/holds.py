"""Holds: a number is taken in one statement, kept while payment is pending, and returned when nobody paid."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError

from booking.domain.deadlines import check_bookable
from booking.domain.errors import AlreadyBooked, SoldOut, UnknownNumber
from booking.locks import lock_appointment, lock_patient
from booking.models import Appointment, Slot
from booking.selectors.limits import patient_refusal
from booking.services.appointments import appointment_move_state, payments_close
from booking.services.returns import number_return
from hospital.common import jobs, live
from hospital.common.actor import Actor
from hospital.common.codes import code_8, code_12
from hospital.common.policy import Policy, policy
from hospital.common.sql import prepared_cursor
from hospital.common.transactions import transactional

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
      AND slot.bookable AND slot.booked + slot.withheld < slot.quota
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
    due = Appointment.objects.filter(state="held", pay_by__lte=now).order_by("pay_by")
    return sum(
        jobs.each(
            "expire hold",
            due.values_list("pk", flat=True)[:2000],
            lambda pk: appointment_expire(appointment_id=pk, now=now),
        )
    )
