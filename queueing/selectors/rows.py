"""The statements behind boards and orders: read at every call for every waiting room, so past the ORM.

The board of a session with eight who wait took 30 ms through the ORM, most of it to compile eight statements; it takes
2.4 ms (medians, two cores, both under load); ``hospital.common.sql`` says how. Columns stand in the order of the fields
that they become.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from booking.domain.states import SESSION_OPEN
from hospital.common.sql import prepared_cursor
from queueing.domain.states import LIVE


def _words(states: Iterable[str]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


_ROWS = f"""
SELECT session.id, session.code, session.state, session.opens_at, session.closes_at,
       expert.id, expert.name, expert.name_en, expert.title,
       department.id, department.name, department.name_en, department.sensitive,
       room.id, room.name, room.place, room.place_en,
       queue.id, coalesce(queue.letter, session.letter), coalesce(queue.revision, 0),
       pause.reason, pause.began_at, pause.until
FROM booking_clinicsession session
JOIN booking_expert expert ON expert.id = session.expert_id
JOIN booking_department department ON department.id = expert.department_id
JOIN booking_room room ON room.id = session.room_id
LEFT JOIN queueing_queuesession link ON link.session_id = session.id
LEFT JOIN queueing_queue queue ON queue.id = link.queue_id
LEFT JOIN queueing_pause pause
  ON pause.session_id = session.id AND pause.state = 'paused' AND session.state IN ({_words(SESSION_OPEN)})
"""  # noqa: S608 - states of our own
_OF_SESSION = f"{_ROWS} WHERE session.code = %(code)s"
_OF_ROOMS = f"""{_ROWS}
JOIN queueing_screenroom place ON place.room_id = session.room_id
WHERE place.screen_id = ANY(%(of)s) AND session.date = ANY(%(days)s) AND link.id IS NOT NULL
ORDER BY place.position, session.opens_at, link.id
"""
_OF_DEPARTMENTS = f"""{_ROWS}
WHERE department.id = ANY(%(of)s) AND session.date = ANY(%(days)s) AND link.id IS NOT NULL
ORDER BY room.name, session.opens_at, link.id
"""
_TICKETS = f"""
SELECT ticket.queue_id, ticket.id, queue.letter, ticket.number, patient.name, ticket.state, ticket.channel,
       ticket.session_id, ticket.called_session_id, ticket.called_at, ticket.registered_at, ticket.joined_at,
       ticket.returned_at, ticket.slot_starts_at, ticket.slot_ends_at, ticket.priority, ticket.misses,
       ticket.chosen, ticket.specialty
FROM queueing_ticket ticket
JOIN queueing_queue queue ON queue.id = ticket.queue_id
JOIN booking_patient patient ON patient.id = ticket.patient_id
WHERE ticket.queue_id = ANY(%(queues)s) AND ticket.state IN ({_words(LIVE)})
ORDER BY ticket.number
"""  # noqa: S608 - states of our own
_CALLS = """
SELECT call.id, call.session_id, queue.letter, ticket.number, patient.name, room.name, call.called_at, call.recall
FROM queueing_call call
JOIN queueing_ticket ticket ON ticket.id = call.ticket_id
JOIN queueing_queue queue ON queue.id = ticket.queue_id
JOIN booking_patient patient ON patient.id = ticket.patient_id
JOIN booking_room room ON room.id = call.room_id
WHERE call.queue_id = ANY(%(queues)s) AND call.undone_at IS NULL
  AND call.called_at > %(after)s AND call.called_at <= %(now)s
ORDER BY call.id DESC
"""
_COUNTED = """
SELECT call.queue_id, call.called_at, call.rule, ticket.slot_starts_at, ticket.slot_ends_at, call.session_id,
       call.overtook
FROM queueing_call call
JOIN queueing_ticket ticket ON ticket.id = call.ticket_id
WHERE call.queue_id = ANY(%(queues)s) AND call.undone_at IS NULL AND NOT call.recall
ORDER BY call.id
"""
_SESSIONS = """
SELECT link.queue_id, session.id, session.state, session.opens_at, expert.specialty, expert.specialty_en,
       department.discipline, department.id,
       (SELECT min(slot.starts_at) FROM booking_slot slot WHERE slot.session_id = session.id),
       (SELECT max(slot.starts_at) FROM booking_slot slot WHERE slot.session_id = session.id)
