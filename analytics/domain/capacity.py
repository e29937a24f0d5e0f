"""How many patients an expert can see in a slot, and which rule says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor, sqrt
from typing import Final

from analytics.domain.errors import NoHistory
from analytics.domain.intervals import Z_95, Interval, mean_interval, ratio_interval

LATE_START_MIN: Final = 10.0
FEW_CONSULTATIONS: Final = 10
ROUNDING: Final = 1e-9
SHORTEST_MEAN_MIN: Final = 0.5
"""Below it the source notes beginning and end at once, and no consultation has a known length."""


class CapacityRule(StrEnum):
    """Where a capacity comes from."""

    MEAN_SEEN = "mean_seen"
    MEAN_DURATION = "mean_duration"
    EXPERT_MEAN = "expert_mean"
    DEPARTMENT_MEAN = "department_mean"


@dataclass(frozen=True, slots=True)
class Durations:
    """Consultations with a known length: how many, their sum [min] and their sum of squares [min^2]."""

    count: int = 0
    sum_min: float = 0.0
    sum_squares_min: float = 0.0

    @property
    def mean_min(self) -> float | None:
        """Mean length [min], or None without a consultation."""
        return self.sum_min / self.count if self.count and self.sum_min > 0 else None

    @property
    def cv(self) -> float | None:
        """Standard deviation over mean, or None with fewer than two consultations.

        Examples
        --------
        >>> Durations(2, 12.0, 80.0).cv == (8**0.5) / 6
        True
        """
        mean = self.mean_min
        if mean is None or self.count < 2:
            return None
        variance = max(0.0, (self.sum_squares_min - self.count * mean**2) / (self.count - 1))
        return float(variance**0.5) / mean

    @classmethod
    def of_all(cls, parts: Iterable[Durations]) -> Durations:
        """Those of all parts together.

        Parameters
        ----------
        parts : iterable of Durations
            In any order.

        Returns
        -------
        Durations

        Examples
        --------
        >>> Durations.of_all([Durations(1, 5.0, 25.0), Durations(1, 7.0, 49.0)])
        Durations(count=2, sum_min=12.0, sum_squares_min=74.0)
        """
        count, total, squares = 0, 0.0, 0.0
        for part in parts:
            count += part.count
            total += part.sum_min
            squares += part.sum_squares_min
        return cls(count, total, squares)


NONE: Final = Durations()


@dataclass(frozen=True, slots=True)
class FirstSlot:
    """What past sessions showed of the opening.

    Parameters
    ----------
    sessions : int
        Sessions in which somebody was seen at all.
    seen : int
        Consultations begun in the first slot or before it, over those sessions.
    start_delay_min : float
        Mean of the first start minus the opening [min]; negative when the expert begins early.
    seen_each : sequence of int
        The same by session, for the interval; empty when only the sum is known.
    """

    sessions: int
    seen: int
    start_delay_min: float
    seen_each: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Capacity:
    """The capacity of a slot, the rule that gave it and the mean length of a visit [min] behind it.

    The intervals are 95 %; None where the history is too thin to give one.
    """

    numbers: int
    rule: CapacityRule
    mean_duration_min: float
    consultations: int
    mean_interval_min: Interval | None = None
    interval: tuple[int, int] | None = None

    @property
    def few_data(self) -> bool:
        """Whether too few consultations stand behind it to be trusted alone (our choice: fewer than 10)."""
        return self.consultations < FEW_CONSULTATIONS


def rounded_down(value: float) -> int:
    """The whole numbers in `value`, forgiving the last digits of a float: 60 / 5 min are 12 and never 11.

    Parameters
    ----------
    value : float
        Finite.

    Returns
    -------
    int

    Examples
    --------
    >>> rounded_down(60 / 5), rounded_down(11.9999999999), rounded_down(11.99), rounded_down(-0.5)
    (12, 12, 11, -1)
    """
    return floor(value + ROUNDING)


def _mean_and_rule(
    slot: Durations, expert: Durations, department: Durations
) -> tuple[Durations, float, CapacityRule]:
    for durations, rule in (
        (slot, CapacityRule.MEAN_DURATION),
        (expert, CapacityRule.EXPERT_MEAN),
        (department, CapacityRule.DEPARTMENT_MEAN),
    ):
        mean = durations.mean_min
        if mean is not None and mean >= SHORTEST_MEAN_MIN:
            return durations, mean, rule
    raise NoHistory


def _pooled_interval(durations: Durations) -> Interval | None:
    """Interval of a mean of which only the sums over all sessions are known."""
    mean, cv = durations.mean_min, durations.cv
    if mean is None or cv is None:
        return None
    reach = Z_95 * cv * mean / sqrt(durations.count)
    return max(mean / 2, mean - reach), mean + reach


def _seen_interval(first: FirstSlot) -> tuple[int, int] | None:
    found = mean_interval(first.seen_each)
    return found and (rounded_down(max(0.0, found[0])), rounded_down(found[1]))


def slot_capacity(
    length_min: float,
    slot: Durations,
    *,
    first: FirstSlot | None = None,
    expert: Durations | None = None,
    department: Durations | None = None,
    sessions: Sequence[Durations] = (),
) -> Capacity:
    """Number of patients the expert can see in one slot.

    Parameters
    ----------
    length_min : float
        Length t of this slot [min]; the last slot of a session may be shorter.
    slot : Durations
        Consultations of past sessions that began in this slot.
    first : FirstSlot, optional
        Given for slot 1 only: how late the expert starts and how many are seen there.
    expert, department : Durations, optional
        All consultations of the expert and of the department, used in this order where the slot has none.
    sessions : sequence of Durations
        `slot` by session, for the interval.

    Returns
    -------
    Capacity
        NX_i, rounded down, with 95 % intervals of the mean length and of the capacity itself.

    Raises
    ------
    NoHistory
        When neither slot, expert nor department has a consultation of known length.

    Notes
    -----
    t / mean duration, and the mean number actually seen in the first slot "because many experts visit their
    own in-patients in the morning" (paper, section 3, table 2) are quoted. The criterion is ours: the
    number seen counts when the mean first start is more than 10 min after the opening and fewer are seen
    than t / mean duration. Means of less than half a minute are no lengths of consultations.

    Examples
    --------
    >>> slot_capacity(60, Durations(10, 50.0)).numbers
    12
    >>> slot_capacity(60, Durations(10, 60.0)).numbers
    10
    >>> late = slot_capacity(60, Durations(20, 100.0), first=FirstSlot(10, 20, 48.0))
    >>> late.numbers, str(late.rule)
    (2, 'mean_seen')
    """
    used, mean, rule = _mean_and_rule(slot, expert or NONE, department or NONE)
    interval = ratio_interval([(each.sum_min, each.count) for each in sessions])
    if rule is not CapacityRule.MEAN_DURATION or interval is None:
        interval = _pooled_interval(used)
    possible = length_min / mean
    if first and first.sessions and first.start_delay_min > LATE_START_MIN:
        seen = first.seen / first.sessions
        if seen < possible:
            return Capacity(
                rounded_down(seen),
                CapacityRule.MEAN_SEEN,
                mean,
                first.seen,
                interval,
                _seen_interval(first),
            )
    numbers = interval and (rounded_down(length_min / interval[1]), rounded_down(length_min / interval[0]))
    return Capacity(rounded_down(possible), rule, mean, slot.count, interval, numbers)
