"""The sessions of the day beside the work card: in fixed order, with the pool's numbers left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, pgettext_lazy

from booking.domain.states import SESSION_OPEN
from hospital.common import clock
from queueing import selectors
from queueing.domain.advice import STEP_MIN, waiting_advice
from queueing.regions import LiveView
from queueing.selectors import DeskSession

SHOWN = frozenset({*SESSION_OPEN, "stopped", "closed"})
SHUT = {
    "stopped": gettext_lazy("Stopped"),
    "ended": pgettext_lazy("session", "Over"),
    "late": gettext_lazy("Registration over"),
    "full": gettext_lazy("Full"),
}
FEW = 3
QUIET = 4
"""With fewer sessions than this the later ones are unfolded."""


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session in the list, and what a walk-in would wait, rounded."""

    row: DeskSession
    digit: int | None
    """Its key now: one digit may be of a session that is over and of one that began later."""
    wait_min: int | None
    earliest: datetime | None
    latest: datetime | None

    @property
    def open(self) -> bool:
        """Whether a walk-in can be registered."""
        return not self.shut

    @property
    def shut(self) -> str:
        """Why no walk-in can be registered: ``stopped``, ``ended``, ``late``, ``full``; empty when one can."""
        if self.row.state not in SESSION_OPEN:
            return "stopped" if self.row.state == "stopped" else "ended"
        if self.row.late:
            return "late"
        return "" if self.row.pool_left > 0 else "full"

    @property
    def why(self) -> str:
        """``shut`` in words."""
        return str(SHUT.get(self.shut, ""))


def sessions_view() -> LiveView:
    """The sessions of the day with their pools, as the page and its own address show them."""
    now = clock.now()
    rows = selectors.desk_sessions(now=now)
    lines = session_lines(rows, now)
    context = {
        "lines": lines,
        "later": [row for row in rows if row.state in {"planned", "released"}],
        "quiet": len(lines) < QUIET,
        "few": FEW,
        "pool": sum(line.row.pool_left for line in lines),
    }
    html = mark_safe(render_to_string("queueing/_desk_sessions.html", context))  # noqa: S308 - our own template
    return LiveView(0, html, clock.local(now).isoformat(timespec="seconds"), frozenset())


def session_lines(rows: Sequence[DeskSession], now: datetime) -> list[SessionLine]:
    """The sessions that are on, over or stopped, each with rounded times."""
    shown = [row for row in rows if row.state in SHOWN]
    holders = {row.digit: row.code for row in shown}
    return [_line(row, row.digit if holders[row.digit] == row.code else None, now) for row in shown]


def _line(row: DeskSession, digit: int | None, now: datetime) -> SessionLine:
    told = waiting_advice(p20=row.expected_from, p80=row.expected_to, come_back_at=None, now=now)
    wait_min = None if row.wait_min is None else -(-row.wait_min // STEP_MIN) * STEP_MIN
    return SessionLine(row, digit, wait_min, told.earliest, told.latest)
