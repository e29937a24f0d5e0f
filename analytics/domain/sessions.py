"""The past sessions that a plan rests on: which period, which sessions, what must be said about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from analytics.domain.bins import BIN_MIN, Bin, Span, slot_spans
from analytics.domain.capacity import NONE, Durations
from analytics.domain.rates import Forgetting
from analytics.domain.services_fit import Lengths

MIN_SESSIONS: Final = 4
WINDOW_WEEKS: Final = 13
RATE_WEEKS: Final = 52
DAY_MIN: Final = 24 * 60


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
    NOTHING_BOOKABLE = "nothing_bookable"
    STALE = "history_ended"
    CHANGED = "walk_ins_changed"
    UNEVEN_DAYS = "uneven_days"
    CHANNEL_PARTLY = "channel_partly_unknown"
    LENGTHS_MISSING = "lengths_missing"
    LENGTHS_ODD = "lengths_odd"


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
        """T [min]."""
        return length_between(self.opens_at, self.closes_at)

    @property
    def pre_opening_min(self) -> int:
        """Minutes of walk-in registration before the opening."""
        return (_minutes(self.opens_at) - _minutes(self.walk_in_opens_at)) % DAY_MIN

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


def length_between(opens_at: time, closes_at: time) -> int:
    """How long a period is open; one that ends at or before its opening ends the next day.

    Parameters
    ----------
    opens_at, closes_at : time
        On the hospital's wall clock.

    Returns
    -------
    int
        1 to 1440 [min].

    Examples
    --------
    >>> length_between(time(8), time(12)), length_between(time(20), time(2)), length_between(time(8), time(8))
    (240, 360, 1440)
    """
    return (_minutes(closes_at) - _minutes(opens_at)) % DAY_MIN or DAY_MIN


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
    no_shows: int = 0


@dataclass(frozen=True, slots=True)
class LongHistory:
    """The sessions that a rate which forgets is estimated from, up to the day before `as_of`."""

    sessions: Sequence[PastSession]
    as_of: date
    forgetting: Forgetting


@dataclass(frozen=True, slots=True)
class History:
    """The sessions that a plan rests on, and what to fall back to.

    Parameters
    ----------
    sessions : sequence of PastSession
        Oldest first.
    warnings : tuple of Warned
        What is known of their choice.
    expert, department : Durations
        All consultations of both, for slots that have none.
    lengths : sequence of Lengths
        Of each slot's consultations; empty where nobody looked.
    long : LongHistory, optional
        For the estimator that forgets.
    """

    sessions: Sequence[PastSession]
    warnings: tuple[Warned, ...] = ()
    expert: Durations = NONE
    department: Durations = NONE
    lengths: Sequence[Lengths] = ()
    long: LongHistory | None = None


class Weekly(Protocol):
    """Something that happened on a weekday (1 = Monday)."""

    @property
    def weekday(self) -> int:
        """1 = Monday."""
        ...


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
