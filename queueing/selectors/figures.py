"""The figures of a day, session by session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, Max, Min, Q, Sum, When
from django.db.models.functions import Coalesce, Greatest

from booking.domain.states import SESSION_OPEN
from queueing.domain.figures import Figures
from queueing.domain.states import CANCELLED, DONE, LEFT, LIVE, SERVING, TRANSFERRED
from queueing.models import QueueSession, Ticket

if TYPE_CHECKING:
    from booking.models import ClinicSession

_HOME = Case(
    When(state=DONE, called_session__isnull=False, then=F("called_session_id")), default=F("session_id")
)
_SINCE = Greatest(F("registered_at"), Coalesce(F("slot_starts_at"), F("registered_at")))
_WAIT = ExpressionWrapper(Greatest(F("called_at"), _SINCE) - _SINCE, output_field=DurationField())
_TIMED = Q(state__in=[DONE, SERVING], called_at__isnull=False, passed_at=None)
_APPOINTMENTS = "session__appointments"


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """One session of the day; ``here`` are the numbers of those who are not through."""

    session: "ClinicSession"
    letter: str
    figures: Figures
    here: tuple[str, ...]

    @property
    def going_on(self) -> bool:
        """Whether somebody has to end it."""
        return self.session.state in SESSION_OPEN


def day_figures(*, day: date) -> list[SessionFigures]:
    """Every session of a clinic day that has a queue, in order of opening; four queries.

    A patient of a shared queue counts where they were seen, a transferred one where the new ticket is. A wait runs from
    the check-in, of a booked patient not before the slot, to the call; of those who were passed it is not counted.
    """
    links = (
        QueueSession.objects.filter(session__date=day)
        .select_related("queue", "session__expert__department", "session__room")
        .order_by("session__opens_at", "queue__letter", "pk")
    )
    tickets, appointments, here = _tickets(day), _appointments(day), _here(day)
    return [
        SessionFigures(
            session=link.session,
            letter=link.queue.letter,
            figures=Figures(**tickets.get(link.session_id, {}), **appointments.get(link.session_id, {})),
            here=tuple(here.get(link.session_id, ())),
        )
        for link in links
    ]


def _tickets(day: date) -> Mapping[int, dict[str, Any]]:
    rows = (
        Ticket.objects.filter(session__date=day)
        .exclude(state=TRANSFERRED)
        .values(home=_HOME)
        .annotate(
            registered=Count("pk", filter=~Q(state=CANCELLED)),
            walk_ins=Count("pk", filter=Q(channel=Ticket.Channel.WALK_IN) & ~Q(state=CANCELLED)),
            seen=Count("pk", filter=Q(state=DONE)),
            left=Count("pk", filter=Q(state=LEFT)),
            here=Count("pk", filter=Q(state__in=LIVE)),
            cancelled=Count("pk", filter=Q(state=CANCELLED)),
            waits=Count("pk", filter=_TIMED),
            waited=Sum(_WAIT, filter=_TIMED, default=timedelta()),
            first_start_at=Min("started_at"),
            last_finish_at=Max("finished_at"),
        )
        .order_by()
    )
    return _by(rows, "home")


def _appointments(day: date) -> Mapping[int, dict[str, Any]]:
    def counted(state: str) -> Count:
        return Count(_APPOINTMENTS, filter=Q(**{f"{_APPOINTMENTS}__state": state}))

    rows = (
        QueueSession.objects.filter(session__date=day)
        .values("session_id")
        .annotate(expected=counted("booked"), unresolved=counted("unresolved"), no_shows=counted("no_show"))
        .order_by()
    )
    return _by(rows, "session_id")


def _by(rows: Iterable[Mapping[str, Any]], key: str) -> dict[int, dict[str, Any]]:
    return {row[key]: {name: value for name, value in row.items() if name != key} for row in rows}


def _here(day: date) -> Mapping[int, list[str]]:
    numbers: dict[int, list[str]] = {}
    live = Ticket.objects.filter(session__date=day, state__in=LIVE).select_related("queue").order_by("number")
    for ticket in live:
        numbers.setdefault(ticket.session_id, []).append(ticket.display)
    return numbers
