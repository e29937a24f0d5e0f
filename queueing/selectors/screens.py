"""Screens: who a token belongs to, what a screen shows, and what changes it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from booking.domain.states import SESSION_OPEN
from hospital.common import clock
from hospital.common.errors import NotFound
from queueing.models import Screen
from queueing.selectors.boards import Board, BoardCall, boards
from queueing.selectors.notices import NoticeLine, notices_shown
from queueing.selectors.rows import BoardRow, rows_of_departments, rows_of_rooms

NEXT_SHOWN: dict[str, int] = {Screen.Layout.ROOMS: 3, Screen.Layout.ROOM: 5, Screen.Layout.DEPARTMENT: 2}
BEFORE_OPENING = timedelta(hours=4)
DAY_FACTOR = 1_000_000
OF_THE_PLACE = ("name", "name_en", "place", "place_en")
OF_THE_LOOK = ("layout", "theme", "language", "bilingual", "numbers_only", "sound")
SHOWN_STATES = ("released", *SESSION_OPEN)
NOTICES_TOPIC = "screens"


@dataclass(frozen=True, slots=True)
class Way:
    """How to get from the screen to a room."""

    arrow: str
    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class ScreenBoard:
    """Everything a screen shows."""

    screen: str
    name: str
    name_en: str
    place: str
    place_en: str
    revision: int
    as_of: datetime
    rows: tuple[Board, ...]
    calls: tuple[BoardCall, ...]
    passed: tuple[str, ...]
    queue_ids: tuple[int, ...]
    """The queues of its rooms, shown or not: what changes the board."""
    ways: Mapping[str, Way]
    """By the name of the room on its door."""
    notices: tuple[NoticeLine, ...]


def token_digest(token: str) -> bytes:
    """How a screen's token is kept."""
    return hashlib.sha256(b"fenliu screen " + token.encode()).digest()


def screen_by_token(*, token: str) -> Screen | None:
    """The screen that joins with ``token``; None when it is unknown or revoked."""
    return Screen.objects.filter(token_digest=token_digest(token), revoked_at=None).first()


def screen_by_code(*, code: str) -> Screen:
    """The screen of a managers' page. Raises NotFound."""
    screen = Screen.objects.select_related("department").filter(code=code).first()
    if screen is None:
        raise NotFound
    return screen


def screen_setup(*, screen: Screen) -> dict[str, Any]:
    """What is set now, under the names of the form's fields."""
    places = list(screen.rooms.select_related("room"))
    setup: dict[str, Any] = {name: getattr(screen, name) for name in OF_THE_PLACE + OF_THE_LOOK}
    setup["department_code"] = screen.department.code if screen.department else ""
    setup["room_codes"] = [place.room.code for place in places]
    for number, place in enumerate(places, 1):
        code = place.room.code
        setup |= {
            f"place-{code}": number,
            f"arrow-{code}": place.arrow,
            f"way-{code}": place.way,
            f"way_en-{code}": place.way_en,
        }
    return setup


def screen_topics(*, screen: Screen, now: datetime) -> list[str]:
    """What changes this screen: the queues of its rooms, the notices, and itself."""
    queues = {f"queue.{row.queue_id}" for row in rows_of_screen(screen=screen, now=now)}
    return [*sorted(queues), f"screen.{screen.pk}", NOTICES_TOPIC]


def screen_likeness(*, screen: Screen) -> str:
    """Screens with the same answer show the same board, always: they share one feed."""
    rooms = "-".join(str(pk) for pk in screen.rooms.values_list("room_id", flat=True))
    own = screen.layout == Screen.Layout.CORRIDOR or screen.notices.exists()
    parts = [screen.layout, screen.department_id or "", screen.bilingual, screen.numbers_only, rooms]
    return ".".join(str(part) for part in [*parts, screen.pk if own else ""])


