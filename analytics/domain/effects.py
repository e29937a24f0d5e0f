"""What changed when quotas came into force: medians, shares and counts before and after, with 95 % intervals.

The patients of one session share its luck, so every standard error is clustered by session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from analytics.domain.intervals import Z_95
from queueing.domain.clusters import clustered_error

Waits = Sequence[Sequence[float]]
"""The waits [min] of each session's patients."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """A figure before and after, and the difference with its 95 % interval."""

    before: float
    after: float
    difference: float
    low: float
    high: float

    @property
    def is_noise(self) -> bool:
        """Whether the interval holds zero."""
        return self.low <= 0 <= self.high


def quantile(ordered: Sequence[float], share: float) -> float:
    """A quantile by linear interpolation, as PostgreSQL's ``percentile_cont`` gives it.

    Parameters
    ----------
    ordered : sequence of float
        At least one value, ascending.
    share : float
        From 0 to 1; what lies outside counts as the nearer end.

    Returns
    -------
    float

    Examples
    --------
    >>> quantile([1.0, 2.0, 4.0], 0.5), quantile([1.0, 2.0], 0.25), quantile([3.0], 0.9)
    (2.0, 1.25, 3.0)
    """
    place = min(1.0, max(0.0, share)) * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def share_of(totals: Sequence[tuple[float, int]]) -> Figure:
    """A ratio of sums over sessions: a mean, or a share.

    Parameters
    ----------
    totals : sequence of (float, int), one per session
        The session's sum, and the number of patients that it is over; at least one patient in all.

    Returns
    -------
    Figure
        Ratio estimator with its linearised standard error clustered by session; with one session the interval is
        the value itself (nothing is known of its error).

    Examples
    --------
    >>> share_of([(2, 4), (4, 8)])
    Figure(value=0.5, low=0.5, high=0.5)
    >>> found = share_of([(1, 4), (3, 4)])
    >>> found.value, round(found.high, 2)
    (0.5, 0.99)
    """
    n = sum(number for _total, number in totals)
    value = sum(total for total, _number in totals) / n
    squares = sum((total - value * number) ** 2 for total, number in totals)
    half = Z_95 * clustered_error(squares, len(totals), n)
    return Figure(value, value - half, value + half)


def median_of(sessions: Waits) -> Figure:
    """The median of all patients' waits.

    Parameters
    ----------
    sessions : sequence of sequences of float
        The waits of each session's patients [min]; at least one in all.

    Returns
    -------
    Figure
        Woodruff's: the clustered interval of the share of patients below the median, read off the distribution.

    Examples
    --------
    >>> median_of([[10.0, 20.0, 30.0], [12.0, 22.0, 32.0]]).value
    21.0
    """
    ordered = sorted(wait for session in sessions for wait in session)
    median = quantile(ordered, 0.5)
    share = share_of([(sum(wait <= median for wait in session), len(session)) for session in sessions])
    half = share.high - share.value
    return Figure(median, quantile(ordered, 0.5 - half), quantile(ordered, 0.5 + half))


def effect(before: Figure, after: Figure) -> Effect:
    """The difference of two independent figures.

    Parameters
    ----------
    before, after : Figure
        Each with its 95 % interval, of different sessions.

    Returns
    -------
    Effect
        The interval by the method of variance estimates recovery (Zou and Donner 2008), which keeps the lopsided
        intervals of medians.

    Examples
    --------
    >>> effect(Figure(80.0, 76.0, 84.0), Figure(50.0, 47.0, 53.0))
    Effect(before=80.0, after=50.0, difference=-30.0, low=-35.0, high=-25.0)
    """
    low = sqrt((after.value - after.low) ** 2 + (before.high - before.value) ** 2)
    high = sqrt((after.high - after.value) ** 2 + (before.value - before.low) ** 2)
    difference = after.value - before.value
    return Effect(before.value, after.value, difference, difference - low, difference + high)


def median_effect(before: Waits, after: Waits) -> Effect:
    """How the median wait changed.

    Parameters
    ----------
    before, after : sequence of sequences of float
        The waits of each session's patients [min]; at least one patient each.

    Returns
    -------
    Effect
        In minutes.

    Examples
    --------
    >>> change = median_effect([[60.0, 62.0], [61.0, 63.0]], [[30.0, 32.0], [31.0, 33.0]])
    >>> change.difference, change.is_noise
    (-30.0, False)
    """
    return effect(median_of(before), median_of(after))


def long_effect(before: Waits, after: Waits, longer_than_min: float) -> Effect:
    """How the share of long waits changed.

    Parameters
    ----------
    before, after : sequence of sequences of float
        The waits of each session's patients [min]; at least one patient each.
    longer_than_min : float
        What counts as long [min].

    Returns
    -------
    Effect
        Shares from 0 to 1.

    Examples
    --------
    >>> long_effect([[70.0, 50.0], [80.0, 10.0]], [[20.0], [30.0]], 60).difference
    -0.5
    """

    def share(sessions: Waits) -> Figure:
        return share_of([(sum(wait > longer_than_min for wait in one), len(one)) for one in sessions])

    return effect(share(before), share(after))
