"""How fast a department's walk-ins change: the half-lives that would have foreseen each week best.

Arrays have the axes of ``analytics.domain.posteriors``.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.domain.posteriors import Array, Counts, Sums, department_priors, forecasts, posteriors
from analytics.domain.rates import Forgetting, Prior, weight

HALF_LIVES: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, inf)
"""Half-lives to choose from [weeks]."""
BURN_IN_WEEKS: Final = 4
"""Weeks before the first forecast that is judged."""
DEFAULT_HALF_LIFE: Final = 8.0
"""Where a department's history is too short to choose."""
CHANCE: Final = 2.0
"""By how much more deviance a longer half-life is still taken for as good as the best."""
WIDEST: Final = 10.0
"""How many times the variance of a posterior may be widened."""
JUDGED_HALF_LIFE: Final = 26.0
"""After so many weeks a forecast counts half in the choice."""

Places = NDArray[np.intp]


def deviance(walk_ins: Array, expected: Array) -> Array:
    """How badly counts were foreseen: the Poisson deviance of each.

    Parameters
    ----------
    walk_ins, expected : array
        What came, and what was expected, above 0 where it is judged.

    Returns
    -------
    array
        0 for a perfect forecast; 0 as well where nothing was expected because nothing could come.

    Examples
    --------
    >>> [round(each, 2) for each in deviance(np.array([3.0, 0.0, 9.0]), np.array([3.0, 1.0, 3.0])).tolist()]
    [0.0, 2.0, 7.78]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = np.where(walk_ins > 0, walk_ins * np.log(walk_ins / expected), 0.0)
        found = 2 * (surprise - (walk_ins - expected))
    return np.where(expected > 0, found, 0.0)


def rolling_deviances(counts: Counts, rates: Sequence[Array]) -> Array:
    """The deviance of each week's forecast from the weeks before it, for every half-life.

    Parameters
    ----------
    counts : Counts
        Shape (weeks, ..., series, windows).
    rates : sequence of array, length H
        Of the same shape: the candidates' forecasts, walk-ins a minute.

    Returns
    -------
    array, shape (H, weeks, ..., windows)
        Summed over series; 0 in the burn-in.

    Examples
    --------
    >>> minutes = np.full((20, 1, 1), 60.0)
    >>> rising = Counts(np.arange(20.0).reshape(20, 1, 1) * 3, minutes)
    >>> rates = [forecasts(rising, half_life) for half_life in (1.0, float("inf"))]
    >>> short, long = rolling_deviances(rising, rates).sum((1, 2))
    >>> bool(short < long)
    True
    """
    found = np.stack([deviance(counts.walk_ins, each * counts.minutes).sum(-2) for each in rates])
    found[:, :BURN_IN_WEEKS] = 0
    return found


def judged(deviances: Array) -> Places:
    """The place of the half-life that foresaw each window best so far, after each week.

    Parameters
    ----------
    deviances : array, shape (H, weeks, ..., windows)
        Of the candidates' forecasts.

    Returns
    -------
    array of int, shape (weeks, ..., windows)
        Of those as good as the best but for chance the last.

    Notes
    -----
    Our choice: forecasts of half a year ago count half, so that a department that was steady for years is not
    held to that after a change. A shorter half-life must be better by a deviance of 2, as an
    information criterion asks of one more parameter: a short history would forget at random.

    Examples
    --------
    >>> judged(np.array([[[2.0], [1.0]], [[1.0], [9.0]]])).ravel().tolist()
    [1, 0]
    """
    so_far = _faded(np.moveaxis(deviances, 1, 0))
    good = so_far <= so_far.min(axis=1, keepdims=True) + CHANCE
    return np.asarray(so_far.shape[1] - 1 - np.argmax(good[:, ::-1], axis=1))


def spreads(counts: Counts, shapes: Array, minutes: Array) -> Array:
    """How much farther off the forecasts were than their posteriors say, after each week.

    Parameters
    ----------
    counts : Counts
        Shape (weeks, ..., series, windows).
    shapes, minutes : array, same shape
        The posteriors that forecast them.

    Returns
    -------
    array, shape (weeks, ..., windows)
        Factor of the variance, from 1 to 10.

    Notes
    -----
    Our choice: a posterior that forgets knows how few walk-ins it saw, but not that the rate has moved since.
    What the squared errors have above the chance of the week itself, over what the posteriors allow, says by how
    much; as in the choice of the half-life, half a year ago counts half. On the wide side where walk-ins are few.

    Examples
    --------
    >>> rising = Counts(np.arange(20.0).reshape(20, 1, 1) * 3, np.full((20, 1, 1), 60.0))
    >>> bool(spreads(rising, *posteriors(rising, float("inf")))[-1].item() > 5)
    True
    """
    weeks = np.divide(counts.minutes, minutes, out=np.zeros_like(shapes), where=minutes > 0)
    expected = np.nan_to_num(shapes) * weeks
    allowed = expected * weeks
    excess = np.where(weeks > 0, (counts.walk_ins - expected) ** 2 - expected, 0.0)
    excess[:BURN_IN_WEEKS] = allowed[:BURN_IN_WEEKS] = 0
    above, known = _faded(excess.sum(-2)), _faded(allowed.sum(-2))
    found: Array = np.clip(np.divide(above, known, out=np.ones_like(above), where=known > 0), 1, WIDEST)
    return found


def _faded(weekly: Array) -> Array:
    """Sums along the weeks in which half a year ago counts half."""
    kept = weight(1, JUDGED_HALF_LIFE)
    found = np.zeros_like(weekly)
    so_far = np.zeros_like(weekly[0])
    for week in range(len(weekly)):
        so_far = so_far * kept + weekly[week]
        found[week] = so_far
    return found


def chosen(counts: Counts, half_lives: Sequence[float] = HALF_LIVES) -> Forgetting:
    """The half-life of each window whose forecasts of the coming week were the best, with the prior that goes with it.

    Parameters
    ----------
    counts : Counts
        Of one department, shape (weeks, series, windows).
    half_lives : sequence of float
        Candidates [weeks].

    Returns
    -------
    Forgetting
        Of half-lives as good as the best but for chance the longest; 8 weeks when there are too few weeks to judge.

    Notes
    -----
    Our choice: a busy window shows a change sooner than a quiet one, so each has a half-life of its own.

    Examples
    --------
    >>> steady = Counts(np.full((30, 2, 1), 6.0), np.full((30, 2, 1), 60.0))
    >>> chosen(steady).half_lives_weeks
    (inf,)
    >>> chosen(Counts(steady.walk_ins[:4], steady.minutes[:4])).half_lives_weeks
    (8.0,)
    """
    weeks, windows = len(counts.walk_ins), counts.walk_ins.shape[-1]
    best = np.full(windows, DEFAULT_HALF_LIFE)
    if weeks > BURN_IN_WEEKS and counts.minutes.any():
        rates = [forecasts(counts, half_life) for half_life in half_lives]
        best = np.array(half_lives)[judged(rolling_deviances(counts, rates))[-1]]
    spread = spreads(counts, *posteriors(counts, best))[-1]
    sums = Sums.none_of(counts.walk_ins[0])
    for week in range(weeks):
        sums = sums.after(counts.walk_ins[week], counts.minutes[week], 0.5 ** (1 / best))
    shape, minutes = department_priors(sums)
    priors = (
        Prior(float(one), float(other)) for one, other in zip(shape.ravel(), minutes.ravel(), strict=True)
    )
    return Forgetting(tuple(map(float, best)), tuple(priors), tuple(map(float, spread)))
