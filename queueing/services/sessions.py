"""The end of a session: what is left in the queue leaves, then booking closes it."""

from datetime import datetime

from booking import services as booking
from hospital.common import jobs
from hospital.common.actor import Actor
from hospital.common.transactions import transactional
from queueing.domain.states import CALLED, PASSED, SERVING, WAITING
from queueing.locks import lock_queue, lock_ticket
from queueing.models import QueueSession, Ticket
from queueing.selectors.ends import (
    EndingSession,
    grace,
    sessions_to_end,
    tickets_of_closed,
    tickets_of_stopped,
)
from queueing.services.departures import ticket_end_stopped, ticket_leave, tickets_leave_closed
from queueing.services.moves import move, queue_changed, session_changed
from queueing.services.pauses import pause_end

_JOB = Actor.job("end sessions")


def session_end(*, session_id: int, actor: Actor, now: datetime) -> int:
    """A person or the job ends a session: who waits, is called or was passed has left; booking then closes
    it.

    A consultation that nobody finished is done, its end unknown. Each ticket is a transaction of its own;
    when something fails in between, ending the session again goes on from there.

    Returns
    -------
    int
        How many patients left without being seen.

    Raises
    ------
    IllegalTransition
        When the session is not running.
    """
    left = tickets_leave_closed(session_id=session_id, actor=actor, now=now)
    for code in list(_unfinished(session_id)):
        _finish_unknown(code=code, actor=actor, now=now)
    booking.session_close(session_id=session_id, actor=actor, now=now)
    left += tickets_leave_closed(
        session_id=session_id, actor=actor, now=now
    )  # who came before the door was shut
    pause_end(session_id=session_id, actor=actor, now=now)
    return left


def session_stopped_tell(*, session_id: int, now: datetime) -> int:
    """A clinic was stopped: whoever looks at a ticket of its queue sees that, and waiting walk-ins are told.

    Returns
    -------
    int
        How many walk-ins are told; those who had booked are told with their choice.
    """
    _queue_touch(session_id=session_id)
    pause_end(session_id=session_id, actor=_JOB, now=now)
    waiting = Ticket.objects.filter(session_id=session_id, state__in=[WAITING, CALLED, PASSED])
    walk_ins = waiting.filter(walk_in__isnull=False).values_list("walk_in_id", flat=True)
    return booking.walk_ins_tell_stopped(walk_in_ids=[pk for pk in walk_ins if pk], now=now)


@transactional
def _queue_touch(*, session_id: int) -> None:
    link = QueueSession.objects.filter(session_id=session_id).first()
    if link is not None:
        session_changed(lock_queue(link.queue_id), session_id=session_id)


def _unfinished(session_id: int) -> list[str]:
    tickets = Ticket.objects.filter(called_session_id=session_id, state=SERVING)
    return list(tickets.order_by("pk").values_list("code", flat=True))


@transactional
def _finish_unknown(*, code: str, actor: Actor, now: datetime) -> None:
    """Finish a consultation whose end nobody noted: it must not count as hours of consultation."""
    appointment_id = Ticket.objects.values_list("appointment_id", flat=True).get(code=code)
    if appointment_id is not None:
        booking.appointment_see(appointment_id=appointment_id, actor=actor, now=now)
    ticket = lock_ticket(code)
    move(ticket, "finish", actor=actor, now=now, reason="session closed", finished_at=None, ended_at=now)
    queue_changed(ticket.queue, ticket=ticket)


def sessions_end_due(now: datetime) -> int:
    """End the sessions that are over: after the last patient, or after the policy's grace.

    Whoever still waits for a stopped one by then has left, and the money comes back. Whoever a broken end of a
    session left behind has left, too.
    """
    over = [session.pk for session in sessions_to_end(now=now) if _is_over(session, now)]
    ended = jobs.each("end session", over, lambda pk: session_end(session_id=pk, actor=_JOB, now=now))
    jobs.each(
        "end ticket of a stopped clinic",
        tickets_of_stopped(now=now),
        lambda code: ticket_end_stopped(code=code, now=now),
    )
    jobs.each(
        "end ticket of a closed session",
        tickets_of_closed(),
        lambda code: ticket_leave(code=code, actor=_JOB, now=now, reason="session closed"),
    )
    return len(ended)


def _is_over(session: EndingSession, now: datetime) -> bool:
    return session.live == 0 or now >= session.closes_at + grace(session.expert_id)