def screen_board(*, screen: Screen, now: datetime) -> ScreenBoard:
    """What ``screen`` shows now: one row per session, the calls of the last minutes, the passed numbers."""
    sessions = rows_of_screen(screen=screen, now=now)
    rows = [_as_screened(screen, row) for row in boards(_shown(screen, sessions, now), now=now)]
    calls = {call.id: call for row in rows for call in row.calls}
    return ScreenBoard(
        screen=screen.code,
        name=screen.name,
        name_en=screen.name_en,
        place=screen.place,
        place_en=screen.place_en,
        revision=revision_of(sessions, now),
        as_of=now,
        rows=tuple(rows),
        calls=tuple(calls[pk] for pk in sorted(calls)),
        passed=tuple(dict.fromkeys(ticket.number for row in rows for ticket in row.passed)),
        queue_ids=tuple(sorted({row.queue_id for row in sessions if row.queue_id is not None})),
        ways=_ways(screen),
        notices=notices_shown(screen=screen, departments=_departments(screen, sessions), now=now),
    )


def call_on_screen(*, screen: Screen, call_id: int, now: datetime) -> BoardCall | None:
    """One of the calls that this screen announces now."""
    return next((call for call in screen_board(screen=screen, now=now).calls if call.id == call_id), None)


def rows_of_screen(*, screen: Screen, now: datetime) -> list[BoardRow]:
    """The sessions with a queue that concern this screen, in its order."""
    if screen.layout == Screen.Layout.DEPARTMENT and screen.department_id is not None:
        return rows_of_departments(department_ids=[screen.department_id], days=days_shown(now))
    return rows_of_rooms(screen_ids=[screen.pk], days=days_shown(now))


def days_shown(now: datetime) -> list[date]:
    """The day and the one before it, whose evening may not be over."""
    today = clock.local(now).date()
    return [today - timedelta(days=1), today]


def revision_of(rows: Iterable[BoardRow], now: datetime) -> int:
    """A number that rises with every change of what the screen shows.

    The sum over the queues of two days only rises within a day; the day in front lets it rise at midnight
    too, when yesterday's sum falls out.
    """
    queues = {row.queue_id: row.revision for row in rows}
    return clock.local(now).date().toordinal() * DAY_FACTOR + sum(queues.values())


def _shown(screen: Screen, rows: list[BoardRow], now: datetime) -> list[BoardRow]:
    """Of each room (of each expert on a department's screen) what is going on, else the next that opens soon."""

    def place(row: BoardRow) -> int:
        return row.expert_id if screen.layout == Screen.Layout.DEPARTMENT else row.room_id

    shown: list[BoardRow] = []
    for one in dict.fromkeys(place(row) for row in rows):
        here = [row for row in rows if place(row) == one and row.state in SHOWN_STATES]
        going_on = [row for row in here if row.state != "released"]
        soon = [row for row in here if row.opens_at <= now + BEFORE_OPENING]
        shown += list(dict.fromkeys(going_on or soon[:1]))
    return shown


def _as_screened(screen: Screen, row: Board) -> Board:
    """The row with as many next as the layout has room for, and without names if the screen shows none."""
    row = replace(row, waiting=row.waiting[: NEXT_SHOWN.get(screen.layout, 0)])
    if not screen.numbers_only:
        return row
    return replace(
        row,
        now_serving=row.now_serving and replace(row.now_serving, name=""),
        waiting=tuple(replace(ticket, name="") for ticket in row.waiting),
        passed=tuple(replace(ticket, name="") for ticket in row.passed),
        calls=tuple(replace(call, name="") for call in row.calls),
        names_shown=False,
    )


def _ways(screen: Screen) -> dict[str, Way]:
    if screen.layout != Screen.Layout.CORRIDOR:
        return {}
    return {
        place.room.name: Way(place.arrow, place.way, place.way_en)
        for place in screen.rooms.select_related("room")
    }


def _departments(screen: Screen, rows: list[BoardRow]) -> set[int]:
    here = {row.department_id for row in rows}
    return here | ({screen.department_id} if screen.department_id is not None else set())
