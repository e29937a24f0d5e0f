"""Sessions past their closing time that are still running."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q

from booking.domain.states import SESSION_OPEN
from booking.selectors import policy_of_expert
from queueing.domain.states import CALLED, LIVE, PASSED, WAITING
from queueing.models import QueueSession, Ticket

_GOES_ON = ("released", *SESSION_OPEN)


@dataclass(frozen=True, slots=True)
class EndingSession:
    """A running session past its closing time, with the patients who still have something to come."""

    pk: int
    expert_id: int
    closes_at: datetime
    live: int


def sessions_to_end(*, now: datetime) -> list[EndingSession]:
    """Open and running sessions past their closing time, oldest first; one query."""
    rows = (
        QueueSession.objects.filter(session__state__in=SESSION_OPEN, session__closes_at__lte=now)
        .annotate(live=Count("queue__tickets", filter=Q(queue__tickets__state__in=LIVE)))
        .order_by("session__closes_at", "pk")
        .values_list("session_id", "session__expert_id", "session__closes_at", "live")
    )
    return [EndingSession(*row) for row in rows]


def tickets_of_stopped(*, now: datetime) -> list[str]:
    """Tickets that still wait for a stopped session which should have ended by now, oldest first."""
    left = Ticket.objects.filter(
        session__state="stopped", session__closes_at__lte=now, state__in=[WAITING, CALLED, PASSED]
    ).order_by("pk")
    rows = left.values_list("code", "session__expert_id", "session__closes_at")
    return [code for code, expert_id, closes_at in rows if now >= closes_at + grace(expert_id)]


def tickets_of_closed() -> list[str]:
    """Tickets that wait in queues whose sessions are all over, oldest first: the end of one broke off."""
    others = QueueSession.objects.filter(queue=OuterRef("queue")).exclude(session=OuterRef("session"))
    going_on = others.filter(session__state__in=_GOES_ON)
    left = Ticket.objects.filter(session__state="closed", state__in=[WAITING, CALLED, PASSED])
    return list(left.exclude(Exists(going_on)).order_by("pk").values_list("code", flat=True))


def grace(expert_id: int) -> timedelta:
    """How long after its closing time a session of this expert may go on."""
    return timedelta(minutes=policy_of_expert(expert_id).close_grace_min)


def queue_goes_on(*, session_id: int) -> bool:
    """Whether another session that is not over calls from the same queue."""
    others = QueueSession.objects.filter(queue__links__session_id=session_id).exclude(session_id=session_id)
    return others.filter(session__state__in=_GOES_ON).exists()
