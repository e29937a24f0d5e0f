"""What a waiting room sees: one row per session, masked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from booking import selectors as booking
from hospital.common.sql import prepared_cursor
from queueing.domain.masking import masked_name
from queueing.domain.numbers import display_number
from queueing.domain.states import IN_ROOM, PASSED
from queueing.models import Call, Queue, QueueSession, Ticket
from queueing.selectors.order import QueueOrder, queue_orders

if TYPE_CHECKING:
    from booking.models import ClinicSession

CALL_SHOWN = timedelta(minutes=2)
CALLS_MAX = 5
_VERSION_SQL = """
SELECT queue.id, queue.revision, session.state, session.opens_at, session.closes_at, session.slot_minutes
FROM booking_clinicsession session
JOIN queueing_queuesession link ON link.session_id = session.id
JOIN queueing_queue queue ON queue.id = link.queue_id
WHERE session.code = %s
"""


@dataclass(frozen=True, slots=True)
class BoardTicket:
    """One ticket as the room may see it; ``name`` is empty in sensitive departments."""

    number: str
    name: str
    state: str
    channel: str
    called_at: datetime | None


@dataclass(frozen=True, slots=True)
class BoardCall:
    """One call to announce: ``id`` rises, so that a screen announces each once."""

    id: int
    number: str
    name: str
    room: str
    called_at: datetime
    recall: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """One session: who is called or served, who comes next, who was passed."""

    session: str
    letter: str
    revision: int
    as_of: datetime
    queue_id: int | None
    expert: str
    expert_en: str
    title: str
    department: str
    department_en: str
    room: str
    place: str
    place_en: str
    state: str
    starts_at: datetime
    closes_at: datetime
    now_serving: BoardTicket | None
    waiting: tuple[BoardTicket, ...]
    waiting_count: int
    passed: tuple[BoardTicket, ...]
    calls: tuple[BoardCall, ...]
    names_shown: bool


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A session with its queue, if it has one yet."""

    session: "ClinicSession"
    queue: Queue | None


def session_board(*, session_code: str, now: datetime) -> Board:
    """The board of one session, everybody who waits on it. Raises booking's ``UnknownNumber``."""
    session = booking.session_by_code(code=session_code)
    link = QueueSession.objects.select_related("queue").filter(session_id=session.pk).first()
    return boards([BoardRow(session, link.queue if link else None)], now=now)[0]


def board_version(*, session_code: str, now: datetime) -> str:
    """What a board's ETag is made of, in one query: the revision and the phase of time.

    The order also changes when a slot begins, without anybody moving. Raises ``NotFound``.
    """
    with prepared_cursor() as cursor:
        cursor.execute(_VERSION_SQL, [session_code])
        row = cursor.fetchone()
    if row is None:
        return f"0-{booking.session_by_code(code=session_code).state}"
    queue_id, revision, state, opens_at, closes_at, slot_minutes = row
    slot = timedelta(minutes=slot_minutes)
    slots_begun, slots = int((now - opens_at) // slot), int((closes_at - opens_at) // slot)
    return f"{queue_id}-{revision}-{state}-{min(max(slots_begun, 0), slots)}"


def boards(rows: Sequence[BoardRow], *, now: datetime) -> list[Board]:
    """Several boards; the number of queries does not depend on how many."""
    queue_ids = sorted({row.queue.pk for row in rows if row.queue is not None})
    orders = queue_orders(queue_ids, now=now)
    calls = _calls(queue_ids, now)
    empty = QueueOrder((), {})
    return [
        _board(
            row,
            orders[row.queue.pk] if row.queue else empty,
            [call for call in calls if call.session_id == row.session.pk],
            now,
        )
        for row in rows
    ]


def _calls(queue_ids: Iterable[int], now: datetime) -> list[Call]:
    """The calls of the last minutes, newest first."""
    recent = Call.objects.filter(
        queue_id__in=queue_ids, called_at__gt=now - CALL_SHOWN, called_at__lte=now, undone_at=None
    )
    return list(recent.select_related("ticket__patient", "ticket__queue", "room").order_by("-pk"))


def _board(row: BoardRow, order: QueueOrder, calls: list[Call], now: datetime) -> Board:
    session = row.session
    department = session.expert.department
    names = not department.sensitive
    in_room = [t for t in order.in_state(*IN_ROOM) if t.called_session_id == session.pk]
    return Board(
        session=session.code,
        letter=row.queue.letter if row.queue else session.letter,
        revision=row.queue.revision if row.queue else 0,
        as_of=now,
        queue_id=row.queue.pk if row.queue else None,
        expert=session.expert.name,
        expert_en=session.expert.name_en,
        title=session.expert.title,
        department=department.name,
        department_en=department.name_en,
        room=session.room.name,
        place=session.room.place,
        place_en=session.room.place_en,
        state=session.state,
        starts_at=session.opens_at,
        closes_at=session.closes_at,
        now_serving=_ticket(in_room[0], names) if in_room else None,
        waiting=tuple(_ticket(ticket, names) for ticket in order.waiting),
        waiting_count=len(order.places),
        passed=tuple(_ticket(ticket, names) for ticket in order.in_state(PASSED)),
        calls=tuple(board_call(call, names) for call in calls[:CALLS_MAX]),
        names_shown=names,
    )


def _ticket(ticket: Ticket, names: bool) -> BoardTicket:
    return BoardTicket(
        number=ticket.display,
        name=masked_name(ticket.patient.name) if names else "",
        state=ticket.state,
        channel=ticket.channel,
        called_at=ticket.called_at,
    )


def board_call(call: Call, names: bool) -> BoardCall:
    """A call as it is announced."""
    return BoardCall(
        id=call.pk,
        number=display_number(call.ticket.queue.letter, call.ticket.number),
        name=masked_name(call.ticket.patient.name) if names else "",
        room=call.room.name,
        called_at=call.called_at,
        recall=call.recall,
        expires_at=call.called_at + CALL_SHOWN,
    )
