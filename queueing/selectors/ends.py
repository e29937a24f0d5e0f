"""Sessions past their closing time that are still running."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from booking.domain.states import SESSION_OPEN
from queueing.domain.states import CALLED, LIVE, PASSED, WAITING
from queueing.models import QueueSession, Ticket


@dataclass(frozen=True, slots=True)
class EndingSession:
    """A running session past its closing time, with the patients who still have something to come."""

    pk: int
    closes_at: datetime
    live: int


def sessions_to_end(*, now: datetime) -> list[EndingSession]:
    """Open and running sessions past their closing time, oldest first; one query."""
    rows = (
        QueueSession.objects.filter(session__state__in=SESSION_OPEN, session__closes_at__lte=now)
        .annotate(live=Count("queue__tickets", filter=Q(queue__tickets__state__in=LIVE)))
        .order_by("session__closes_at", "pk")
        .values_list("session_id", "session__closes_at", "live")
    )
    return [EndingSession(*row) for row in rows]


def tickets_of_stopped(*, closed_before: datetime) -> list[str]:
    """Tickets that still wait for a stopped session which should have closed by then, oldest first."""
    left = Ticket.objects.filter(
        session__state="stopped", session__closes_at__lte=closed_before, state__in=[WAITING, CALLED, PASSED]
    )
    return list(left.order_by("pk").values_list("code", flat=True))


def queue_goes_on(*, session_id: int) -> bool:
    """Whether another session that is not over calls from the same queue."""
    others = QueueSession.objects.filter(queue__links__session_id=session_id).exclude(session_id=session_id)
    return others.filter(session__state__in=["released", *SESSION_OPEN]).exists()
