"""Duties of the worker for the queue."""

from collections.abc import Mapping
from datetime import datetime

from booking.services import STOPPED_JOB
from hospital.common import jobs
from queueing import services
from queueing.selectors.tickets import unanswered_codes


@jobs.handler("walk_in.ticket")
def give_ticket(payload: Mapping[str, object], now: datetime) -> None:
    """A walk-in was paid through a provider."""
    services.walk_in_ticket(walk_in_id=int(str(payload["walk_in"])), now=now)


@jobs.handler(STOPPED_JOB)
def tell_of_stop(payload: Mapping[str, object], now: datetime) -> None:
    """A clinic was stopped: tickets say so, walk-ins are told."""
    services.session_stopped_tell(session_id=int(str(payload["session"])), now=now)


@jobs.duty("prepare queues", every_s=30)
def prepare_queues(now: datetime) -> None:
    """Every session of today has a queue."""
    services.queues_prepare(now)


@jobs.duty("pass unanswered calls", every_s=10)
def pass_unanswered(now: datetime) -> None:
    """Whoever did not come after the last recall is passed."""
    jobs.each(
        "pass unanswered ticket",
        unanswered_codes(now=now),
        lambda code: services.ticket_pass_unanswered(code=code, now=now),
    )


@jobs.duty("end sessions", every_s=60)
def end_sessions(now: datetime) -> None:
    """Sessions end after the last patient, or a grace after their closing time."""
    services.sessions_end_due(now)
