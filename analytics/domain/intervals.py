"""How far a figure from few sessions may be off: 95 % intervals, and how much sessions differ beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import exp, sqrt
from typing import Final

from queueing.domain.clusters import clustered_error

Z_95: Final = 1.959964
NOISE_SE: Final = 2.0
"""A simulated difference of fewer standard errors is none (our choice)."""
FEWEST_SESSIONS: Final = 4
"""Below so many sessions nothing is said of how they differ."""

Interval = tuple[float, float]


def poisson_interval(count: float, z: float = Z_95) -> Interval:
    """Interval of a Poisson mean of which `count` events were seen.

    Parameters
    ----------
    count : float
        Events seen, 0 or more; not whole where they were divided by a dispersion.
    z : float
        Standard normal quantile of the interval; 1.96 for 95 %.

    Returns
    -------
    tuple of (float, float)
        Low and high bound of the mean number of events.

    Notes
    -----
    Our choice: Byar's approximation to the exact interval (Rothman and Boice 1979), within 1 % of it from 1
    event on.

    Examples
    --------
    >>> low, high = poisson_interval(117)
    >>> round(low / 13, 1), round(high / 13, 1)
    (7.4, 10.8)
    >>> poisson_interval(0)[0]
    0.0
    """
    upper = count + 1
    high = upper * (1 - 1 / (9 * upper) + z / (3 * sqrt(upper))) ** 3
    if count <= 0:
        return 0.0, high
    low = count * max(0.0, 1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3
    return low, high


def is_noise(difference: float | None, error: float | None) -> bool:
    """Whether a simulated difference is none, not known, or less than two of its standard errors.

    Parameters
    ----------
    difference, error : float or None
        In one unit.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_noise(-3.0, 1.0), is_noise(1.9, 1.0), is_noise(0.0, 0.0), is_noise(None, None)
    (False, True, True, True)
    """
    return not difference or error is None or abs(difference) < NOISE_SE * error


def dispersion(sessions: Sequence[tuple[float, float]]) -> float:
    """How much more the sessions' counts differ than chance alone lets them: 1 for Poisson counts.

    Parameters
    ----------
    sessions : sequence of (float, float)
        Events and exposure [min] of each session.

    Returns
    -------
    float
        Pearson's chi-square over its degrees of freedom, never below 1; 1 with fewer than 4 sessions.

    Notes
    -----
    Our choice (quasi-Poisson): days differ (weather, market days, holidays), and an interval that takes every
    walk-in for an independent event is then too narrow.

    Examples
    --------
    >>> dispersion([(9, 60), (9, 60), (9, 60), (9, 60)])
    1.0
    >>> dispersion([(2, 60), (16, 60), (2, 60), (16, 60)]) > 5
    True
    """
    open_ones = [(events, minutes) for events, minutes in sessions if minutes > 0]
    total = sum(events for events, _ in open_ones)
    if len(open_ones) < FEWEST_SESSIONS or total <= 0:
        return 1.0
    rate = total / sum(minutes for _, minutes in open_ones)
    pearson = sum((events - rate * minutes) ** 2 / (rate * minutes) for events, minutes in open_ones)
    return max(1.0, pearson / (len(open_ones) - 1))


@lru_cache(maxsize=1000)
def _student_95(degrees: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.975))


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Interval of the mean of independent values.

    Parameters
    ----------
    values : sequence of float
        One a session, of either sign.

    Returns
    -------
    tuple of (float, float) or None
        None with fewer than two values.

    Examples
    --------
    >>> low, high = mean_interval([40.0, 50.0, 44.0, 58.0])
    >>> round(low, 1), round(high, 1)
    (35.5, 60.5)
    """
    count = len(values)
    if count < 2:
        return None
    mean = sum(values) / count
    variance = sum((value - mean) ** 2 for value in values) / (count - 1)
    reach = _student_95(count - 1) * sqrt(variance / count)
    return mean - reach, mean + reach


def ratio_interval(sessions: Sequence[tuple[float, float]]) -> Interval | None:
    """Interval of a mean over events that come in sessions, such as minutes a consultation.

    Parameters
    ----------
    sessions : sequence of (float, float)
        The sum and the number of events of each session; sessions without an event say nothing.

    Returns
    -------
    tuple of (float, float) or None
        Bounds above 0; None with fewer than two sessions or a sum of 0.

    Notes
    -----
    Our choice: clustered by session, since one morning's consultations are alike, and symmetric in the
    logarithm, since lengths are above 0.

    Examples
    --------
    >>> low, high = ratio_interval([(60.0, 12), (66.0, 11), (50.0, 10)])
    >>> 4 < low < 176 / 33 < high < 7
    True
    >>> ratio_interval([(60.0, 12)]) is None
    True
    """
    known = [(total, count) for total, count in sessions if count > 0]
    events = sum(count for _, count in known)
    mean = sum(total for total, _ in known) / events if events else 0.0
    if len(known) < 2 or mean <= 0:
        return None
    squares = sum((total - mean * count) ** 2 for total, count in known)
    error = clustered_error(squares, len(known), events)
    reach = exp(_student_95(len(known) - 1) * error / mean)
    return mean / reach, mean * reach
