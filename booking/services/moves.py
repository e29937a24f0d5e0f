"""Changing the time of an appointment: the new number is taken, the old one goes back, in one transaction."""

from datetime import datetime

from django.db import transaction

from booking.domain.deadlines import check_patient_may_cancel
from booking.domain.errors import UnknownNumber
from booking.domain.moves import check_movable
from booking.locks import LockedMove, lock_move, lock_patient
from booking.models import Appointment, Slot
from booking.selectors.limits import check_number, check_session_bookable
from booking.selectors.policies import cancel_until, policy_of_session
from booking.services import notices
from booking.services.numbers import number_take, one_live_number
from booking.services.returns import number_return
from hospital.common import history, live
from hospital.common.actor import Actor
from hospital.common.guards import require_reason
from hospital.common.roles import DESK
from hospital.common.transactions import transactional


@transactional
def appointment_move(
    *, appointment_id: int, slot_code: str, actor: Actor, now: datetime, reason: str = ""
) -> Appointment:
    """A booked number is changed for one at another time of the same expert and fee; what was paid stays paid.

    The desk does it for a patient by the same rules, and says why.

    Raises
    ------
    ReasonMissing
        When the desk gives no reason.
    UnknownNumber
        When the slot does not exist.
    TooLate, NotReleased, BookingClosed
        From the old session's deadline on; when the new session cannot be booked.
    SameSlot, OtherExpert, TooManyMoves, IllegalTransition
        See :func:`booking.domain.moves.check_movable`.
    SoldOut, AlreadyBooked, Banned, LimitReached
        As their names say. The appointment stays as it was.
    """
    if actor.kind in DESK:
        require_reason(reason)
    slot_id = Slot.objects.filter(code=slot_code).values_list("pk", flat=True).first()
    if slot_id is None:
        raise UnknownNumber(field="slot")
    lock_patient(_patient_of(appointment_id))
    locked = lock_move(appointment_id, slot_id)
    _check(locked, now)
    number_take(locked.slot)
    number_return(locked=locked.old, actor=actor, now=now)
    appointment = _write(locked, actor, now, reason)
    live.announce(f"session.{locked.session.pk}", "session.changed", session=locked.session.pk)
    notices.moved(appointment, locked.slot, now)
    return appointment


def _patient_of(appointment_id: int) -> int:
    patient_id = Appointment.objects.filter(pk=appointment_id).values_list("patient_id", flat=True).first()
    if patient_id is None:
        raise UnknownNumber(field="appointment")
    return patient_id


def _check(locked: LockedMove, now: datetime) -> None:
    """Everything but the free number itself: states, deadlines of both sessions, limits without the old number."""
    appointment, before, session = locked.old.appointment, locked.old.session, locked.session
    check_movable(
        state=appointment.state,
        moves=appointment.moves,
        limit=policy_of_session(before).moves_per_appointment,
        same_slot=locked.slot.pk == locked.old.slot.pk,
        same_price=session.expert_id == before.expert_id and session.fee_fen == appointment.fee_fen,
    )
    check_patient_may_cancel(deadline=cancel_until(before), now=now)
    check_session_bookable(session=session, now=now)
    check_number(session=session, patient_id=appointment.patient_id, now=now, leaving=appointment.pk)


def _write(locked: LockedMove, actor: Actor, now: datetime, reason: str) -> Appointment:
    """Write the new slot, with where the appointment came from. What replaces an add-on number is an ordinary one."""
    appointment, before = locked.old.appointment, locked.old.slot
    appointment.slot, appointment.session = locked.slot, locked.session
    appointment.moves += 1
    appointment.add_on = False
    with one_live_number(), transaction.atomic():
        appointment.save(update_fields=["slot", "session", "moves", "add_on"])
    history.note(
        appointment,
        "move",
        actor=actor,
        at=now,
        reason=reason[:200],
        data={"from": before.code, "to": locked.slot.code},
    )
    return appointment
