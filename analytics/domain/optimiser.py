"""Quotas that cost least over simulated sessions: a search begun from R1, judged on sessions it never saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from math import sqrt
from typing import Final

from analytics.domain.costs import Quotas, Weights, world_costs
from analytics.domain.intervals import is_noise
from analytics.domain.plausible import Drawn, plausible_draws
from analytics.domain.simulation import World
from queueing.domain.places import Discipline

STEPS: Final = (8, 4, 2, 1)
SLOTS_ASKED: Final = 200_000
"""So many slots of vectors does one search look at: one of 40 needs fewer, and one of hundreds ends, too."""
COARSE, FINE, UNSEEN = (10, 10), (20, 20), (40, 50)
"""Worlds, and sessions of each: to search far, to search near, to judge."""


@dataclass(frozen=True, slots=True)
class Optimised:
    """The cheapest quotas found beside R1, both over the same sessions that the search did not see.

    Costs are means a session in patient minutes; ``error`` is the standard error of ``difference``, with what a short
    history leaves open.
    """

    r1: Quotas
    quotas: Quotas
    weights: Weights
    sessions: int
    cost_r1: float
    cost: float
    difference: float
    error: float

    @property
    def is_noise(self) -> bool:
        """Whether the quotas found are not cheaper than R1 by two standard errors."""
        return self.difference >= 0 or is_noise(self.difference, self.error)

    @property
    def chosen(self) -> Quotas:
        """What is to be proposed: where nothing is gained for certain, R1, whose sums can be read."""
        return self.r1 if self.is_noise else self.quotas


def cheapest(
    cost: Callable[[Quotas], float], start: Quotas, steps: Sequence[int] = STEPS, most: int | None = None
) -> Quotas:
    """A vector that no move of numbers from one slot to another makes cheaper.

    Parameters
    ----------
    cost : callable
        Of a vector of quotas; asked once for each.
    start : tuple of int, shape (M,)
        Where the search begins.
    steps : sequence of int
        How many numbers move at a time, in this order: far at first, singly in the end.
    most : int or None
        So many vectors are asked about; then the best so far is taken. None: by the number of slots.

    Returns
    -------
    tuple of int, shape (M,)
        With the sum of ``start``; never dearer than it.

    Notes
    -----
    Our choice: a descent over pairs of slots that takes each improvement at once. On common random numbers the mean
    cost is a fixed function, so that it ends, and the same sessions give the same quotas.

    Examples
    --------
    >>> cheapest(lambda quotas: abs(quotas[0] - 3) + abs(quotas[2] - 9), (21, 0, 0))
    (3, 9, 9)
    >>> cheapest(lambda quotas: abs(quotas[0] - 3) + abs(quotas[2] - 9), (21, 0, 0), most=3)
    (5, 8, 8)
    """
    known = cache(cost)
    best = start
    asked, most = known.cache_info, most or SLOTS_ASKED // len(start)
    for step in steps:
        moved = True
        while moved:
            moved = False
            for giving, taking in permutations(range(len(best)), 2):
                other = _moved(best, giving, taking, step)
                if asked().misses >= most:
                    return best
                if other != best and known(other) < known(best):
                    best, moved = other, True
    return best


def _moved(quotas: Quotas, giving: int, taking: int, step: int) -> Quotas:
    """So many numbers, or as many as there are, from one slot to another."""
    moved = list(quotas)
    numbers = min(step, quotas[giving])
    moved[giving] -= numbers
    moved[taking] += numbers
    return tuple(moved)


def optimised(
    world: World,
    r1: Sequence[int],
    *,
    standing: Sequence[int] | None = None,
    history: int | None = None,
    weights: Weights = Weights(),  # noqa: B008 - frozen
    discipline: Discipline = Discipline(),  # noqa: B008 - frozen
    seed: int = 0,
) -> Optimised:
    """The cheapest quotas that a search from R1 finds, and what they gain.

    Parameters
    ----------
    world : World
        What a session is like.
    r1 : sequence of int, shape (M,)
        The paper's quotas; the sum is kept.
    standing : sequence of int or None
        Quotas in force with the same sum: they stay as the optimised ones unless others are cheaper beyond noise, so
        that a manager is not asked every night about the same thing.
    history : int or None
        How many past sessions the world was estimated from; None: it is known.
    weights : Weights
        The hospital's policy.
    discipline : Discipline
        How the department serves its queues.
    seed : int
        0 or more; the same seed gives the same quotas.

    Returns
    -------
    Optimised
        Judged on sessions of their own: those that chose the quotas would flatter them.

    Notes
    -----
    Our choice (the paper has no optimiser): sample-average approximation with common random numbers, first over few
    sessions in long steps, then over more in single ones. The sessions come from many plausible worlds, so that
    quotas which are good only if ten past sessions tell all are not found, or their gain is noise. Where walk-ins
    come early, as in the paper, R1 is about as good as can be.

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> found = optimised(REFERENCE_WORLD, (0, 0, 9, 12), seed=1)
    >>> sum(found.quotas), found.error > 0 or found.quotas == found.r1
    (21, True)
    """
    start, in_force = tuple(r1), tuple(standing or ())
    coarse, fine, unseen = (
        plausible_draws(world, sum(start), history, seed=(seed, stage), size=size)
        for stage, size in enumerate((COARSE, FINE, UNSEEN))
    )

    def mean_cost(drawn: Drawn) -> Callable[[Quotas], float]:
        return lambda quotas: float(world_costs(quotas, drawn, weights, discipline).mean())

    near = cheapest(mean_cost(coarse), start)
    best = cheapest(mean_cost(fine), near, steps=(1,))
    if len(in_force) == len(start) and sum(in_force) == sum(start):
        best = _beside(in_force, best, unseen, weights, discipline).chosen
    return _beside(start, best, unseen, weights, discipline)


def _beside(r1: Quotas, quotas: Quotas, unseen: Drawn, weights: Weights, discipline: Discipline) -> Optimised:
    """One vector beside another over the same sessions."""
    before, after = (world_costs(vector, unseen, weights, discipline) for vector in (r1, quotas))
    parts = after - before
    return Optimised(
        r1=r1,
        quotas=quotas,
        weights=weights,
        sessions=UNSEEN[0] * UNSEEN[1],
        cost_r1=float(before.mean()),
        cost=float(after.mean()),
        difference=float(parts.mean()),
        error=float(parts.std(ddof=1)) / sqrt(len(parts)),
    )
