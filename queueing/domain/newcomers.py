"""Who is not here yet and may go first: booked patients, walk-ins, emergencies and priority patients.

Everything is an array with one row for each future; times are minutes from now, infinite for whoever stays away.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from queueing.domain.futures import Floats

OFF_MIN = (-120.0, -30.0, -15.0, 15.0, 30.0, 120.0)
OFF_SHARE = (0.0, 0.21, 0.21, 0.72, 0.72, 1.0)
"""How far from the due moment: 21 % come 30-120 min early, 28 % as late, the others within 15 min (quoted: the
paper's survey)."""
COMES = 0.9
"""Of 10 booked patients about 9 come at all (our choice)."""
HOUR_MIN = 60.0


@dataclass(frozen=True, slots=True)
class Newcomers:
    """What is known of those who are not here yet.

    Attributes
    ----------
    slot_min : float
        Length of a slot [min]: booked patients are due anywhere in theirs.
    comes : float
        The share of booked patients that come at all.
    walk_ins : tuple of float
        Walk-ins expected in each hour.
    walk_ins_from_min : float
        When the first of those hours begins, in minutes from now; negative when it has begun.
    urgent_per_h : float
        Emergencies and patients of the streams beside that are expected in an hour.
    """

    slot_min: float = 60.0
    comes: float = COMES
    walk_ins: tuple[float, ...] = ()
    walk_ins_from_min: float = 0.0
    urgent_per_h: float = 0.0


@lru_cache(maxsize=32)
def _come_by(slot_min: float) -> tuple[Floats, Floats]:
    """The share of booked patients who have come so many minutes after the beginning of their slot: the survey's
    deviations from a due moment that lies anywhere in the slot.
    """
    edges = np.array(OFF_MIN)
    fine = np.unique(
        np.concatenate([edges, edges + slot_min, np.linspace(edges[0], edges[-1] + slot_min, 61)])
    )
    whole = np.linspace(edges[0] - slot_min, edges[-1] + slot_min, 1201)
    share = np.interp(whole, OFF_MIN, OFF_SHARE)
    under = np.concatenate([[0.0], np.cumsum((share[1:] + share[:-1]) / 2 * np.diff(whole))])
    by = (np.interp(fine, whole, under) - np.interp(fine - slot_min, whole, under)) / slot_min
    return fine, np.clip(by, 0.0, 1.0)


def booked_arrivals(
    starts_in_min: Sequence[float], coming: Newcomers, futures: int, rng: np.random.Generator
) -> Floats:
    """When booked patients who are not here yet come; shape (futures, patients).

    Parameters
    ----------
    starts_in_min : sequence of float
        Minutes until each one's slot begins; negative when it has begun.
    coming : Newcomers
        How long slots are, and how many come at all.
    futures : int
        How many.
    rng : numpy.random.Generator
        Its source of chance.

    Returns
    -------
    ndarray of float, shape (futures, patients)
        Minutes from now.

    Notes
    -----
    Given that they have not come so far, so later than now.

    Examples
    --------
    >>> come = booked_arrivals([60, -300], Newcomers(), 1000, np.random.default_rng(1))
    >>> bool((come[:, 0] >= 0).all()), bool(np.isinf(come[:, 1]).all())
    (True, True)
    >>> bool(80 < np.median(come[:, 0]) < 105)
    True
    """
    slots = np.asarray(starts_in_min, dtype=float)[None, :]
    if not slots.size:
        return np.empty((futures, 0))
    minutes, share = _come_by(coming.slot_min)
    gone = np.interp(-slots, minutes, share)
    still = coming.comes * (1.0 - gone) / np.maximum(1.0 - coming.comes * gone, 1e-9)
    level = gone + (1.0 - gone) * rng.random((futures, slots.shape[1]))
    come = np.maximum(slots + np.interp(level, share, minutes), 0.0)
    return np.where(rng.random(come.shape) < still, come, np.inf)


def walk_in_arrivals(coming: Newcomers, until_min: float, futures: int, rng: np.random.Generator) -> Floats:
    """When walk-ins come who are not here yet; shape (futures, patients), in no order.

    Parameters
    ----------
    coming : Newcomers
        How many are expected in each hour.
    until_min : float
        Those who come later do not matter.
    futures : int
        How many.
    rng : numpy.random.Generator
        Its source of chance.

    Returns
    -------
    ndarray of float, shape (futures, patients)
        Minutes from now.

    Examples
    --------
    >>> crowd = Newcomers(walk_ins=(9.0, 3.0), walk_ins_from_min=-60)
    >>> come = walk_in_arrivals(crowd, 30, 2000, np.random.default_rng(1))
    >>> 1.4 < float(np.isfinite(come).sum() / 2000) < 1.6, bool(come.min() >= 0)
    (True, True)
    """
    edges = coming.walk_ins_from_min + HOUR_MIN * np.arange(len(coming.walk_ins) + 1)
    total = np.concatenate([[0.0], np.cumsum(coming.walk_ins)])
    low, high = np.interp([0.0, max(until_min, 0.0)], edges, total)
    return _come(high - low, lambda way: np.interp(low + (high - low) * way, total, edges), futures, rng)


def urgent_arrivals(coming: Newcomers, until_min: float, futures: int, rng: np.random.Generator) -> Floats:
    """When emergencies and patients of the streams beside come; shape (futures, patients), in no order.

    Parameters
    ----------
    coming : Newcomers
        How many are expected in an hour.
    until_min : float
        Those who come later do not matter.
    futures : int
        How many.
    rng : numpy.random.Generator
        Its source of chance.

    Returns
    -------
    ndarray of float, shape (futures, patients)
        Minutes from now.

    Examples
    --------
    >>> urgent_arrivals(Newcomers(), 60, 3, np.random.default_rng(1)).shape
    (3, 0)
    """
    until = max(until_min, 0.0)
    return _come(coming.urgent_per_h * until / HOUR_MIN, lambda way: way * until, futures, rng)


def _come(
    expected: float, minute_of: Callable[[Floats], Floats], futures: int, rng: np.random.Generator
) -> Floats:
    """When they come: a Poisson number in each future, each of them anywhere on the way from 0 to 1."""
    if expected <= 0:
        return np.empty((futures, 0))
    people = rng.poisson(expected, (futures, 1))
    come = minute_of(rng.random((futures, int(people.max()))))
    return np.where(np.arange(come.shape[1])[None, :] < people, come, np.inf)
