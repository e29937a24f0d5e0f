"""How long consultations take around their mean: a gamma distribution where it fits, else what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

POINTS: Final = 64
PROBABILITIES: Final = tuple((place + 0.5) / POINTS for place in range(POINTS))
"""Where lengths are cut into quantiles."""
FEWEST: Final = 30
"""Consultations below which a gamma distribution is taken unseen."""
FARTHEST: Final = 0.08
"""How far, in means, the quantiles may be from the gamma's on average (lengths noted in whole minutes are 0.05 off)."""


class Family(StrEnum):
    """What lengths are drawn from."""

    GAMMA = "gamma"
    EMPIRICAL = "empirical"


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of consultations [min]: how many, mean, standard deviation over mean, and the quantiles."""

    count: int
    mean_min: float
    cv: float
    quantiles_min: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ServiceFit:
    """The family that lengths are drawn from, and how far the gamma distribution is off [means]."""

    family: Family
    count: int
    cv: float
    distance: float
    ratios: tuple[float, ...] = ()
    """Quantiles over the mean, averaging 1; empty for the gamma family."""


def pooled(slots: Sequence[Lengths]) -> Lengths | None:
    """Lengths over the mean of their slot, of all slots together.

    Parameters
    ----------
    slots : sequence of Lengths
        Of each slot; those without a consultation say nothing.

    Returns
    -------
    Lengths or None
        With mean 1; None without a consultation.

    Notes
    -----
    Our choice: slots differ in their mean, as the paper has it, and share one shape: a slot alone has too few
    consultations to show the shape.

    Examples
    --------
    >>> short = Lengths(100, 5.0, 0.5, tuple(10 * each for each in PROBABILITIES))
    >>> long = Lengths(100, 10.0, 0.5, tuple(20 * each for each in PROBABILITIES))
    >>> found = pooled([short, long])
    >>> found.count, found.cv, round(found.quantiles_min[-1], 2)
    (200, 0.5, 1.98)
    """
    known = [slot for slot in slots if slot.count and slot.mean_min > 0]
    count = sum(slot.count for slot in known)
    if not count:
        return None
    weighted = sorted(
        (quantile / slot.mean_min, slot.count / POINTS) for slot in known for quantile in slot.quantiles_min
    )
    quantiles, passed, due = [], 0.0, iter(PROBABILITIES)
    following: float | None = next(due)
    for ratio, weight in weighted:
        passed += weight
        while following is not None and passed >= following * count:
            quantiles.append(ratio)
            following = next(due, None)
    quantiles += [weighted[-1][0]] * (POINTS - len(quantiles))
    squares = sum(slot.count * slot.cv**2 for slot in known)
    return Lengths(count, 1.0, sqrt(squares / count), tuple(quantiles))


def service_fit(lengths: Lengths) -> ServiceFit:
    """Whether a gamma distribution of the same mean and variance describes these lengths.

    Parameters
    ----------
    lengths : Lengths
        As seen; quantiles at ``PROBABILITIES``.

    Returns
    -------
    ServiceFit
        The empirical family where the quantiles are farther from the gamma's than rounding and chance explain.

    Notes
    -----
    Our choice: moments rather than likelihood, because a queue's waits depend on mean and variance before
    anything else, and lengths of 0 min do occur. Distance: the mean of abs(quantile - gamma quantile) over
    the mean (the Wasserstein distance), against 0.08 + cv / sqrt(n).

    Examples
    --------
    >>> from scipy.stats import gamma
    >>> like_gamma = tuple(gamma.ppf(PROBABILITIES, 4, scale=1.5).tolist())
    >>> str(service_fit(Lengths(200, 6.0, 0.5, like_gamma)).family)
    'gamma'
    >>> two_kinds = (3.0,) * 52 + (19.0,) * 12
    >>> str(service_fit(Lengths(200, 6.0, 1.04, two_kinds)).family)
    'empirical'
    """
    from scipy.special import gammaincinv

    if lengths.count < FEWEST or lengths.mean_min <= 0 or lengths.cv <= 0:
        return ServiceFit(Family.GAMMA, lengths.count, lengths.cv, 0.0)
    shape = lengths.cv**-2
    expected = [value / shape for value in gammaincinv(shape, PROBABILITIES).tolist()]
    seen = [quantile / lengths.mean_min for quantile in lengths.quantiles_min]
    distance = sum(abs(one - other) for one, other in zip(seen, expected, strict=True)) / POINTS
    if distance <= FARTHEST + lengths.cv / sqrt(lengths.count):
        return ServiceFit(Family.GAMMA, lengths.count, lengths.cv, distance)
    mean = sum(seen) / POINTS
    return ServiceFit(
        Family.EMPIRICAL, lengths.count, lengths.cv, distance, tuple(ratio / mean for ratio in seen)
    )
