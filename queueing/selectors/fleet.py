"""Every screen for the managers' page: when it was last alive, what it said of itself, what is probably wrong."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hospital.common import history
from hospital.common.models import StateChange
from hospital.common.policy import policy
from queueing.models import Screen, ScreenGap
from queueing.selectors.rows import BoardRow, rows_of_departments, rows_of_rooms
from queueing.selectors.screens import ScreenBoard, days_shown, revision_of, screen_board, screen_by_code

SILENT_AFTER_S = 120
TIMELINE = timedelta(hours=24)
CHANGES_SHOWN = 3
PROBLEMS = ("silent", "stale", "muted", "never", "ok", "revoked")
"""The states, the worst first."""
SOUNDS = {
    "voice": _("voice"),
    "clips": _("voice of the server"),
    "chime": _("chime"),
    "locked": _("not turned on"),
    "off": _("none"),
}


@dataclass(frozen=True, slots=True)
class FleetGap:
    """A piece of the last day without a signal, in thousandths of the day from its beginning."""

    start: int
    width: int


@dataclass(frozen=True, slots=True)
class FleetScreen:
    """One screen on the managers' page."""

    code: str
    name: str
    place: str
    layout: str
    rooms: tuple[str, ...]
    department: str
    numbers_only: bool
    sound: str
    sound_state: str
    size: str
    created_at: datetime
    last_seen_at: datetime | None
    age_s: int | None
    latency_ms: int | None
    state: str
    revision_shown: int | None
    revision_due: int
    build: str
    gaps: tuple[FleetGap, ...]

    @property
    def is_alive(self) -> bool:
        """Whether it gave a sign of life just now."""
        return self.state in {"ok", "muted"} or (self.state == "stale" and bool(self.behind))

    @property
    def layout_label(self) -> str:
        """The layout in the reader's language."""
        return str(Screen.Layout(self.layout).label)

    @property
    def sound_label(self) -> str:
        """What it can make heard, as far as is known."""
        return str(SOUNDS.get(self.sound_state, "–")) if self.is_alive else "–"

    @property
    def latency_s(self) -> str:
        """How long its answer to a ping took."""
        return f"{max(0.1, (self.latency_ms or 0) / 1000):.1f}"

    @property
    def short_shown(self) -> int | None:
        """What it shows, as a number that people can compare."""
        return self.revision_shown % 1_000_000 if self.revision_shown else None

    @property
    def short_due(self) -> int:
        """What it should show."""
        return self.revision_due % 1_000_000

    @property
    def day_label(self) -> str:
        """The last day in words."""
        return str(
            ngettext("%(n)s time without a signal", "%(n)s times without a signal", len(self.gaps))
            % {"n": len(self.gaps)}
        )

    @property
    def behind(self) -> int:
        """How many changes it has not shown yet."""
        return max(0, self.revision_due - (self.revision_shown or 0)) if self.revision_shown else 0

    def fits(self, text: str) -> bool:
        """Whether its name or place holds ``text``."""
        return text.casefold() in f"{self.name} {self.place}".casefold()

    @property
    def is_problem(self) -> bool:
        """Whether somebody should go and look."""
        return self.state in {"silent", "stale", "muted"}


@dataclass(frozen=True, slots=True)
class FleetPanel:
    """One screen in detail: what it shows, and what is probably wrong."""

    screen: FleetScreen
    board: ScreenBoard
    cause: str
    """``alone`` (others work, this one does not), ``all`` (no screen works), ``slow``, ``muted`` or empty."""
    neighbour: str
    """A screen that works, at the same place if there is one."""
    changes: tuple[StateChange, ...]


def fleet_with_panel(*, code: str, now: datetime) -> tuple[list[FleetScreen], FleetPanel | None]:
    """Every screen, and the one with ``code`` (else the first that stands) in detail."""
    fleet = screens_fleet(now=now)
    standing = [one for one in fleet if one.state != "revoked"]
    chosen = next((one for one in standing if one.code == code), None) or next(iter(standing), None)
    if chosen is None:
        return fleet, None
    screen = screen_by_code(code=chosen.code)
    working = [one for one in standing if one.state in {"ok", "muted"} and one.code != chosen.code]
    near = [one for one in working if chosen.place and one.place == chosen.place]
    return fleet, FleetPanel(
        screen=chosen,
        board=screen_board(screen=screen, now=now),
        cause=_cause(chosen, alone=bool(working)),
        neighbour=(near or working)[0].name if working else "",
        changes=tuple(history.of(screen).order_by("-pk")[:CHANGES_SHOWN]),
    )


