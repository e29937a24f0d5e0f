"""The sessions of the day beside the work card: in fixed order, with the pool's numbers left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from booking.domain.states import SESSION_OPEN
from hospital.common import clock
from queueing import selectors
from queueing.domain.advice import STEP_MIN, waiting_advice
from queueing.regions import LiveView
from queueing.selectors import DeskSession

SHOWN = frozenset({*SESSION_OPEN, "stopped"})
KEYED = 9
"""Sessions with a digit of their own."""
FEW = 3
QUIET = 4
"""With fewer sessions than this the later ones are unfolded."""


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session in the list: its place (and key), what a walk-in would wait, rounded."""

    position: int
    row: DeskSession
    wait_min: int | None
    earliest: datetime | None
    latest: datetime | None

    @property
    def open(self) -> bool:
        """Whether a walk-in can be registered."""
        return self.row.state != "stopped" and self.row.pool_left > 0


def sessions_view() -> LiveView:
    """The sessions of the day with their pools, as the page and its own address show them."""
    now = clock.now()
    rows = selectors.desk_sessions(now=now)
    lines = session_lines(rows, now)
    context = {
        "lines": lines,
        "later": [row for row in rows if row.state in {"planned", "released"}],
        "quiet": len(lines) < QUIET,
        "keyed": KEYED,
        "few": FEW,
        "pool": sum(line.row.pool_left for line in lines if line.row.state != "stopped"),
    }
    html = mark_safe(render_to_string("queueing/_desk_sessions.html", context))  # noqa: S308 - our own template
    return LiveView(0, html, clock.local(now).isoformat(timespec="seconds"), frozenset())


def session_lines(rows: Sequence[DeskSession], now: datetime) -> list[SessionLine]:
    """The sessions that are on or were stopped, each with its key and rounded times."""
    shown = (row for row in rows if row.state in SHOWN)
    return [_line(position, row, now) for position, row in enumerate(shown, start=1)]


def _line(position: int, row: DeskSession, now: datetime) -> SessionLine:
    told = waiting_advice(p20=row.expected_from, p80=row.expected_to, come_back_at=None, now=now)
    wait_min = None if row.wait_min is None else -(-row.wait_min // STEP_MIN) * STEP_MIN
    return SessionLine(position, row, wait_min, told.earliest, told.latest)