FROM queueing_queuesession link
JOIN booking_clinicsession session ON session.id = link.session_id
JOIN booking_expert expert ON expert.id = session.expert_id
JOIN booking_department department ON department.id = expert.department_id
WHERE link.queue_id = ANY(%(queues)s)
ORDER BY session.id
"""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A session where it takes place and with whom; there is no queue until somebody is registered."""

    session_id: int
    session: str
    state: str
    opens_at: datetime
    closes_at: datetime
    expert_id: int
    expert: str
    expert_en: str
    title: str
    department_id: int
    department: str
    department_en: str
    sensitive: bool
    room_id: int
    room: str
    place: str
    place_en: str
    queue_id: int | None
    letter: str
    revision: int
    paused_for: str | None
    paused_at: datetime | None
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket with something still to come: what a board shows of it, and what its place depends on."""

    queue_id: int
    pk: int
    letter: str
    number: int
    name: str
    state: str
    channel: str
    session_id: int
    called_session_id: int | None
    called_at: datetime | None
    registered_at: datetime
    joined_at: datetime
    returned_at: datetime | None
    slot_starts_at: datetime | None
    slot_ends_at: datetime | None
    priority: str
    misses: int
    chosen: bool
    specialty: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call of the last minutes."""

    pk: int
    session_id: int
    letter: str
    number: int
    name: str
    room: str
    called_at: datetime
    recall: bool


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A call that counts for the order; ``overtook`` as the column holds it."""

    queue_id: int
    called_at: datetime
    rule: str
    slot_starts_at: datetime | None
    slot_ends_at: datetime | None
    session_id: int
    overtook: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that calls from a queue, with its slots' first and last beginning."""

    queue_id: int
    session_id: int
    state: str
    opens_at: datetime
    specialty: str
    specialty_en: str
    discipline: str
    department_id: int
    first: datetime | None
    last: datetime | None


def row_of_session(*, session_code: str) -> BoardRow | None:
    """The session with this code."""
    return next((BoardRow(*row) for row in _read(_OF_SESSION, {"code": session_code})), None)


def rows_of_rooms(*, screen_ids: Iterable[int], days: Iterable[date]) -> list[BoardRow]:
    """The sessions with a queue of these days in the rooms of these screens, in the screens' order."""
    return [BoardRow(*row) for row in _read(_OF_ROOMS, {"of": list(screen_ids), "days": list(days)})]


def rows_of_departments(*, department_ids: Iterable[int], days: Iterable[date]) -> list[BoardRow]:
    """The sessions with a queue of these days of everybody in these departments, by room."""
    return [
        BoardRow(*row) for row in _read(_OF_DEPARTMENTS, {"of": list(department_ids), "days": list(days)})
    ]


def ticket_rows(*, queue_ids: Iterable[int]) -> list[TicketRow]:
    """Tickets with something still to come, by number."""
    return [TicketRow(*row) for row in _read(_TICKETS, {"queues": list(queue_ids)})]


def call_rows(*, queue_ids: Iterable[int], after: datetime, now: datetime) -> list[CallRow]:
    """Calls and recalls since ``after``, the newest first."""
    given = {"queues": list(queue_ids), "after": after, "now": now}
    return [CallRow(*row) for row in _read(_CALLS, given)]


def counted_rows(*, queue_ids: Iterable[int]) -> list[CountedRow]:
    """Every call but recalls, in the order in which they were made."""
    return [CountedRow(*row) for row in _read(_COUNTED, {"queues": list(queue_ids)})]


def session_rows(*, queue_ids: Iterable[int]) -> list[SessionRow]:
    """The sessions that call from these queues."""
    return [SessionRow(*row) for row in _read(_SESSIONS, {"queues": list(queue_ids)})]


def _read(statement: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with prepared_cursor() as cursor:
        cursor.execute(statement, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
