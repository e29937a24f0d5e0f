"""Walk-ins take their number from the session's pool: one conditional statement on one counter."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import F

from booking.domain.errors import AlreadyBooked, PoolEmpty, WalkInNotOpen
from booking.domain.states import APPOINTMENT_LIVE, SESSION_OPEN, WALK_IN
from booking.locks import LockedWalkIn, lock_walk_in, share_patient
from booking.models import Appointment, ClinicSession, WalkIn
from booking.providers import provider
from booking.selectors.policies import policy_of_session
from booking.services import notices
from booking.services.payments import payment_open, payment_take_cash, payments_close, refund_paid
from booking.services.sessions import session_open_if_due
from hospital.common import history, jobs, live
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.transactions import transactional

TICKET_JOB = "walk_in.ticket"
"""Done by whoever owns the queue: a paid walk-in gets its ticket."""

_JOB = Actor.job("walk-ins")


@transactional
def walk_in_register(
    *,
    session_id: int,
    patient_id: int,
    payment: str,
    actor: Actor,
    now: datetime,
    provider_name: str = "",
    wishes: Mapping[str, object] | None = None,
) -> WalkIn:
    """From the opening of walk-in registration until closing, whoever comes gets a number while the pool has one.

    ``payment`` is ``cash`` (taken with the registration), ``free``, or ``provider``: then the number is reserved
    while the patient pays through ``provider_name``, and ``wishes`` for the ticket are kept in the history.

    Raises
    ------
    WalkInNotOpen
        Before the opening, after closing, or when the session was stopped.
    AlreadyBooked
        When the patient has a live appointment in this session (check in instead), or pays for a number already.
    PoolEmpty
        When no number is left; nothing is charged.
    UnknownProvider
        When the hospital does not take this provider.
    UnknownNumber
        When the patient was merged into another record meanwhile, or erased.
    """
    if payment == "provider":
        provider(provider_name)
    session = session_open_if_due(session_id=session_id, now=now)
    if session.state not in SESSION_OPEN or now >= session.closes_at:
        raise WalkInNotOpen
    share_patient(patient_id)
    live_here = Appointment.objects.filter(session=session, patient_id=patient_id, state__in=APPOINTMENT_LIVE)
    reserved_here = WalkIn.objects.filter(session=session, patient_id=patient_id, state="reserved")
    if live_here.exists() or reserved_here.exists():
        raise AlreadyBooked
    _take_from_pool(session)
    fee_fen = 0 if payment == "free" else session.fee_fen
    later = payment == "provider" and fee_fen > 0
    verb = "reserve" if later else "register"
    walk_in = WalkIn.objects.create(
        session=session,
        patient_id=patient_id,
        state=next_state(WALK_IN, None, verb),
        fee_fen=fee_fen,
        registered_at=now,
        pay_by=now + timedelta(minutes=policy_of_session(session).hold_min) if later else None,
    )
    history.begin(walk_in, verb, actor=actor, at=now, data=wishes)
    if later:
        payment_open(walk_in=walk_in, provider_name=provider_name, actor=actor, now=now)
    elif payment == "provider":
        _ticket_wanted(walk_in, now)
    elif fee_fen:
        payment_take_cash(number=walk_in, actor=actor, now=now)
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)
    return walk_in


def _take_from_pool(session: ClinicSession) -> None:
    """One conditional statement decides whether a number is left."""
    is_left = ClinicSession.objects.filter(
        pk=session.pk, number_limit__gt=F("walk_ins") + F("appointments_taken")
    )
    if not is_left.update(walk_ins=F("walk_ins") + 1):
        raise PoolEmpty


def walk_in_confirm(*, locked: LockedWalkIn, actor: Actor, now: datetime) -> bool:
    """A reserved number stands once it is paid; its place in the queue counts from then. The caller holds the locks.

    Returns
    -------
    bool
        False when it cannot stand any more: it was given back, or the session is over.
    """
    walk_in = locked.walk_in
    if walk_in.state != "reserved":
        return False
    if locked.session.state not in SESSION_OPEN:
        _give_back(locked, reason="session over", actor=actor, now=now)
        return False
    history.move(walk_in, WALK_IN, "confirm", actor=actor, at=now, columns={"registered_at": now})
    _ticket_wanted(walk_in, now)
    return True


def _ticket_wanted(walk_in: WalkIn, now: datetime) -> None:
    jobs.enqueue(TICKET_JOB, key=walk_in.code, payload={"walk_in": walk_in.pk}, due_at=now)


@transactional
def walk_in_expire(*, walk_in_id: int, now: datetime) -> bool:
    """A reserved number that nobody paid goes back to the pool at its deadline.

    Returns
    -------
    bool
        Whether it expired now.
    """
    locked = lock_walk_in(walk_in_id)
    walk_in = locked.walk_in
    if walk_in.state != "reserved" or walk_in.pay_by is None or now < walk_in.pay_by:
        return False
    _give_back(locked, reason="not paid in time", actor=_JOB, now=now)
    return True


def walk_ins_expire_due(now: datetime) -> int:
    """Give back every reserved number whose time is up; each is a transaction of its own."""
    due = WalkIn.objects.filter(state="reserved", pay_by__lte=now).order_by("pay_by")
    return sum(
        jobs.each(
            "expire walk-in",
            due.values_list("pk", flat=True)[:2000],
            lambda pk: walk_in_expire(walk_in_id=pk, now=now),
        )
    )


def walk_ins_tell_stopped(*, walk_in_ids: Iterable[int], now: datetime) -> int:
    """Tell walk-ins who wait for a clinic that was stopped; once each, however often it is asked."""
    waiting = WalkIn.objects.filter(pk__in=list(walk_in_ids), session__state="stopped")
    related = waiting.select_related("patient", "session__expert", "session__room")
    return len(jobs.each("tell walk-in", related, lambda walk_in: notices.stopped_walk_in(walk_in, now)))


def number_void_tell(
    *, appointment_id: int | None, walk_in_id: int | None, times: int, now: datetime
) -> None:
    """Tell a patient that the number is void, after so many calls in vain."""
    if appointment_id is not None:
        notices.void(Appointment.objects.get(pk=appointment_id), now, times=times)
    elif walk_in_id is not None:
        notices.void(WalkIn.objects.get(pk=walk_in_id), now, times=times)


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
    locked = lock_walk_in(walk_in_id)
    _give_back(locked, reason=reason, actor=actor, now=now)
    refund_paid(walk_in=locked.walk_in, reason=reason, actor=actor, now=now)
    return locked.walk_in


def _give_back(locked: LockedWalkIn, *, reason: str, actor: Actor, now: datetime) -> None:
    """Cancel a locked walk-in: one number more in the pool, and no money taken for it any more."""
    walk_in = locked.walk_in
    history.move(
        walk_in, WALK_IN, "cancel", actor=actor, at=now, reason=reason, columns={"cancelled_at": now}
    )
    ClinicSession.objects.filter(pk=locked.session.pk).update(walk_ins=F("walk_ins") - 1)
    payments_close(walk_in, now)
    live.announce(f"session.{locked.session.pk}", "session.changed", session=locked.session.pk)
