"""What the front desk sees: today's sessions with their pools, and its own last steps."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from booking import selectors as booking
from booking.domain.states import SESSION_OPEN
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.models import StateChange
from hospital.common.policy import policy
from queueing.models import Queue, QueueSession, Ticket
from queueing.selectors.expected import expected_call, speeds
from queueing.selectors.order import QueueOrder, queue_orders
from queueing.selectors.tickets import tickets_with_session
from queueing.selectors.undo import last_moves, refusal

if TYPE_CHECKING:
    from booking.models import ClinicSession
    from queueing.domain.expected import Speed

DESK_VERBS = ("register", "return", "leave", "cancel", "transfer", "prioritise", "undo")
SHIFT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class DeskSession:
    """One session of today; ``wait_min`` is what a walk-in registered now would probably wait."""

    code: str
    letter: str
    department: str
    department_en: str
    expert: str
    expert_en: str
    title: str
    room: str
    opens_at: datetime
    closes_at: datetime
    walk_in_opens_at: datetime
    state: str
    waiting: int
    pool_left: int
    fee_fen: int
    wait_min: int | None
    expected_from: datetime | None
    expected_to: datetime | None
    queue_id: int | None


@dataclass(frozen=True, slots=True)
class DeskRecent:
    """One of the desk's own last steps."""

    at: datetime
    number: str
    code: str
    name: str
    channel: str
    verb: str
    reason: str
    state: str
    session: str
    expert: str
    expert_en: str
    department: str
    department_en: str
    fee_fen: int
    can_undo: bool
    undo_reason: str


def desk_sessions(*, now: datetime) -> list[DeskSession]:
    """Today's sessions in fixed order; a constant number of queries."""
    sessions = booking.sessions_of_day(day=clock.local(now).date(), now=now)
    links = QueueSession.objects.select_related("queue").filter(session__in=sessions)
    queues: dict[int, Queue] = {link.session_id: link.queue for link in links}
    orders = queue_orders(sorted({queue.pk for queue in queues.values()}), now=now)
    pace = speeds([session.pk for session in sessions], now=now)
    shared = [queue.pk for queue in queues.values()]
    empty = QueueOrder((), {})
    return [
        _desk_session(
            session,
            orders[queues[session.pk].pk] if session.pk in queues else empty,
            pace[session.pk],
            rooms=max(1, shared.count(queues[session.pk].pk)) if session.pk in queues else 1,
            queue_id=queues[session.pk].pk if session.pk in queues else None,
            now=now,
        )
        for session in sessions
    ]


def _desk_session(
    session: "ClinicSession",
    order: QueueOrder,
    pace: "Speed | None",
    *,
    rooms: int,
    queue_id: int | None,
    now: datetime,
) -> DeskSession:
    waiting = len(order.places)
    expected, _back = expected_call(
        order,
        ahead=waiting,
        pace=pace,
        opens_at=session.opens_at,
        rooms=rooms,
        now=now,
        rules=booking.policy_of_session(session),
    )
    department = session.expert.department
    return DeskSession(
        code=session.code,
        letter=session.letter,
        department=department.name,
        department_en=department.name_en,
        expert=session.expert.name,
        expert_en=session.expert.name_en,
        title=session.expert.title,
        room=session.room.name,
        opens_at=session.opens_at,
        closes_at=session.closes_at,
        walk_in_opens_at=session.walk_in_opens_at,
        state=session.state,
        waiting=waiting,
        pool_left=session.pool_left if session.state in SESSION_OPEN else 0,
        fee_fen=session.fee_fen,
        wait_min=None if expected is None else round((expected.p50 - now) / timedelta(minutes=1)),
        expected_from=expected.p20 if expected else None,
        expected_to=expected.p80 if expected else None,
        queue_id=queue_id,
    )


def desk_recent(*, actor: Actor, now: datetime, limit: int = 8) -> list[DeskRecent]:
    """The actor's own last steps, newest first, each with whether it can be undone; four queries."""
    rows = list(
        StateChange.objects.filter(
            thing="ticket", actor_id=actor.user_id, verb__in=DESK_VERBS, at__gt=now - SHIFT
        ).order_by("-pk")[:limit]
    )
    ids = {row.thing_id for row in rows}
    tickets = {t.pk: t for t in tickets_with_session().select_related("walk_in").filter(pk__in=ids)}
    last = last_moves(ids)
    rules = policy()
    recent = []
    for row in rows:
        ticket = tickets[row.thing_id]
        newest = last[ticket.pk]
        if newest.pk == row.pk:
            why_not = refusal(ticket, row, actor=actor, now=now, rules=rules)
        else:
            why_not = "undone" if _takes_back(newest, row, rows) else "undo_followed"
        recent.append(_desk_recent(row, ticket, why_not))
    return recent


def _takes_back(newest: StateChange, row: StateChange, rows: list[StateChange]) -> bool:
    """Whether the ticket's newest move is the undo of ``row``."""
    if newest.verb == "cancel":
        return row.verb == "register" and newest.reason == "undo"
    same = (one.pk for one in rows if (one.thing_id, one.verb) == (row.thing_id, row.verb))
    return newest.verb == "undo" and newest.data.get("undone") == row.verb and row.pk == max(same)


def _desk_recent(row: StateChange, ticket: Ticket, why_not: str) -> DeskRecent:
    expert = ticket.session.expert
    return DeskRecent(
        at=row.at,
        number=ticket.display,
        code=ticket.code,
        name=ticket.patient.name,
        channel=ticket.channel,
        verb=row.verb,
        reason=row.reason,
        state=ticket.state,
        session=ticket.session.code,
        expert=expert.name,
        expert_en=expert.name_en,
        department=expert.department.name,
        department_en=expert.department.name_en,
        fee_fen=ticket.walk_in.fee_fen if ticket.walk_in else 0,
        can_undo=not why_not,
        undo_reason=why_not,
    )
