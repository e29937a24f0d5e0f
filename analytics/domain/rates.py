"""Walk-in rates that forget: a discounted Gamma-Poisson model with the department as its prior.

The paper leaves open how much history an estimate needs. A fixed window is too long after a change and too short
in quiet times; here a session's weight halves with every half-life that has passed, and the half-life is
chosen from the department's own history (``analytics.domain.drift``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from analytics.domain.arrivals import ArrivalRate, Window
from analytics.domain.intervals import poisson_interval


@dataclass(frozen=True, slots=True)
class Prior:
    """A gamma distribution of the rate: `shape` walk-ins in `minutes` minutes, as if they had been counted."""

    shape: float
    minutes: float


VAGUE: Final = Prior(0.5, 0.0)
"""Jeffreys' prior: what is known of a rate that nothing is known of."""


@dataclass(frozen=True, slots=True)
class Aged:
    """A window of a past session and how many whole weeks ago it was; 0 is the last week."""

    window: Window
    weeks: int


@dataclass(frozen=True, slots=True)
class Forgetting:
    """How fast a department's history is forgotten, by window, the one before the opening first.

    Parameters
    ----------
    half_lives_weeks : tuple of float
        Infinite keeps all alike.
    priors : tuple of Prior
        What the department's sessions say of each window.
    spreads : tuple of float
        How many times the variance of the posterior its forecasts had, because rates move.
    """

    half_lives_weeks: tuple[float, ...]
    priors: tuple[Prior, ...]
    spreads: tuple[float, ...]


def age_weeks(day: date, as_of: date) -> int:
    """How many whole weeks ago a session was; 0 is the last week before `as_of`.

    Parameters
    ----------
    day, as_of : date
        The session's day, and the day that is estimated for, which is later.

    Returns
    -------
    int

    Examples
    --------
    >>> age_weeks(date(2018, 11, 29), date(2018, 11, 30)), age_weeks(date(2018, 11, 22), date(2018, 11, 30))
    (0, 1)
    """
    return ((as_of - day).days - 1) // 7


def weight(weeks: float, half_life_weeks: float) -> float:
    """What a session of `weeks` weeks ago still counts.

    Parameters
    ----------
    weeks : float
        Age, 0 or more.
    half_life_weeks : float
        Above 0; infinite keeps all alike.

    Returns
    -------
    float
        In (0, 1].

    Examples
    --------
    >>> weight(0, 4), weight(4, 4), weight(8, 4), weight(52, float("inf"))
    (1.0, 0.5, 0.25, 1.0)
    """
    return float(0.5 ** (weeks / half_life_weeks))


def discounted(
    windows: Iterable[Aged], half_life_weeks: float, prior: Prior = VAGUE, spread: float = 1.0
) -> ArrivalRate:
    """Arrival rate after the weighted walk-ins and minutes of past windows are added to the prior.

    Parameters
    ----------
    windows : iterable of Aged
        The same window of past sessions, in any order.
    half_life_weeks : float
        After so many weeks a session counts half; infinite keeps all alike.
    prior : Prior
        What the department's other sessions say of this window.
    spread : float
        How many times the posterior's variance the interval allows for, 1 or more.

    Returns
    -------
    ArrivalRate
        Mean and central 95 % interval of the gamma posterior; what it rests on is counted without weights.
        0 with an empty interval when neither history nor prior has a minute.

    Notes
    -----
    Our choice: power discounting of a conjugate model (West and Harrison 1997, chapter 10; Smith and Miller
    1986). The interval is that of the rate now: it is as wide as the weighted history is thin.

    Examples
    --------
    >>> months = [Aged(Window((57, 3, 0, 0, 0), 3), weeks) for weeks in range(26)]
    >>> lately = [Aged(Window((51, 9, 0, 0, 0), 9), weeks) for weeks in range(4)] + months[4:]
    >>> round(discounted(lately, 2.0).per_min * 60, 1), round(discounted(lately, 32.0).per_min * 60, 1)
    (7.6, 4.2)
    >>> round(discounted([], 8.0, Prior(6.0, 120.0)).per_min * 60, 1)
    3.0
    """
    from scipy.special import gammaincinv

    walk_ins = minutes = 0
    shape, exposure = prior.shape, prior.minutes
    for aged in windows:
        counts = weight(aged.weeks, half_life_weeks)
        walk_ins += aged.window.walk_ins
        minutes += aged.window.length_min
        shape += counts * aged.window.walk_ins
        exposure += counts * aged.window.length_min
    if exposure <= 0:
        return ArrivalRate(0.0, 0.0, 0.0, walk_ins, minutes)
    if shape <= 0:
        return ArrivalRate(0.0, 0.0, poisson_interval(0)[1] / exposure, walk_ins, minutes)
    low, high = (float(gammaincinv(shape / spread, chance)) * spread / exposure for chance in (0.025, 0.975))
    return ArrivalRate(shape / exposure, low, high, walk_ins, minutes)