def _cause(screen: FleetScreen, *, alone: bool) -> str:
    if screen.state == "silent" or (screen.state == "stale" and not screen.behind):
        return "alone" if alone else "all"
    return {"stale": "slow", "muted": "muted"}.get(screen.state, "")


def screens_fleet(*, now: datetime) -> list[FleetScreen]:
    """Every screen, problems first; a constant number of queries."""
    screens = list(Screen.objects.select_related("department").prefetch_related("rooms__room"))
    due = _Due(screens, now)
    gaps = _gaps(now)
    stale_s = policy().screen_stale_s
    fleet = [_fleet_screen(screen, due.revision(screen), gaps[screen.pk], stale_s, now) for screen in screens]
    return sorted(fleet, key=lambda one: (PROBLEMS.index(one.state), one.name, one.code))


class _Due:
    """The revision that each screen should show."""

    def __init__(self, screens: Sequence[Screen], now: datetime) -> None:
        self.now = now
        days = days_shown(now)
        in_rooms = rows_of_rooms(screen_ids=[one.pk for one in screens], days=days)
        self.by_room = _grouped(in_rooms, lambda row: row.room_id)
        departments = {one.department_id for one in screens if one.department_id is not None}
        in_departments = rows_of_departments(department_ids=departments, days=days)
        self.by_department = _grouped(in_departments, lambda row: row.department_id)

    def revision(self, screen: Screen) -> int:
        if screen.layout == Screen.Layout.DEPARTMENT and screen.department_id is not None:
            return revision_of(self.by_department[screen.department_id], self.now)
        places = screen.rooms.all()
        return revision_of((row for place in places for row in self.by_room[place.room_id]), self.now)


def _grouped(rows: Iterable[BoardRow], key: Callable[[BoardRow], int]) -> dict[int, list[BoardRow]]:
    groups: dict[int, list[BoardRow]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _gaps(now: datetime) -> dict[int, list[ScreenGap]]:
    found: dict[int, list[ScreenGap]] = defaultdict(list)
    for gap in ScreenGap.objects.filter(ends_at__gt=now - TIMELINE):
        found[gap.screen_id].append(gap)
    return found


def _fleet_screen(
    screen: Screen, due: int, gaps: list[ScreenGap], stale_s: int, now: datetime
) -> FleetScreen:
    seen = screen.last_seen_at
    age_s = None if seen is None else int((now - seen).total_seconds())
    spans = [(gap.begins_at, gap.ends_at) for gap in gaps]
    if seen is not None and age_s is not None and age_s > stale_s:
        spans.append((seen, now))
    return FleetScreen(
        code=screen.code,
        name=screen.name,
        place=screen.place,
        layout=screen.layout,
        rooms=tuple(place.room.name for place in screen.rooms.all()),
        department=screen.department.label if screen.department else "",
        numbers_only=screen.numbers_only,
        sound=screen.sound,
        sound_state=screen.sound_state,
        size=screen.size,
        created_at=screen.created_at,
        last_seen_at=seen,
        age_s=age_s,
        latency_ms=screen.latency_ms,
        state=_state(screen, age_s, due, stale_s),
        revision_shown=screen.revision_shown,
        revision_due=due,
        build=screen.build,
        gaps=tuple(_piece(begin, end, now) for begin, end in spans),
    )


def _state(screen: Screen, age_s: int | None, due: int, stale_s: int) -> str:
    if screen.revoked_at is not None:
        return "revoked"
    if age_s is None:
        return "never"
    if age_s > SILENT_AFTER_S:
        return "silent"
    behind = screen.revision_shown is not None and screen.revision_shown < due
    if age_s > stale_s or (behind and age_s > 0):
        return "stale"
    muted = screen.sound != Screen.Sound.OFF and screen.sound_state == "locked"
    return "muted" if muted else "ok"


def _piece(begin: datetime, end: datetime, now: datetime) -> FleetGap:
    start = max(0, round((begin - now + TIMELINE) / TIMELINE * 1000))
    stop = min(1000, round((end - now + TIMELINE) / TIMELINE * 1000))
    return FleetGap(min(start, 992), max(8, stop - start))
