"""What the weeks before say of each week's walk-in rates: posteriors that forget, with the department as their prior.

Arrays have the shape (weeks, series, windows), the oldest week first; leading axes before ``series`` other than
weeks may hold independent departments. A series is one expert's sessions of one weekday.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

STRONGEST_PRIOR: Final = 8.0
WEAKEST_PRIOR: Final = 0.01
"""Bounds of what the department's prior counts beside what is known of one series, on average."""
NO_WALK_IN: Final = 0.01
"""Walk-ins that every forecast has seen, so that the first one of a window is no endless surprise."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counts:
    """Walk-ins, and minutes in which registration was open, of each week, series and window."""

    walk_ins: Array
    minutes: Array


@dataclass(frozen=True, slots=True)
class Sums:
    """Weighted walk-ins and minutes of each series and window, and the minutes weighted by the squares."""

    walk_ins: Array
    minutes: Array
    squares: Array

    @classmethod
    def none_of(cls, like: Array) -> Sums:
        """Nothing counted yet.

        Parameters
        ----------
        like : array
            Of one week.

        Returns
        -------
        Sums
            All zero, of that shape.

        Examples
        --------
        >>> Sums.none_of(np.ones((2, 3))).walk_ins.shape
        (2, 3)
        """
        return cls(np.zeros_like(like), np.zeros_like(like), np.zeros_like(like))

    def after(self, walk_ins: Array, minutes: Array, kept: float | Array) -> Sums:
        """A week later: what is known counts `kept` of what it counted, the new week counts whole.

        Parameters
        ----------
        walk_ins, minutes : array
            Of the new week.
        kept : float or array, shape (windows,)
            Weight of one week ago.

        Returns
        -------
        Sums

        Examples
        --------
        >>> one = np.ones((1, 1))
        >>> twice = Sums.none_of(one).after(6 * one, 60 * one, 0.5).after(2 * one, 60 * one, 0.5)
        >>> twice.walk_ins.item(), twice.minutes.item(), twice.squares.item()
        (5.0, 90.0, 75.0)
        """
        return Sums(
            self.walk_ins * kept + walk_ins, self.minutes * kept + minutes, self.squares * kept**2 + minutes
        )


def department_priors(sums: Sums) -> tuple[Array, Array]:
    """The gamma distribution of each window's rate over the department's series, by moments.

    Parameters
    ----------
    sums : Sums
        Shape (..., series, windows).

    Returns
    -------
    tuple of array, array
        Shape and minutes, each (..., 1, windows): the mean is shape / minutes [1/min], and the fewer minutes the
        more the series differ. Series that differ no more than chance would let them bind each other
        strongly, but at most eight times what is known of each; a series alone binds itself hardly at all.

    Notes
    -----
    Our choice: the moment estimator of DerSimonian and Laird (1986) for the variance between series, with
    each series' noise that of its effective exposure (sum w)^2 / sum w^2.

    Examples
    --------
    >>> minutes = np.full((4, 1), 600.0)
    >>> alike = department_priors(Sums(np.array([[30.0], [31], [29], [30]]), minutes, minutes))
    >>> unlike = department_priors(Sums(np.array([[3.0], [89], [10], [18]]), minutes, minutes))
    >>> [round(float((shape / exposure).item()), 2) for shape, exposure in (alike, unlike)]
    [0.05, 0.05]
    >>> bool(alike[1].item() > 10 * unlike[1].item())
    True
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        exposure = sums.minutes.sum(-2, keepdims=True)
        mean = np.where(exposure > 0, sums.walk_ins.sum(-2, keepdims=True) / exposure, 0.0)
        effective = np.where(sums.squares > 0, sums.minutes**2 / sums.squares, 0.0)
        rate = np.where(sums.minutes > 0, sums.walk_ins / sums.minutes, 0.0)
        total = effective.sum(-2, keepdims=True)
        known = (effective > 0).sum(-2, keepdims=True)
        excess = (effective * (rate - mean) ** 2).sum(-2, keepdims=True) - (known - 1) * mean
        spread = total - (effective**2).sum(-2, keepdims=True) / total
        between = np.where(spread > 0, np.maximum(0.0, excess) / spread, 0.0)
        one = np.where(known > 0, exposure / known, 0.0)
        minutes = np.where(between > 0, mean / between, np.inf)
    strongest = np.where(known > 1, STRONGEST_PRIOR, WEAKEST_PRIOR) * one
    minutes = np.clip(minutes, WEAKEST_PRIOR * one, strongest)
    return mean * minutes, minutes


def posteriors(counts: Counts, half_lives_weeks: float | Array) -> tuple[Array, Array]:
    """The gamma distribution of each week's rates, from the weeks before it only.

    Parameters
    ----------
    counts : Counts
        Shape (weeks, ..., series, windows).
    half_lives_weeks : float or array, shape (windows,)
        Above 0; infinite keeps all alike.

    Returns
    -------
    tuple of array, array
        Shape and minutes, both of the same shape as the counts; NaN in the first week.

    Examples
    --------
    >>> minutes = np.full((3, 1, 1), 60.0)
    >>> shape, exposure = posteriors(Counts(np.array([6.0, 6.0, 12.0]).reshape(3, 1, 1), minutes), 8.0)
    >>> bool(np.isnan(shape[0]).all()), round(exposure[2].item())
    (True, 116)
    """
    kept = 0.5 ** (1 / np.asarray(half_lives_weeks))
    sums = Sums.none_of(counts.walk_ins[0])
    shapes, exposures = np.full_like(counts.walk_ins, np.nan), np.full_like(counts.walk_ins, np.nan)
    for week in range(1, len(counts.walk_ins)):
        sums = sums.after(counts.walk_ins[week - 1], counts.minutes[week - 1], kept)
        shape, minutes = department_priors(sums)
        shapes[week], exposures[week] = NO_WALK_IN + shape + sums.walk_ins, minutes + sums.minutes
    return shapes, exposures


def forecasts(counts: Counts, half_life_weeks: float) -> Array:
    """What the model would have expected of each week, from the weeks before it only.

    Parameters
    ----------
    counts : Counts
        Shape (weeks, ..., series, windows).
    half_life_weeks : float
        Above 0; infinite keeps all alike.

    Returns
    -------
    array, same shape
        Walk-ins a minute; NaN in the first week, and for windows that nobody had before.

    Examples
    --------
    >>> minutes = np.full((3, 1, 1), 60.0)
    >>> found = forecasts(Counts(np.array([6.0, 6.0, 12.0]).reshape(3, 1, 1), minutes), 8.0)
    >>> round(found[2].item() * 60, 1)
    6.0
    """
    shapes, exposures = posteriors(counts, half_life_weeks)
    expected = np.full_like(shapes, np.nan)
    np.divide(shapes, exposures, out=expected, where=exposures > 0)
    return expected
