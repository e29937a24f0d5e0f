"""What a waiting room sees: one row per session, masked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking import selectors as booking
from booking.domain.errors import UnknownNumber
from hospital.common.sql import prepared_cursor
from queueing.domain.masking import masked_name
from queueing.domain.numbers import display_number
from queueing.domain.places import Called, Place
from queueing.domain.states import IN_ROOM, PASSED
from queueing.selectors.disciplines import Day, queue_days
from queueing.selectors.order import counted_calls, places_for, places_of
from queueing.selectors.pauses import PauseNow
from queueing.selectors.rows import BoardRow, CallRow, TicketRow, call_rows, row_of_session, ticket_rows

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
    """One session: who is called or served, who comes next (those whom its room may call), who was passed."""

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
    pause: PauseNow | None = None


def session_board(*, session_code: str, now: datetime) -> Board:
    """The board of one session, everybody who waits on it. Raises booking's ``UnknownNumber``."""
    row = row_of_session(session_code=session_code)
    if row is None:
        raise UnknownNumber(field="session")
    return boards([row], now=now)[0]


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


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Everybody of a queue who still has something to come, by number, and the order of those who wait."""

    everybody: Sequence[TicketRow] = ()
    places: tuple[Place, ...] = ()
    day: Day = field(default_factory=Day)
    calls: Sequence[Called] = ()

    def for_session(self, session_id: int) -> list[TicketRow]:
        """Who waits and may be called by this session, the next one first."""
        rows = {ticket.pk: ticket for ticket in self.everybody}
        mine = places_for(self.places, rows, self.day, self.calls, session_id=session_id)
        return [rows[place.key] for place in mine]


def boards(rows: Sequence[BoardRow], *, now: datetime) -> list[Board]:
    """Several boards; the number of queries does not depend on how many."""
    queue_ids = sorted({row.queue_id for row in rows if row.queue_id is not None})
    waiting = _waiting(queue_ids, now)
    calls = call_rows(queue_ids=queue_ids, after=now - CALL_SHOWN, now=now)
    return [
        _board(
            row,
            _Waiting() if row.queue_id is None else waiting[row.queue_id],
            [call for call in calls if call.session_id == row.session_id],
            now,
        )
        for row in rows
    ]


def _waiting(queue_ids: Sequence[int], now: datetime) -> dict[int, _Waiting]:
    tickets: dict[int, list[TicketRow]] = {pk: [] for pk in queue_ids}
    for ticket in ticket_rows(queue_ids=queue_ids):
        tickets[ticket.queue_id].append(ticket)
    days, calls = queue_days(queue_ids), counted_calls(queue_ids)
    waiting = {}
    for pk, everybody in tickets.items():
        places = places_of(everybody, days[pk], calls[pk], now=now)
        waiting[pk] = _Waiting(everybody, places, days[pk], calls[pk])
    return waiting


def _board(row: BoardRow, waiting: _Waiting, calls: list[CallRow], now: datetime) -> Board:
    names = not row.sensitive
    in_room = [one for one in waiting.everybody if one.state in IN_ROOM]
    coming = waiting.for_session(row.session_id)
    here = next((one for one in in_room if one.called_session_id == row.session_id), None)
    return Board(
        session=row.session,
        letter=row.letter,
        revision=row.revision,
        as_of=now,
        queue_id=row.queue_id,
        expert=row.expert,
        expert_en=row.expert_en,
        title=row.title,
        department=row.department,
        department_en=row.department_en,
        room=row.room,
        place=row.place,
        place_en=row.place_en,
        state=row.state,
        starts_at=row.opens_at,
        closes_at=row.closes_at,
        now_serving=_ticket(here, names) if here else None,
        waiting=tuple(_ticket(ticket, names) for ticket in coming),
        waiting_count=len(coming),
        passed=tuple(_ticket(ticket, names) for ticket in waiting.everybody if ticket.state == PASSED),
        calls=tuple(_call(call, names) for call in calls[:CALLS_MAX]),
        names_shown=names,
        pause=_pause(row, now),
    )


def _pause(row: BoardRow, now: datetime) -> PauseNow | None:
    if row.paused_for is None or row.paused_at is None or row.paused_until is None:
        return None
    return PauseNow(row.paused_for, row.paused_at, row.paused_until, now >= row.paused_until)


def _ticket(ticket: TicketRow, names: bool) -> BoardTicket:
    return BoardTicket(
        number=display_number(ticket.letter, ticket.number),
        name=masked_name(ticket.name) if names else "",
        state=ticket.state,
        channel=ticket.channel,
        called_at=ticket.called_at,
    )


def _call(call: CallRow, names: bool) -> BoardCall:
    return BoardCall(
        id=call.pk,
        number=display_number(call.letter, call.number),
        name=masked_name(call.name) if names else "",
        room=call.room,
        called_at=call.called_at,
        recall=call.recall,
        expires_at=call.called_at + CALL_SHOWN,
    )
