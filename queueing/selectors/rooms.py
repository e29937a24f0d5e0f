"""What an expert sees: the patient in the room, the next with the rule, who was passed, the session's
progress.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, F, Q

from booking import selectors as booking
from booking.domain.states import SESSION_OPEN
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.errors import NotFound
from hospital.common.policy import Policy
from queueing.domain.places import Rule
from queueing.domain.states import CALLED, DONE, IN_ROOM, PASSED, SERVING
from queueing.models import QueueSession, Ticket
from queueing.selectors.alarms import AlarmShown, alarm_of_session
from queueing.selectors.order import QueueOrder, queue_order
from queueing.selectors.pauses import PauseNow, pauses_of_sessions
from queueing.selectors.room_tickets import RoomTicket, room_ticket
from queueing.selectors.undo import UndoOffer, undo_offer

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from booking.models import ClinicSession, Slot
    from hospital.models import User


@dataclass(frozen=True, slots=True)
class RoomSlot:
    """One slot's progress: consultations begun in it, numbers booked, walk-ins registered in it."""

    index: int
    starts_at: datetime
    ends_at: datetime
    seen: int
    booked: int
    walk_ins: int


@dataclass(frozen=True, slots=True)
class RoomState:
    """The expert's page. ``waiting`` are those whom this room may call, ``elsewhere`` counts the queue's others.

    ``next_in_turn``: the next is a walk-in whose turn it is although booked patients wait (``interleave``).
    """

    session: str
    code: str
    expert: str
    expert_en: str
    title: str
    room: str
    place: str
    opens_at: datetime
    closes_at: datetime
    started_at: datetime | None
    state: str
    revision: int
    queue_id: int | None
    as_of: datetime
    current: RoomTicket | None
    next: RoomTicket | None
    next_in_turn: bool
    waiting: tuple[RoomTicket, ...]
    elsewhere: int
    passed: tuple[RoomTicket, ...]
    seen: int
    total: int
    mean_min: float | None
    slots: tuple[RoomSlot, ...]
    can_call: bool
    can_recall: bool
    can_start: bool
    can_finish: bool
    can_pass: bool
    recall_at: datetime | None
    recall_limit: int
    undo: UndoOffer | None
    pause: PauseNow | None
    alarm: AlarmShown | None


def session_for_user(*, session_code: str, user: "User | AnonymousUser") -> "ClinicSession | None":
    """The session, if this user may run it: its own expert. None for anybody else and for unknown codes."""
    try:
        session = booking.session_by_code(code=session_code)
    except NotFound:
        return None
    return session if session.expert.user_id == user.pk else None


def sessions_of_expert(*, user: "User", now: datetime) -> "list[ClinicSession]":
    """The user's sessions of today, the running one first, then by opening."""
    order = {"running": 0, "open": 1, "released": 2}
    mine = [
        s
        for s in booking.sessions_of_day(day=clock.local(now).date(), now=now)
        if s.expert.user_id == user.pk
    ]
    return sorted(mine, key=lambda s: (order.get(s.state, 3), s.opens_at))


def room_state(*, session_code: str, now: datetime, actor: Actor | None = None) -> RoomState:
    """Everything the expert's page shows. Ask :func:`session_for_user` first. Raises booking's
    ``UnknownNumber``.
    """
    session = booking.session_by_code(code=session_code)
    link = QueueSession.objects.select_related("queue").filter(session_id=session.pk).first()
    queue = link.queue if link else None
    order = queue_order(queue.pk, now=now) if queue else QueueOrder((), {})
    slots = booking.slots_of_session(session_id=session.pk)
    rules = booking.policy_of_session(session)
    current = next((t for t in order.in_state(*IN_ROOM) if t.called_session_id == session.pk), None)
    waiting = tuple(
        room_ticket(order.tickets[place.key], now, rule=place.rule.value)
        for place in order.places_for(session.pk)
    )
    following = waiting[0] if waiting else None
    counts = _counts(session.pk, slots)
    return RoomState(
        session=session.code,
        code=session.code,
        expert=session.expert.name,
        expert_en=session.expert.name_en,
        title=session.expert.title,
        room=session.room.name,
        place=session.room.place,
        opens_at=session.opens_at,
        closes_at=session.closes_at,
        started_at=session.started_at,
        state=session.state,
        revision=queue.revision if queue else 0,
        queue_id=queue.pk if queue else None,
        as_of=now,
        current=room_ticket(current, now) if current else None,
        next=following,
        next_in_turn=_is_in_turn(waiting),
        waiting=waiting,
        elsewhere=len(order.places) - len(waiting),
        passed=tuple(room_ticket(ticket, now) for ticket in order.in_state(PASSED)),
        seen=counts.seen,
        total=sum(slot.booked for slot in slots) + counts.walk_ins,
        mean_min=counts.mean_min,
        slots=counts.slots,
        undo=undo_offer(queue_id=queue.pk, actor=actor, now=now, rules=rules) if queue and actor else None,
        alarm=alarm_of_session(session_id=session.pk, now=now),
        pause=(pause := pauses_of_sessions(session_ids=[session.pk], now=now).get(session.pk)),
        **_possible(session, current, following, rules, now, paused=pause is not None),
    )


