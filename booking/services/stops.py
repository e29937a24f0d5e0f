"""Stopping a clinic: proposed and looked at first, then carried out patient by patient.

The first transaction stops the session, so that nobody books any more, and lists everybody affected. From then on
each patient is a transaction of their own: whatever is killed in between, the duty goes on with whoever is left.
"""

from datetime import datetime

from booking.domain.errors import StopNotOpen, TooSoon, UnknownNumber
from booking.domain.states import APPOINTMENT_LIVE, STOP
from booking.domain.stops import NOTICE_MIN, usual_deadline
from booking.locks import lock_session
from booking.models import Appointment, Stop, StopCase
from booking.services.sessions import session_stop
from booking.services.stop_cases import stop_cases_follow, stop_cases_tell
from hospital.common import clock, history, jobs
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition
from hospital.common.guards import require_reason
from hospital.common.policy import policy
from hospital.common.transactions import transactional

_JOB = Actor.job("stop clinic")


@transactional
def stop_propose(*, session_id: int, reason: str, actor: Actor, now: datetime) -> Stop:
    """Begin to stop a session; nothing happens to anybody yet. A stop that was begun before goes on.

    Raises
    ------
    ReasonMissing
        Without a reason.
    IllegalTransition
        When the session is closed.
    """
    reason = require_reason(reason)
    session = lock_session(session_id)
    if session.state == "closed":
        raise IllegalTransition(state="closed", verb="stop")
    begun = Stop.objects.filter(session=session).exclude(state="discarded").first()
    if begun is not None:
        return begun
    stop = Stop.objects.create(
        session=session,
        reason=reason[:200],
        proposed_by_id=actor.user_id,
        proposed_at=now,
        choose_by=_usual_deadline(now),
    )
    history.begin(stop, "propose", actor=actor, at=now, reason=stop.reason)
    return stop


@transactional
def stop_prepare(
    *, code: str, actor: Actor, now: datetime, reason: str | None = None, choose_by: datetime | None = None
) -> Stop:
    """Write down what patients will be told; still nothing happens.

    Raises
    ------
    StopNotOpen
        When it is being carried out or was discarded.
    ReasonMissing, TooSoon
        Without a reason; when patients would have less than an hour to answer.
    """
    stop = _lock_stop(code)
    if stop.state != "proposed":
        raise StopNotOpen
    if reason is not None:
        reason = require_reason(reason)
        stop.reason = reason[:200]
    if choose_by is not None:
        if choose_by < now + NOTICE_MIN:
            raise TooSoon(field="choose_by")
        stop.choose_by = choose_by
    stop.save(update_fields=["reason", "choose_by"])
    history.note(
        stop,
        "prepare",
        actor=actor,
        at=now,
        reason=stop.reason,
        data={"choose_by": stop.choose_by and stop.choose_by.isoformat()},
    )
    return stop


@transactional
def stop_discard(*, code: str, actor: Actor, now: datetime) -> Stop:
    """The clinic takes place after all: the proposal ends.

    Raises
    ------
    IllegalTransition
        When it is being carried out.
    """
    stop = _lock_stop(code)
    return _move(stop, "discard", actor, now)


@transactional
def stop_apply(*, code: str, actor: Actor, now: datetime) -> Stop:
    """Stop the session and list everybody who has a number; once done, asking again changes nothing.

    Raises
    ------
    IllegalTransition
        When the session was closed meanwhile, or the stop was discarded.
    """
    session = lock_session(_session_of(code))
    stop = _lock_stop(code)
    if stop.state in {"applying", "finished"}:
        return stop
    if session.state != "stopped":
        session_stop(session_id=session.pk, reason=stop.reason, actor=actor, now=now)
    stop.applied_at = now
    stop.choose_by = max(stop.choose_by or _usual_deadline(now), now + NOTICE_MIN)
    stop.save(update_fields=["applied_at", "choose_by"])
    _move(stop, "apply", actor, now, reason=stop.reason)
    affected = Appointment.objects.filter(session=session, state__in=APPOINTMENT_LIVE)
    cases = StopCase.objects.bulk_create(
        StopCase(stop=stop, appointment=each) for each in affected.order_by("slot__starts_at", "pk")
    )
    history.record_all(things=cases, verb="list", to_state="listed", actor=actor, at=now)
    jobs.enqueue("stop.go_on", key=stop.code, payload={"stop": stop.pk}, due_at=now)
    return stop


def stop_go_on(*, stop_id: int, now: datetime) -> int:
    """Tell whoever was not told yet, refund whoever did not answer in time, and end the stop once all is settled.

    Returns
    -------
    int
        How many patients moved on; each is a transaction of its own.
    """
    moved = stop_cases_tell(stop_id=stop_id, now=now) + stop_cases_follow(stop_id=stop_id, now=now)
    _finish_if_settled(stop_id=stop_id, now=now)
    return moved


def stops_go_on(now: datetime) -> int:
    """Go on with every stop that is being carried out, the oldest first."""
    under_way = Stop.objects.filter(state="applying").order_by("pk").values_list("pk", flat=True)
    return sum(stop_go_on(stop_id=stop_id, now=now) for stop_id in list(under_way))


@transactional
def _finish_if_settled(*, stop_id: int, now: datetime) -> None:
    stop = Stop.objects.select_for_update(no_key=True).get(pk=stop_id)
    if stop.state != "applying" or stop.cases.exclude(state="settled").exists():
        return
    stop.finished_at = now
    stop.save(update_fields=["finished_at"])
    _move(stop, "finish", _JOB, now)


def _usual_deadline(now: datetime) -> datetime:
    """The policy's time to choose, to the full hour."""
    return usual_deadline(now=clock.local(now), hours=policy().stop_choice_h)


def _session_of(code: str) -> int:
    session_id = Stop.objects.filter(code=code).values_list("session_id", flat=True).first()
    if session_id is None:
        raise UnknownNumber(field="stop")
    return session_id


def _lock_stop(code: str) -> Stop:
    stop = Stop.objects.select_for_update(no_key=True).filter(code=code).first()
    if stop is None:
        raise UnknownNumber(field="stop")
    return stop


def _move(stop: Stop, verb: str, actor: Actor, now: datetime, *, reason: str = "") -> Stop:
    history.move(stop, STOP, verb, actor=actor, at=now, reason=reason)
    return stop
