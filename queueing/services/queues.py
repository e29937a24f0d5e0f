"""Queues: one for each session, made before anybody needs it; several sessions may share one."""

from collections.abc import Sequence
from datetime import datetime

from booking import selectors as booking
from booking.domain.states import SESSION_OPEN
from hospital.common import clock, jobs
from hospital.common.transactions import transactional
from queueing.locks import queue_of_session
from queueing.models import Queue, QueueSession

LIVE_STATES = {"released", *SESSION_OPEN}


@transactional
def queue_for_session(*, session_id: int, letter: str, now: datetime) -> Queue:
    """The queue a session calls from, made when it has none."""
    return queue_of_session(session_id, letter, now)


@transactional
def queue_shared(*, session_ids: Sequence[int], letter: str, now: datetime) -> Queue:
    """Several experts' sessions share one queue (general clinic); each must have none yet."""
    queue = Queue.objects.create(letter=letter, created_at=now)
    QueueSession.objects.bulk_create(QueueSession(queue=queue, session_id=pk) for pk in session_ids)
    return queue


def queues_prepare(now: datetime) -> int:
    """Every session of today has its queue, so that screens know what to listen to before the first patient
    comes.
    """
    sessions = [
        s for s in booking.sessions_of_day(day=clock.local(now).date(), now=now) if s.state in LIVE_STATES
    ]
    known = set(QueueSession.objects.filter(session__in=sessions).values_list("session_id", flat=True))
    missing = [session for session in sessions if session.pk not in known]
    made = jobs.each(
        "prepare queue of",
        missing,
        lambda session: queue_for_session(session_id=session.pk, letter=session.letter, now=now),
    )
    return len(made)
