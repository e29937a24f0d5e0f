"""Called patients whom no recall brought."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from queueing.domain.states import CALLED
from queueing.models import Pause, Ticket
from queueing.selectors.tickets import rules_of_call


def unanswered_codes(*, now: datetime) -> list[str]:
    """Called tickets whose last recall is older than the policy's gap, none left to make; two queries."""
    called = Ticket.objects.filter(state=CALLED, recalled_at__isnull=False).order_by("recalled_at")
    tickets = list(called.select_related("session", "called_session"))
    pauses = _last_pauses(ticket.called_session_id for ticket in tickets)
    return [ticket.code for ticket in tickets if _is_over(ticket, pauses.get(ticket.called_session_id), now)]


def is_unanswered(ticket: Ticket, *, now: datetime) -> bool:
    """The same of one called ticket."""
    pauses = _last_pauses([ticket.called_session_id])
    return _is_over(ticket, pauses.get(ticket.called_session_id), now)


def _last_pauses(session_ids: Iterable[int | None]) -> dict[int | None, Pause]:
    """The last pause of each session, by session."""
    rows = Pause.objects.filter(session_id__in=set(session_ids)).order_by("session_id", "-pk")
    return {row.session_id: row for row in rows.distinct("session_id")}


def _is_over(ticket: Ticket, pause: Pause | None, now: datetime) -> bool:
    """Whether the gap has gone by since the last recall, pauses of the room left out."""
    rules = rules_of_call(ticket)
    if ticket.recalled_at is None or ticket.recalls < rules.recall_limit:
        return False
    if pause is not None and pause.ended_at is None:
        return False
    since = max(ticket.recalled_at, pause.ended_at) if pause and pause.ended_at else ticket.recalled_at
    return now >= since + timedelta(seconds=rules.recall_gap_s)
