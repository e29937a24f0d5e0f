"""Which rooms call nobody now, why, and until about when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import FilteredRelation, Q

from booking.domain.states import SESSION_OPEN
from queueing.models import Pause, QueueSession


@dataclass(frozen=True, slots=True)
class PauseNow:
    """A pause as patients are told of it; ``overdue`` once the time said has gone by."""

    reason: str
    began_at: datetime
    until: datetime
    overdue: bool

    @property
    def why(self) -> str:
        """The reason in the user's language."""
        return str(Pause.Reason(self.reason).label)


def pauses_of_sessions(*, session_ids: Iterable[int], now: datetime) -> dict[int, PauseNow]:
    """The sessions that are paused now, in one query."""
    paused = Pause.objects.filter(session_id__in=list(session_ids), state=Pause.State.PAUSED)
    return {
        pause.session_id: PauseNow(pause.reason, pause.began_at, pause.until, now >= pause.until)
        for pause in paused.filter(session__state__in=SESSION_OPEN)
    }


def pause_of_queue(*, queue_id: int, now: datetime) -> PauseNow | None:
    """What somebody who waits in this queue is told: None while at least one of its open rooms still calls.

    Of several paused rooms the one that goes on first counts; one query.
    """
    going_on = Q(session__pauses__state=Pause.State.PAUSED)
    links = QueueSession.objects.filter(queue_id=queue_id, session__state__in=SESSION_OPEN).annotate(
        pause=FilteredRelation("session__pauses", condition=going_on)
    )
    rooms = list(links.values_list("pause__reason", "pause__began_at", "pause__until"))
    if not rooms or any(reason is None for reason, _began_at, _until in rooms):
        return None
    reason, began_at, until = min(rooms, key=lambda room: room[2])
    return PauseNow(reason, began_at, until, now >= until)


def is_paused(*, session_id: int | None) -> bool:
    """Whether this session calls nobody now."""
    return Pause.objects.filter(session_id=session_id, state=Pause.State.PAUSED).exists()
