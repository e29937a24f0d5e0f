"""Two vectors of quotas compared over the same simulated sessions, each difference with its standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from analytics.domain.compiled import Outcomes, draw_many, play_many
from analytics.domain.draws import Floats, Seed
from analytics.domain.simulation import World
from queueing.domain.places import Discipline

SESSIONS: Final = 4000
Sums = tuple[ArrayLike, ArrayLike]
"""Sums over each session and the numbers of those they are over."""


@dataclass(frozen=True, slots=True)
class Change:
    """A mean under the current and the proposed quotas, their difference and its standard error.

    None where nobody came: a slot without quota has no booked wait.
    """

    current: float | None
    proposed: float | None
    difference: float | None
    error: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes: waits in all and by window of arrival (the first before the opening), and the expert's day."""

    sessions: int
    walk_in: Change
    booked: Change
    idle_min: Change
    overtime_min: Change
    unserved: Change
    walk_in_by_window: tuple[Change, ...]
    booked_by_window: tuple[Change, ...]


def _mean_and_parts(sums: Sums) -> tuple[float | None, Floats]:
    """The ratio of sums, and each session's part in its deviation (the delta method)."""
    values, counts = (np.asarray(part, dtype=float) for part in sums)
    if not counts.sum():
        return None, values
    mean = float(values.sum() / counts.sum())
    parts: Floats = (values - mean * counts) / counts.mean()
    return mean, parts


def change_of(current: Sums, proposed: Sums) -> Change:
    """The change of a mean over sessions paired by common random numbers.

    Parameters
    ----------
    current, proposed : pair of array_like, shape (S,)
        Each session's sum and the number of those it is over, under each vector of quotas.

    Returns
    -------
    Change

    Examples
    --------
    >>> change_of(([10.0, 14.0], [1, 1]), ([4.0, 8.0], [1, 1]))
    Change(current=12.0, proposed=6.0, difference=-6.0, error=0.0)
    >>> change_of(([10.0], [1]), ([0.0], [0]))
    Change(current=10.0, proposed=None, difference=None, error=None)
    """
    before, before_parts = _mean_and_parts(current)
    after, after_parts = _mean_and_parts(proposed)
    if before is None or after is None:
        return Change(before, after, None, None)
    parts = after_parts - before_parts
    variance = float((parts**2).sum()) / max(1, len(parts) - 1)
    return Change(before, after, after - before, sqrt(variance / len(parts)))


def compare(
    world: World,
    current: Sequence[int],
    proposed: Sequence[int],
    seed: Seed,
    sessions: int = SESSIONS,
    *,
    discipline: Discipline = Discipline(),  # noqa: B008 - frozen
) -> Comparison:
    """Play both vectors of quotas through the same sessions.

    Parameters
    ----------
    world : World
        What a session is like.
    current, proposed : sequence of int, shape (M,)
        Booked patients of each slot.
    seed : int or sequence of int
        The same seed gives the same figures.
    sessions : int
        How many sessions to play.
    discipline : Discipline
        How the department serves its queues.

    Returns
    -------
    Comparison
        Waits in minutes.

    Notes
    -----
    Common random numbers: walk-ins, punctuality, service times and the expert's start are drawn once for both.

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> slots = len(REFERENCE_WORLD.slot_min)
    >>> same = compare(REFERENCE_WORLD, [3] * slots, [3] * slots, seed=1, sessions=5)
    >>> same.walk_in.difference, same.unserved.difference
    (0.0, 0.0)
    """
    draws = draw_many(world, max(sum(current), sum(proposed)), sessions, seed)
    return compared(*(play_many(world, quotas, draws, discipline) for quotas in (current, proposed)))


def compared(before: Outcomes, after: Outcomes) -> Comparison:
    """The changes between two plays of the same sessions.

    Parameters
    ----------
    before, after : Outcomes
        Of the same draws.

    Returns
    -------
    Comparison
        Waits in minutes.

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> draws = draw_many(REFERENCE_WORLD, 21, 200, seed=7)
    >>> equal, steered = (play_many(REFERENCE_WORLD, quotas, draws) for quotas in [(6, 5, 5, 5), (0, 0, 9, 12)])
    >>> compared(equal, steered).walk_in.difference < -30
    True
    """

    def by_window(sums: Callable[[Outcomes, int], Sums]) -> tuple[Change, ...]:
        windows = range(before.walk_in_wait.shape[1])
        return tuple(change_of(sums(before, at), sums(after, at)) for at in windows)

    return Comparison(
        sessions=len(before.idle_min),
        **changes_in_all(before, after),
        walk_in_by_window=by_window(lambda one, at: (one.walk_in_wait[:, at], one.walk_in_count[:, at])),
        booked_by_window=by_window(lambda one, at: (one.booked_wait[:, at], one.booked_count[:, at])),
    )


def changes_in_all(before: Outcomes, after: Outcomes) -> dict[str, Change]:
    """The changes over all windows together, also where the two have different slots.

    Parameters
    ----------
    before, after : Outcomes
        Of as many sessions, paired by common random numbers.

    Returns
    -------
    dict of str to Change
        ``walk_in`` and ``booked`` waits, ``idle_min``, ``overtime_min`` and ``unserved``, in minutes and patients.

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> played = play_many(REFERENCE_WORLD, (6, 5, 5, 5), draw_many(REFERENCE_WORLD, 21, 20, seed=7))
    >>> {name: change.difference for name, change in changes_in_all(played, played).items()}
    {'walk_in': 0.0, 'booked': 0.0, 'idle_min': 0.0, 'overtime_min': 0.0, 'unserved': 0.0}
    """

    def changed(sums: Callable[[Outcomes], Sums]) -> Change:
        return change_of(sums(before), sums(after))

    each = np.ones(len(before.idle_min))
    return {
        "walk_in": changed(lambda one: (one.walk_in_wait.sum(axis=1), one.walk_in_count.sum(axis=1))),
        "booked": changed(lambda one: (one.booked_wait.sum(axis=1), one.booked_count.sum(axis=1))),
        "idle_min": changed(lambda one: (one.idle_min, each)),
        "overtime_min": changed(lambda one: (one.overtime_min, each)),
        "unserved": changed(lambda one: (one.unserved, each)),
    }
