"""Walk-ins take their number from the session's pool: one conditional statement on one counter."""

from datetime import datetime

from django.db.models import F

from booking.domain.errors import AlreadyBooked, PoolEmpty, UnknownNumber, WalkInNotOpen
from booking.domain.states import APPOINTMENT_LIVE, WALK_IN
from booking.locks import lock_session
from booking.models import Appointment, ClinicSession, WalkIn
from booking.services.payments import payment_take_cash, refund_cash
from booking.services.sessions import session_open_if_due
from hospital.common import history, live
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.transactions import transactional


@transactional
def walk_in_register(
    *, session_id: int, patient_id: int, payment: str, actor: Actor, now: datetime
) -> WalkIn:
    """From the opening of walk-in registration until closing, whoever comes gets a number while the pool has one.

    ``payment`` is ``cash`` (taken with the registration) or ``free``.

    Raises
    ------
    WalkInNotOpen
        Before the opening, after closing, or when the session was stopped.
    AlreadyBooked
        When the patient has a live appointment in this session: check in instead.
    PoolEmpty
        When no number is left; nothing is charged.
    """
    session = session_open_if_due(session_id=session_id, now=now)
    if session.state not in {"open", "running"} or now >= session.closes_at:
        raise WalkInNotOpen
    live_here = Appointment.objects.filter(session=session, patient_id=patient_id, state__in=APPOINTMENT_LIVE)
    if live_here.exists():
        raise AlreadyBooked
    taken = ClinicSession.objects.filter(
        pk=session.pk, number_limit__gt=F("walk_ins") + F("appointments_taken")
    ).update(walk_ins=F("walk_ins") + 1)
    if not taken:
        raise PoolEmpty
    fee_fen = session.fee_fen if payment == "cash" else 0
    walk_in = WalkIn.objects.create(
        session=session, patient_id=patient_id, fee_fen=fee_fen, registered_at=now
    )
    history.record(
        thing=walk_in, verb="register", from_state=None, to_state="registered", actor=actor, at=now
    )
    if fee_fen:
        payment_take_cash(walk_in=walk_in, actor=actor, now=now)
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)
    return walk_in


@transactional
def walk_in_cancel(*, walk_in_id: int, reason: str, actor: Actor, now: datetime) -> WalkIn:
    """A cancelled walk-in gives its number back to the pool; cash is handed back.

    Raises
    ------
    UnknownNumber
        When there is no such walk-in.
    IllegalTransition
        When it is cancelled already.
    """
    session_id = WalkIn.objects.filter(pk=walk_in_id).values_list("session_id", flat=True).first()
    if session_id is None:
        raise UnknownNumber
    lock_session(session_id)
    walk_in = WalkIn.objects.select_for_update(no_key=True).get(pk=walk_in_id)
    before, walk_in.state = walk_in.state, next_state(WALK_IN, walk_in.state, "cancel")
    walk_in.cancelled_at = now
    walk_in.save(update_fields=["state", "cancelled_at"])
    ClinicSession.objects.filter(pk=session_id).update(walk_ins=F("walk_ins") - 1)
    history.record(
        thing=walk_in,
        verb="cancel",
        from_state=before,
        to_state=walk_in.state,
        actor=actor,
        at=now,
        reason=reason,
    )
    refund_cash(walk_in=walk_in, reason=reason, actor=actor, now=now)
    live.announce(f"session.{session_id}", "session.changed", session=session_id)
    return walk_in
