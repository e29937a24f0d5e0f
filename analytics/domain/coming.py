"""The walk-ins to expect on a day ahead, with an interval, from the counts of past sessions of the same periods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log
from typing import Final

SHARE: Final = 0.8
"""Of days that the interval shall hold: what a manager can plan by. Our choice."""
FEWEST_SESSIONS: Final = 2


@dataclass(frozen=True, slots=True)
class Spread:
    """A number to come: its mean and its variance, the uncertainty of the mean included."""

    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class Expected:
    """A number to come, with the ends of the interval that holds it on :data:`SHARE` of days."""

    mean: float
    low: int
    high: int


def next_count(counts: Sequence[int]) -> Spread | None:
    """What the next session of a period may bring.

    Parameters
    ----------
    counts : sequence of int
        Walk-ins of its past sessions.

    Returns
    -------
    Spread or None
        None with fewer than :data:`FEWEST_SESSIONS` sessions.

    Notes
    -----
    Our choice. Counts vary at least as a Poisson number does; where the sample varies more (weather, season), so
    does the forecast. The mean of n sessions is itself uncertain by 1/n of that.

    Examples
    --------
    >>> next_count([15, 15, 15, 15])
    Spread(mean=15.0, variance=18.75)
    >>> next_count([5, 25])
    Spread(mean=15.0, variance=300.0)
    >>> next_count([15]) is None
    True
    """
    n = len(counts)
    if n < FEWEST_SESSIONS:
        return None
    mean = sum(counts) / n
    sample = sum((count - mean) ** 2 for count in counts) / (n - 1)
    return Spread(mean, max(mean, sample) * (1 + 1 / n))


def expected_sum(parts: Iterable[Spread], share: float = SHARE) -> Expected:
    """The number that several sessions bring together.

    Parameters
    ----------
    parts : iterable of Spread
        One for each session, independent of each other.
    share : float
        Of outcomes that the interval holds, between 0 and 1.

    Returns
    -------
    Expected

    Notes
    -----
    A negative binomial number with the sum's mean and variance (a gamma-distributed rate), a Poisson one where the
    variance is no larger than the mean.

    Examples
    --------
    >>> expected_sum([Spread(15.0, 18.75), Spread(9.0, 9.5)])
    Expected(mean=24.0, low=17, high=31)
    >>> expected_sum([])
    Expected(mean=0.0, low=0, high=0)
    """
    known = list(parts)
    mean = sum((part.mean for part in known), 0.0)
    variance = sum((part.variance for part in known), 0.0)
    tail = (1 - share) / 2
    return Expected(mean, count_quantile(mean, variance, tail), count_quantile(mean, variance, 1 - tail))


def count_quantile(mean: float, variance: float, share: float) -> int:
    """The smallest number that a count does not pass with probability `share`.

    Parameters
    ----------
    mean, variance : float
        Of the count, not negative.
    share : float
        Between 0 and 1.

    Returns
    -------
    int

    Examples
    --------
    >>> count_quantile(9.0, 9.0, 0.5), count_quantile(9.0, 18.0, 0.9), count_quantile(0.0, 0.0, 0.9)
    (9, 15, 0)
    """
    if mean <= 0:
        return 0
    count, sum_so_far = 0, exp(_log_mass(0, mean, variance))
    while sum_so_far < share and count < 100 * (mean + 1):
        count += 1
        sum_so_far += exp(_log_mass(count, mean, variance))
    return count


def _log_mass(count: int, mean: float, variance: float) -> float:
    if variance <= mean * (1 + 1e-9):
        return count * log(mean) - mean - lgamma(count + 1)
    size = mean**2 / (variance - mean)
    chosen = lgamma(count + size) - lgamma(size) - lgamma(count + 1)
    return chosen + size * log(size / (size + mean)) + count * log(mean / (size + mean))