def _is_in_turn(waiting: tuple[RoomTicket, ...]) -> bool:
    """Whether a walk-in is next before booked patients of the current and earlier slots."""
    rules = [ticket.rule for ticket in waiting]
    return rules[:1] == [Rule.WALK_IN] and Rule.BOOKED in rules


def _possible(
    session: "ClinicSession",
    current: Ticket | None,
    following: RoomTicket | None,
    rules: Policy,
    now: datetime,
    *,
    paused: bool,
) -> dict[str, Any]:
    """What the expert may do now; the services check again."""
    state = current.state if current else ""
    recall_at = None
    if current is not None and state == CALLED and current.recalls < rules.recall_limit:
        recall_at = (current.recalled_at or current.called_at or now) + timedelta(seconds=rules.recall_gap_s)
    return {
        "can_call": session.state in SESSION_OPEN
        and following is not None
        and state != CALLED
        and not paused,
        "can_recall": recall_at is not None and now >= recall_at and not paused,
        "can_start": state == CALLED,
        "can_finish": state in {CALLED, SERVING},
        "can_pass": state == CALLED,
        "recall_at": recall_at,
        "recall_limit": rules.recall_limit,
    }


@dataclass(frozen=True, slots=True)
class _Counts:
    seen: int
    walk_ins: int
    mean_min: float | None
    slots: tuple[RoomSlot, ...]


def _counts(session_id: int, slots: "Iterable[Slot]") -> _Counts:
    """Progress by slot, in one query: a consultation belongs to the slot that holds its start."""
    slots = list(slots)
    here = Q(session_id=session_id) | Q(called_session_id=session_id)
    seen = Q(state=DONE, called_session_id=session_id)
    came = Q(session_id=session_id, channel=Ticket.Channel.WALK_IN) & ~Q(
        state__in=["cancelled", "transferred"]
    )
    figures: dict[str, Any] = {
        "seen": Count("pk", filter=seen),
        "walk_ins": Count("pk", filter=came),
        "mean": Avg(F("finished_at") - F("started_at"), filter=seen),
    }
    for number, slot in enumerate(slots):
        first, last = number == 0, number == len(slots) - 1
        figures[f"seen_{slot.index}"] = Count("pk", filter=seen & _within("started_at", slot, first, last))
        figures[f"came_{slot.index}"] = Count("pk", filter=came & _within("registered_at", slot, first, last))
    row = Ticket.objects.filter(here).aggregate(**figures)
    mean = row["mean"]
    return _Counts(
        seen=row["seen"],
        walk_ins=row["walk_ins"],
        mean_min=None if mean is None else mean / timedelta(minutes=1),
        slots=tuple(
            RoomSlot(
                s.index, s.starts_at, s.ends_at, row[f"seen_{s.index}"], s.booked, row[f"came_{s.index}"]
            )
            for s in slots
        ),
    )


def _within(column: str, slot: "Slot", first: bool, last: bool) -> Q:
    """In the slot; what came before the first belongs to the first, what came after the last to the last."""
    inside = Q()
    if not first:
        inside &= Q(**{f"{column}__gte": slot.starts_at})
    if not last:
        inside &= Q(**{f"{column}__lt": slot.ends_at})
    return inside
