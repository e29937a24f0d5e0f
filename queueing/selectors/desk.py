"""What the front desk sees: today's sessions with their pools, and its own last steps."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from booking import selectors as booking
from booking.domain.states import SESSION_OPEN
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.models import StateChange
from hospital.common.policy import policy
from queueing.domain.digits import Hours, session_digits
from queueing.domain.specialties import offered
from queueing.models import Queue, QueueSession, Ticket
from queueing.selectors.expected import UNKNOWN, Known, expected_call, known_of_queues
from queueing.selectors.fees import SETTLED
from queueing.selectors.loads import profile_of
from queueing.selectors.order import QueueOrder, queue_orders
from queueing.selectors.tickets import tickets_with_session
from queueing.selectors.undo import last_moves, refusal

if TYPE_CHECKING:
    from booking.models import ClinicSession

DESK_VERBS = ("register", "return", "leave", "cancel", "transfer", "prioritise", SETTLED, "undo")
SHIFT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class DeskSession:
    """One session of today; ``wait_min`` is what a walk-in registered now would probably wait.

    ``digit`` is its own for the day (None: it has none); ``late`` says that it works on after its hours and registers
    nobody any more. ``specialties``: what a patient may be registered for that the expert would be the one to call for;
    ``any_expert``: also when the patient chooses this doctor, since all of the shared queue may call.
    """

    code: str
    letter: str
    department_code: str
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
    digit: int | None
    late: bool
    specialties: str
    specialties_en: str
    any_expert: bool


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
    transferred: bool
    can_undo: bool
    undo_reason: str


def desk_sessions(*, now: datetime) -> list[DeskSession]:
    """All of today's sessions in fixed order, those that are over too; a constant number of queries."""
    sessions = sessions_of_today(now)
    digits = _digits(sessions)
    links = QueueSession.objects.select_related("queue").filter(session__in=sessions)
    queues: dict[int, Queue] = {link.session_id: link.queue for link in links}
    orders = queue_orders(sorted({queue.pk for queue in queues.values()}), now=now)
    known = known_of_queues(orders, now=now)
    empty = QueueOrder((), {})
    return [
        _desk_session(
            session,
            orders[queues[session.pk].pk] if session.pk in queues else empty,
            known[queues[session.pk].pk] if session.pk in queues else UNKNOWN,
            queue_id=queues[session.pk].pk if session.pk in queues else None,
            digit=digits.get(session.pk),
            now=now,
        )
        for session in sessions
    ]


def sessions_of_today(now: datetime) -> "list[ClinicSession]":
    """The day's sessions until midnight, and those of the evening before that ran into it."""
    today = clock.local(now).date()
    return booking.sessions_of_day(day=today, now=datetime.combine(today, time(), tzinfo=clock.zone()))


def _digits(sessions: "list[ClinicSession]") -> dict[Hashable, int]:
    """What was added by hand comes last, so that it takes no digit from a session that had it."""
    planned_first = sorted(sessions, key=lambda session: session.extra)
    return session_digits([Hours(one.pk, one.walk_in_opens_at, one.closes_at) for one in planned_first])


def _desk_session(
    session: "ClinicSession",
    order: QueueOrder,
    known: Known,
    *,
    queue_id: int | None,
    digit: int | None,
    now: datetime,
) -> DeskSession:
    waiting = len(order.places)
    rules = booking.policy_of_session(session)
    expected, _back = expected_call(order, known, ticket=None, ahead=None, now=now, rules=rules)
    department = session.expert.department
    late = session.state in SESSION_OPEN and now >= session.closes_at
    pool_left = session.pool_left if session.state in SESSION_OPEN and not late else 0
    calls = pool_left > 0 or (order.day.is_shared and session.state in SESSION_OPEN)
    specialties, specialties_en = offered(profile_of(session)) if calls else ("", "")
    return DeskSession(
        code=session.code,
        letter=session.letter,
        department_code=department.code,
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
        pool_left=pool_left,
        fee_fen=session.fee_fen,
        wait_min=None if expected is None else round((expected.p50 - now) / timedelta(minutes=1)),
        expected_from=expected.p20 if expected else None,
        expected_to=expected.p80 if expected else None,
        queue_id=queue_id,
        digit=digit,
        late=late,
        specialties=specialties,
        specialties_en=specialties_en,
        any_expert=order.day.is_shared and order.day.any_expert,
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
        transferred=ticket.transferred_from_id is not None,
        can_undo=not why_not,
        undo_reason=why_not,
    )
