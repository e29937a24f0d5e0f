"""Screens: who a token belongs to, what a screen shows, and when each was last alive."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking.domain.states import SESSION_OPEN
from hospital.common import clock
from hospital.common.policy import policy
from queueing.models import QueueSession, Screen, ScreenRoom
from queueing.selectors.boards import Board, BoardCall, BoardRow, boards

WAITING_SHOWN = 3
BEFORE_OPENING = timedelta(hours=4)
SILENT_AFTER_S = 120
DAY_FACTOR = 1_000_000
SHOWN_STATES = ("released", *SESSION_OPEN)


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


@dataclass(frozen=True, slots=True)
class FleetScreen:
    """One screen on the managers' page."""

    code: str
    name: str
    place: str
    rooms: tuple[str, ...]
    last_seen_at: datetime | None
    age_s: int | None
    state: str
    revision_shown: int | None
    revision_due: int
    build: str


def token_digest(token: str) -> bytes:
    """How a screen's token is kept."""
    return hashlib.sha256(b"fenliu screen " + token.encode()).digest()


def screen_by_token(*, token: str) -> Screen | None:
    """The screen that joins with ``token``; None when it is unknown or revoked."""
    return Screen.objects.filter(token_digest=token_digest(token), revoked_at=None).first()


def screen_topics(*, screen: Screen, now: datetime) -> list[str]:
    """What changes this screen: the queues of its rooms, and itself."""
    return [*sorted({f"queue.{link.queue_id}" for link in _links([screen.pk], now)}), f"screen.{screen.pk}"]


def screen_board(*, screen: Screen, now: datetime) -> ScreenBoard:
    """What ``screen`` shows now: one row per room, the calls of the last minutes, the passed numbers."""
    links = _links([screen.pk], now)
    rows = boards([BoardRow(link.session, link.queue) for link in _shown(links, now)], now=now)
    calls = {call.id: call for row in rows for call in row.calls}
    return ScreenBoard(
        screen=screen.code,
        name=screen.name,
        name_en=screen.name_en,
        place=screen.place,
        place_en=screen.place_en,
        revision=_revision(links, now),
        as_of=now,
        rows=tuple(replace(row, waiting=row.waiting[:WAITING_SHOWN]) for row in rows),
        calls=tuple(calls[pk] for pk in sorted(calls)),
        passed=tuple(dict.fromkeys(ticket.number for row in rows for ticket in row.passed)),
        queue_ids=tuple(sorted({link.queue_id for link in links})),
    )


def _links(screen_ids: list[int], now: datetime) -> list[QueueSession]:
    """The queues of the day and the day before in these screens' rooms, in the screens' order."""
    today = clock.local(now).date()
    return list(
        QueueSession.objects.filter(
            session__room__screens__screen_id__in=screen_ids,
            session__date__in=[today - timedelta(days=1), today],
        )
        .select_related("queue", "session__expert__department", "session__room")
        .order_by("session__room__screens__position", "session__opens_at", "pk")
    )


def _shown(links: list[QueueSession], now: datetime) -> list[QueueSession]:
    """Of each room the sessions that are going on, else the next one that opens soon."""
    shown: list[QueueSession] = []
    for room_id in dict.fromkeys(link.session.room_id for link in links):
        here = [
            link for link in links if link.session.room_id == room_id and link.session.state in SHOWN_STATES
        ]
        going_on = [link for link in here if link.session.state != "released"]
        soon = [link for link in here if link.session.opens_at <= now + BEFORE_OPENING]
        shown += list(dict.fromkeys(going_on or soon[:1]))
    return shown


def _revision(links: list[QueueSession], now: datetime) -> int:
    """A number that rises with every change of what the screen shows.

    The sum over the queues of two days only rises within a day; the day in front lets it rise at midnight
    too, when yesterday's sum falls out.
    """
    queues = {link.queue_id: link.queue.revision for link in links}
    return clock.local(now).date().toordinal() * DAY_FACTOR + sum(queues.values())


def screens_fleet(*, now: datetime) -> list[FleetScreen]:
    """Every screen with its last sign of life; three queries."""
    stale_s = policy().screen_stale_s
    screens = list(Screen.objects.prefetch_related("rooms__room").order_by("name", "pk"))
    links = _links([screen.pk for screen in screens], now)
    by_room: dict[int, list[QueueSession]] = {}
    for link in links:
        by_room.setdefault(link.session.room_id, []).append(link)
    return [_fleet_screen(screen, by_room, stale_s, now) for screen in screens]


def _fleet_screen(
    screen: Screen, by_room: dict[int, list[QueueSession]], stale_s: int, now: datetime
) -> FleetScreen:
    rooms: list[ScreenRoom] = list(screen.rooms.all())
    age_s = None if screen.last_seen_at is None else int((now - screen.last_seen_at).total_seconds())
    links = [link for place in rooms for link in by_room.get(place.room_id, [])]
    due = _revision(links, now)
    if screen.revoked_at is not None:
        state = "revoked"
    elif age_s is None:
        state = "never"
    elif age_s > SILENT_AFTER_S:
        state = "silent"
    else:
        behind = screen.revision_shown is not None and screen.revision_shown < due
        state = "stale" if age_s > stale_s or (behind and age_s > 0) else "ok"
    return FleetScreen(
        code=screen.code,
        name=screen.name,
        place=screen.place,
        rooms=tuple(place.room.name for place in rooms),
        last_seen_at=screen.last_seen_at,
        age_s=age_s,
        state=state,
        revision_shown=screen.revision_shown,
        revision_due=due,
        build=screen.build,
    )
