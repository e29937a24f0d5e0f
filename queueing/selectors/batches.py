"""The patients who wait for one session, shared out to its colleagues: what is proposed, and what was done."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from booking import selectors as booking
from booking.domain.assignment import FitWeights
from queueing.domain.batches import Moving, shared_out
from queueing.models import QueueSession, Ticket
from queueing.selectors.loads import sessions_of_department, sessions_with_least_work
from queueing.selectors.order import queue_order

if TYPE_CHECKING:
    from booking.models import ClinicSession


@dataclass(frozen=True, slots=True)
class Proposed:
    """One who waits, with the session that is proposed and the wait to be expected there."""

    ticket: Ticket
    target: str = ""
    wait_min: float | None = None


@dataclass(frozen=True, slots=True)
class ShareOut:
    """Everybody who waits for a session, who could take them, and who was sent from it today."""

    session: "ClinicSession"
    rows: tuple[Proposed, ...]
    takers: tuple["ClinicSession", ...]
    sent: tuple[Ticket, ...]
    weights: FitWeights


def share_out(*, session_code: str, now: datetime) -> ShareOut:
    """Who of this session's waiting patients would go where; the number of queries does not grow with them."""
    session = booking.session_by_code(code=session_code)
    queue_id = QueueSession.objects.filter(session=session).values_list("queue_id", flat=True).first()
    waiting = queue_order(queue_id, now=now).waiting if queue_id else []
    mine = [ticket for ticket in waiting if ticket.session_id == session.pk]
    department = session.expert.department.code
    beside = QueueSession.objects.filter(queue__links__session=session)
    same_queue = set(beside.values_list("session_id", flat=True))
    sessions = {
        one.code: one
        for one in sessions_of_department(department_code=department, now=now)
        if one.pk not in {session.pk, *same_queue}
    }
    open_ones = sessions_with_least_work(department_code=department, now=now, with_number=False)
    loads = [load for load in open_ones if load.code in sessions]
    moving, weights = [Moving(one.pk, one.specialty) for one in mine], booking.fit_weights()
    given = {one.key: one for one in shared_out(moving, loads, weights)}
    return ShareOut(
        session=session,
        rows=tuple(
            Proposed(ticket, given[ticket.pk].code, given[ticket.pk].wait_min)
            if ticket.pk in given
            else Proposed(ticket)
            for ticket in mine
        ),
        takers=tuple(sessions[load.code] for load in loads),
        sent=_sent_from(session),
        weights=weights,
    )


def _sent_from(session: "ClinicSession") -> tuple[Ticket, ...]:
    new = Ticket.objects.filter(transferred_from__session=session, session__date=session.date)
    rows = new.select_related(
        "transferred_from__queue", "queue", "patient", "session__expert", "session__room"
    )
    return tuple(rows.order_by("-pk"))
