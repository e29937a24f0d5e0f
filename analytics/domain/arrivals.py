"""How many walk-ins a window brings: the arrival rate from full counts, and as the paper samples it.

Both read the same summary of history, the number of minutes of a window in which 0, 1, 2, 3 and 4 or more
walk-ins registered, together with the exact number of walk-ins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from analytics.domain.intervals import dispersion, poisson_interval

if TYPE_CHECKING:
    from numpy.random import Generator

CAP: Final = 4
SAMPLES: Final = 50


class Window(NamedTuple):
    """One window of one past session.

    Parameters
    ----------
    minutes : tuple of 5 int
        Minutes in which k = 0, 1, 2, 3 and "4 or more" walk-ins registered; they sum to
        the window's length [min].
    walk_ins : int
        Walk-ins registered in the window, counted without the cap.
    """

    minutes: tuple[int, int, int, int, int]
    walk_ins: int

    @property
    def length_min(self) -> int:
        """Length of the window [min]."""
        return sum(self.minutes)


@dataclass(frozen=True, slots=True)
class ArrivalRate:
    """An estimated rate of walk-ins with its 95 % interval [1/min] and what it rests on."""

    per_min: float
    low_per_min: float
    high_per_min: float
    walk_ins: int
    minutes: int


def window_of_minutes(counts: Iterable[int]) -> Window:
    """The window whose minutes had these numbers of walk-ins.

    Parameters
    ----------
    counts : iterable of int, one per minute
        Walk-ins registered in it, 0 or more.

    Returns
    -------
    Window

    Examples
    --------
    >>> window_of_minutes([0, 1, 0, 6])
    Window(minutes=(2, 1, 0, 0, 1), walk_ins=7)
    """
    minutes = [0] * (CAP + 1)
    walk_ins = 0
    for count in counts:
        minutes[min(count, CAP)] += 1
        walk_ins += count
    return Window((minutes[0], minutes[1], minutes[2], minutes[3], minutes[4]), walk_ins)


def capped_rate(minutes: Sequence[int]) -> float:
    """Walk-ins a minute from the numbers of sampled minutes with 0, 1, 2, 3 and 4 (or more) walk-ins.

    Parameters
    ----------
    minutes : sequence of int, shape (5,)
        n_k, the sampled minutes in which k walk-ins registered.

    Returns
    -------
    float
        sum(k * n_k) / sum(n_k) [1/min]; 0 when nothing was sampled.

    Notes
    -----
    Quoted from the paper (section 3, table 1): "when a sample holds 4 or more patients it is taken as 4".

    Examples
    --------
    >>> capped_rate([450, 34, 10, 3, 3])
    0.15
    >>> round(capped_rate([450, 34, 10, 3, 3]) * 60, 9)
    9.0
    """
    sampled = sum(minutes)
    return sum(k * n for k, n in enumerate(minutes)) / sampled if sampled else 0.0


def _rate(walk_ins: int, minutes: int, spread: float = 1.0) -> ArrivalRate:
    if not minutes:
        return ArrivalRate(0.0, 0.0, 0.0, 0, 0)
    low, high = (bound * spread / minutes for bound in poisson_interval(walk_ins / spread))
    return ArrivalRate(walk_ins / minutes, low, high, walk_ins, minutes)


def full_counts(windows: Iterable[Window]) -> ArrivalRate:
    """Arrival rate from every minute of the windows, without the cap (the default).

    Parameters
    ----------
    windows : iterable of Window
        The same window of every past session.

    Returns
    -------
    ArrivalRate
        0 with an empty interval when there is no minute.

    Notes
    -----
    Our choice: the same events as the paper's sampling, a 10-40 % smaller standard error and no bias from
    the cap. Where sessions differ more than chance lets them, the interval is wider by the root of their
    dispersion.

    Examples
    --------
    >>> full_counts([Window((55, 3, 0, 0, 2), 15), Window((57, 3, 0, 0, 0), 3)]).per_min
    0.15
    """
    sessions = [(window.walk_ins, window.length_min) for window in windows]
    walk_ins = sum(events for events, _ in sessions)
    return _rate(walk_ins, sum(minutes for _, minutes in sessions), dispersion(sessions))


def paper_sampling(windows: Iterable[Window], generator: Generator, samples: int = SAMPLES) -> ArrivalRate:
    """Arrival rate from random minutes of each window, counts of 4 and more taken as 4, as the paper does it.

    Parameters
    ----------
    windows : iterable of Window
        The same window of every past session.
    generator : numpy.random.Generator
        Seeded by the caller: the same seed gives the same rate.
    samples : int
        Minutes drawn from each window, without replacement; all of them where the window is shorter.

    Returns
    -------
    ArrivalRate

    Notes
    -----
    Quoted from the paper (section 3): 50 samples of one minute in each window of each service period.
    Drawing minutes without replacement from a window whose counts are known is one draw from the
    multivariate hypergeometric distribution of those counts, so that the daily summary is enough and single
    minutes need not be kept.

    Examples
    --------
    >>> from numpy.random import default_rng
    >>> paper_sampling([Window((50, 8, 1, 1, 0), 13)], default_rng(1), samples=60).per_min == 13 / 60
    True
    """
    drawn = [0] * (CAP + 1)
    for window in windows:
        size = min(samples, window.length_min)
        if size:
            sample = generator.multivariate_hypergeometric(window.minutes, size)
            drawn = [total + int(count) for total, count in zip(drawn, sample, strict=True)]
    return _rate(sum(k * n for k, n in enumerate(drawn)), sum(drawn))
