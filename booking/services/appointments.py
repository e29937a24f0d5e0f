"""The life of an appointment: held, booked, arrived, seen, or given back."""

from collections.abc import Mapping
from datetime import datetime

from booking.domain.deadlines import check_patient_may_cancel, is_late_cancel
from booking.domain.errors import HoldOver
from booking.domain.states import APPOINTMENT
from booking.locks import LockedAppointment, lock_appointment, lock_with_patient
from booking.models import Appointment, Payment
from booking.selectors.policies import cancel_until, policy_of_session
from booking.services import notices
from booking.services.bans import LATE_CANCEL, ban_for_misses
from booking.services.payments import payment_take_cash, payments_close
from booking.services.refunds import refund_write
from booking.services.returns import number_return
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.guards import require_reason
from hospital.common.transactions import transactional


def appointment_confirm(
    *, locked: LockedAppointment, actor: Actor, now: datetime, reason: str = ""
) -> Appointment:
    """A booking stands once it is paid. The caller holds the locks and is the payment's own transaction."""
    appointment = locked.appointment
    appointment_move_state(appointment, "confirm", actor, now, reason=reason)
    appointment.booked_at = now
    appointment.save(update_fields=["booked_at"])
    notices.booked(appointment, locked.slot, now)
    return appointment


@transactional
def appointment_confirm_at_desk(
    *, appointment_id: int, payment: str, actor: Actor, now: datetime, reason: str = ""
) -> Appointment:
    """The desk takes the fee of a held number in ``cash``, or books it ``free`` with a reason.

    Raises
    ------
    HoldOver
        When the hold ran out or the appointment is not held.
    ReasonMissing
        When a fee is left off without a reason.
    """
    locked = lock_appointment(appointment_id)
    appointment = locked.appointment
    if appointment.state != "held" or now >= appointment.pay_by:
        raise HoldOver
    if payment == "free":
        if appointment.fee_fen:
            require_reason(reason)
        appointment.fee_fen = 0
        appointment.save(update_fields=["fee_fen"])
    payments_close(appointment, now)
    if appointment.fee_fen:
        payment_take_cash(number=appointment, actor=actor, now=now)
    return appointment_confirm(locked=locked, actor=actor, now=now, reason=reason)


@transactional
def appointment_cancel(
    *,
    appointment_id: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
    refund: bool | None = None,
    patients_wish: bool = False,
) -> Appointment:
    """Patients cancel with full refund until the deadline, at the latest when walk-in registration opens; the desk
    always, with a reason.

    ``refund`` is the desk's decision after the deadline; before it the refund is always full, and without a
    decision so is one for the hospital's own reason until walk-in registration opens. ``patients_wish``:
    the desk does it because the patient asked, which after the deadline counts as a late cancellation. One late
    cancellation too many closes online booking.

    Raises
    ------
    TooLate
        For a patient, from the deadline on.
    ReasonMissing
        When staff give no reason.
    IllegalTransition
        When the appointment is neither held nor booked.
    """
    locked = lock_with_patient(appointment_id)
    appointment, session = locked.appointment, locked.session
    deadline = session.walk_in_opens_at if appointment.state == "held" else cancel_until(session)
    in_time, stood = now < deadline, appointment.state == "booked"
    next_state(APPOINTMENT, appointment.state, "cancel")
    if actor.is_staff:
        require_reason(reason)
    if not actor.is_staff and actor.kind != "job":
        check_patient_may_cancel(deadline=deadline, now=now)
    appointment.late_cancel = _is_late(locked, actor, now, patients_wish)
    appointment.save(update_fields=["late_cancel"])
    ours = actor.is_staff and not patients_wish and now < session.walk_in_opens_at
    full = in_time or (ours if refund is None else refund)
    kept = {} if full or not stood else {"fee_kept": True}
    appointment_move_state(appointment, "cancel", actor, now, reason=reason, ended=True, data=kept)
    number_return(locked=locked, actor=actor, now=now)
    payments_close(appointment, now)
    refunded = full and paid_back(appointment, reason or "cancelled", actor, now)
    if stood and actor.kind != "job":  # a job says itself why
        notices.cancelled(appointment, now, refunded=refunded)
    if appointment.late_cancel:
        ban_for_misses(appointment=appointment, reason=LATE_CANCEL, now=now)
    return appointment


def paid_back(appointment: Appointment, reason: str, actor: Actor, now: datetime) -> bool:
    """Write the refunds of what was paid; say whether there was any."""
    paid = Payment.objects.select_for_update(no_key=True).filter(appointment=appointment, state="paid")
    return bool([refund_write(payment=one, reason=reason, actor=actor, now=now) for one in paid])


def _is_late(locked: LockedAppointment, actor: Actor, now: datetime, patients_wish: bool) -> bool:
    """Only what was paid counts, and only where the hospital kept to the expert: not a stopped or substituted one."""
    if locked.session.state == "stopped" or locked.session.instead_of_id is not None:
        return False
    return locked.appointment.state == "booked" and is_late_cancel(
        by_patient=actor.kind == "patient",
        patients_wish=patients_wish and actor.is_staff,
        deadline=cancel_until(locked.session),
        now=now,
        before_h=policy_of_session(locked.session).late_cancel_before_deadline_h,
    )


@transactional
def appointment_arrive(*, appointment_id: int, actor: Actor, now: datetime) -> Appointment:
    """Checked in: the patient is in the hospital."""
    return appointment_move_state(lock_appointment(appointment_id).appointment, "arrive", actor, now)


@transactional
def appointment_see(*, appointment_id: int, actor: Actor, now: datetime) -> Appointment:
    """The consultation is over."""
    return appointment_move_state(lock_appointment(appointment_id).appointment, "see", actor, now, ended=True)


@transactional
def appointment_leave(*, appointment_id: int, actor: Actor, now: datetime) -> Appointment:
    """Checked in but gone before the consultation."""
    return appointment_move_state(
        lock_appointment(appointment_id).appointment, "leave", actor, now, ended=True
    )


def appointment_move_state(
    appointment: Appointment,
    verb: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    ended: bool = False,
    data: Mapping[str, object] | None = None,
) -> Appointment:
    """Move a locked appointment along its table, with its history row."""
    columns = {"ended_at": now} if ended else {}
    history.move(
        appointment, APPOINTMENT, verb, actor=actor, at=now, reason=reason, data=data, columns=columns
    )
    return appointment
