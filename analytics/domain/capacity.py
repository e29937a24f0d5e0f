"""How many patients an expert can see in a slot, and which rule says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import floor
from typing import Final

from analytics.domain.errors import NoHistory

LATE_START_MIN: Final = 10.0
FEW_CONSULTATIONS: Final = 10
ROUNDING: Final = 1e-9


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

    def __add__(self, other: Durations) -> Durations:
        return Durations(
            self.count + other.count,
            self.sum_min + other.sum_min,
            self.sum_squares_min + other.sum_squares_min,
        )


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
    """

    sessions: int
    seen: int
    start_delay_min: float


@dataclass(frozen=True, slots=True)
class Capacity:
    """The capacity of a slot, the rule that gave it and the mean length of a visit [min] behind it."""

    numbers: int
    rule: CapacityRule
    mean_duration_min: float
    consultations: int

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


def _mean_and_rule(slot: Durations, expert: Durations, department: Durations) -> tuple[float, CapacityRule]:
    for durations, rule in (
        (slot, CapacityRule.MEAN_DURATION),
        (expert, CapacityRule.EXPERT_MEAN),
        (department, CapacityRule.DEPARTMENT_MEAN),
    ):
        mean = durations.mean_min
        if mean is not None:
            return mean, rule
    raise NoHistory


def slot_capacity(
    length_min: float,
    slot: Durations,
    *,
    first: FirstSlot | None = None,
    expert: Durations | None = None,
    department: Durations | None = None,
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

    Returns
    -------
    Capacity
        NX_i, rounded down.

    Raises
    ------
    NoHistory
        When neither slot, expert nor department has a consultation of known length.

    Notes
    -----
    t / mean duration, and the mean number actually seen in the first slot "because many experts visit their
    own in-patients in the morning" (paper, section 3, table 2) are quoted. The criterion is ours: the
    number seen counts when the mean first start is more than 10 min after the opening and fewer are seen
    than t / mean duration.

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
    mean, rule = _mean_and_rule(slot, expert or Durations(), department or Durations())
    possible = length_min / mean
    if first and first.sessions and first.start_delay_min > LATE_START_MIN:
        seen = first.seen / first.sessions
        if seen < possible:
            return Capacity(rounded_down(seen), CapacityRule.MEAN_SEEN, mean, first.seen)
    return Capacity(rounded_down(possible), rule, mean, slot.count)
