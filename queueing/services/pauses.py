"""Pauses: a room calls nobody for a while, and patients are told why and until about when."""

from datetime import datetime, timedelta

from booking import selectors as booking_selectors
from booking import services as booking
from booking.domain.states import SESSION_OPEN
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.transactions import transactional
from queueing.domain.errors import NotOpen, NotPaused, UnknownPauseReason
from queueing.domain.pauses import check_pause
from queueing.domain.states import PAUSE
from queueing.locks import lock_queue, queue_of_session
from queueing.models import Pause, QueueSession
from queueing.services.moves import session_changed


@transactional
def session_pause(*, session_code: str, reason: str, minutes: int, actor: Actor, now: datetime) -> Pause:
    """The room calls nobody until about then; pausing again says another time or reason. Who was called may come in.

    Raises
    ------
    UnknownPauseReason, PauseTooLong
        Patients are told one of a few reasons, and a time within the policy.
    NotOpen
        Before walk-in registration opens and after the close there is nothing to pause.
    """
    session = booking_selectors.session_by_code(code=session_code)
    if reason not in Pause.Reason.values:
        raise UnknownPauseReason(field="reason")
    check_pause(minutes, most_min=booking_selectors.policy_of_session(session).pause_max_min)
    session = booking.session_open_if_due(session_id=session.pk, now=now)
    if session.state not in SESSION_OPEN:
        raise NotOpen
    queue = lock_queue(queue_of_session(session.pk, session.letter, now).pk)
    until = now + timedelta(minutes=minutes)
    pause = Pause.objects.filter(session_id=session.pk, state=Pause.State.PAUSED).first()
    if pause is None:
        pause = Pause.objects.create(session_id=session.pk, reason=reason, began_at=now, until=until)
        history.begin(pause, "pause", actor=actor, at=now, reason=reason)
    else:
        history.move(
            pause,
            PAUSE,
            "prolong",
            actor=actor,
            at=now,
            reason=reason,
            columns={"reason": reason, "until": until},
        )
    session_changed(queue, session_id=session.pk)
    return pause


@transactional
def session_resume(*, session_code: str, actor: Actor, now: datetime) -> Pause:
    """The room calls again.

    Raises
    ------
    NotPaused
        When it never stopped, or goes on already.
    """
    session = booking_selectors.session_by_code(code=session_code)
    pause = _pause_over(session_id=session.pk, actor=actor, now=now)
    if pause is None:
        raise NotPaused
    return pause


@transactional
def pause_end(*, session_id: int, actor: Actor, now: datetime) -> bool:
    """A session that is over or stopped is paused no longer; whether it was."""
    return _pause_over(session_id=session_id, actor=actor, now=now) is not None


def _pause_over(*, session_id: int, actor: Actor, now: datetime) -> Pause | None:
    """End the pause, if there is one. Its queue is locked first, as for every call."""
    queue_id = QueueSession.objects.filter(session_id=session_id).values_list("queue_id", flat=True).first()
    queue = None if queue_id is None else lock_queue(queue_id)
    pause = Pause.objects.filter(session_id=session_id, state=Pause.State.PAUSED).first()
    if queue is None or pause is None:
        return None
    history.move(pause, PAUSE, "resume", actor=actor, at=now, columns={"ended_at": now})
    session_changed(queue, session_id=session_id)
    return pause
