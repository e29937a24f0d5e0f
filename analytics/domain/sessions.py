"""The past sessions that a plan rests on: which period, which sessions, what must be said about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from analytics.domain.bins import BIN_MIN, Bin, Span, slot_spans
from analytics.domain.capacity import NONE, Durations

MIN_SESSIONS: Final = 4
WINDOW_WEEKS: Final = 13


class Warned(StrEnum):
    """What a manager must know before trusting a plan."""

    POOLED_WEEKDAYS = "pooled_weekdays"
    POOLED_DEPARTMENT = "pooled_department"
    FEW_SESSIONS = "few_sessions"
    NO_WALK_INS = "no_walk_in_history"
    CHANNEL_UNKNOWN = "channel_unknown"
    SYNTHETIC = "synthetic_history"
    ABOVE_CAPACITY = "appointments_exceed_capacity"
    LAST_ABOVE_CAPACITY = "last_slot_exceeds_capacity"


@dataclass(frozen=True, slots=True)
class Period:
    """The recurring service period that a plan is for; times are the hospital's."""

    weekday: int
    opens_at: time
    closes_at: time
    walk_in_opens_at: time
    slot_min: int

    @property
    def length_min(self) -> int:
        """T [min]; a period that ends at or before its opening ends the next day."""
        length = _minutes(self.closes_at) - _minutes(self.opens_at)
        return length if length > 0 else length + 24 * 60

    @property
    def pre_opening_min(self) -> int:
        """Minutes of walk-in registration before the opening."""
        return (_minutes(self.opens_at) - _minutes(self.walk_in_opens_at)) % (24 * 60)

    def starts(self) -> tuple[time, ...]:
        """Start of each slot.

        Returns
        -------
        tuple of time, shape (M,)
            On the hospital's wall clock.

        Examples
        --------
        >>> [f"{start:%H:%M}" for start in Period(1, time(8), time(9, 30), time(7), 60).starts()]
        ['08:00', '09:00']
        """
        opening = datetime.combine(date.min, self.opens_at)
        return tuple(
            (opening + timedelta(minutes=span.start_min)).time()
            for span in slot_spans(self.length_min, self.slot_min)
        )


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


@dataclass(frozen=True, slots=True)
class PastSession:
    """One session of history: its bins, when registration was open, and how it went."""

    day: date
    weekday: int
    observed: Span
    bins: Sequence[Bin]
    first_start_min: float | None
    live_appointments: int
    unknown_channel: int
    known_channel: int
    synthetic: bool = False
    bin_min: int = BIN_MIN


@dataclass(frozen=True, slots=True)
class History:
    """The sessions that a plan rests on, and what to fall back to."""

    sessions: Sequence[PastSession]
    warnings: tuple[Warned, ...] = ()
    expert: Durations = NONE
    department: Durations = NONE


class Weekly(Protocol):
    """Something that happened on a weekday (1 = Monday)."""

    weekday: int


Past = TypeVar("Past", bound=Weekly)


def choose_sessions(
    own: Sequence[Past],
    department: Sequence[Past],
    weekday: int,
    min_sessions: int = MIN_SESSIONS,
) -> tuple[Sequence[Past], tuple[Warned, ...]]:
    """The sessions to use: this weekday's, else all weekdays', else the department's; the plan says which.

    Parameters
    ----------
    own, department : sequence
        Sessions of this opening time in the weeks before the plan, of the expert and of the whole department.
    weekday : int
        1 = Monday.
    min_sessions : int
        How many sessions are enough.

    Returns
    -------
    tuple of (sequence, tuple of Warned)
        The sessions, and what a manager must know about the choice.

    Notes
    -----
    Our choice: four sessions at least; the paper pools the mornings of one month.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> mondays, fridays = ([SimpleNamespace(weekday=day)] * 3 for day in (1, 5))
    >>> found, warned = choose_sessions([*mondays, *fridays], [], weekday=1)
    >>> len(found), warned
    (6, (<Warned.POOLED_WEEKDAYS: 'pooled_weekdays'>,))
    """
    same = [session for session in own if session.weekday == weekday]
    if len(same) >= min_sessions:
        return same, ()
    few = Warned.FEW_SESSIONS
    if len(own) >= min_sessions:
        return own, (Warned.POOLED_WEEKDAYS,)
    if len(department) > len(own):
        pooled = Warned.POOLED_DEPARTMENT
        return department, (pooled,) if len(department) >= min_sessions else (pooled, few)
    return own, (few,) if len(same) == len(own) else (Warned.POOLED_WEEKDAYS, few)
