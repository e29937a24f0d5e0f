"""How many numbers more than a plan's would pay, because some who book never come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt
from typing import TYPE_CHECKING

from analytics.domain.capacity import ROUNDING
from analytics.domain.costs import Quotas, Weights, world_costs
from analytics.domain.intervals import is_noise
from analytics.domain.optimiser import FINE, UNSEEN
from analytics.domain.plausible import Drawn, plausible_draws
from analytics.domain.simulation import World
from queueing.domain.places import Discipline

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ExtraNumber:
    """One number more: the slot where it harms least (from 0), what a session then costs more, and its error."""

    slot: int
    change: float
    error: float

    @property
    def pays(self) -> bool:
        """Whether it makes a session cheaper by more than two standard errors."""
        return self.change < 0 and not is_noise(self.change, self.error)


@dataclass(frozen=True, slots=True)
class Overbooking:
    """What overbooking would do: ``limit`` numbers at most, those that pay, and the first that does not."""

    no_show: float
    limit: int
    paying: tuple[ExtraNumber, ...]
    refused: ExtraNumber | None

    @property
    def numbers(self) -> int:
        """How many numbers more pay."""
        return len(self.paying)


def overbooking_limit(appointments: int, no_show: float) -> int:
    """Numbers that may be added before more are expected to come than the plan is made for.

    Parameters
    ----------
    appointments : int
        N, 0 or more.
    no_show : float
        Share of booked patients who never come, from 0 to below 1.

    Returns
    -------
    int
        floor(N p / (1 - p)); 0 when everybody comes.

    Notes
    -----
    Our choice. The usual rule overbooks by this number; here it is a limit, and the simulated cost decides.

    Examples
    --------
    >>> overbooking_limit(21, 0.0), overbooking_limit(21, 0.1), overbooking_limit(20, 0.2)
    (0, 2, 5)
    """
    return floor(appointments * no_show / (1 - no_show) + ROUNDING) if no_show < 1 else 0


def overbooking(
    world: World,
    quotas: Sequence[int],
    *,
    history: int | None = None,
    weights: Weights = Weights(),  # noqa: B008 - frozen
    discipline: Discipline = Discipline(),  # noqa: B008 - frozen
    seed: int = 0,
) -> Overbooking:
    """Add numbers one by one, each where it harms least, while a session becomes cheaper by it.

    Parameters
    ----------
    world : World
        What a session is like; its ``no_show`` is the share of booked patients who never come.
    quotas : sequence of int, shape (M,)
        The plan.
    history : int or None
        How many past sessions the world was estimated from; None: it is known.
    weights : Weights
        The hospital's policy.
    discipline : Discipline
        How the department serves its queues.
    seed : int
        0 or more.

    Returns
    -------
    Overbooking
        No numbers where nobody stays away, and so where prepayment brings everybody who booked.

    Notes
    -----
    Our choice: the marginal cost is simulated, the slot chosen on one sample of sessions and judged on another.

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> overbooking(REFERENCE_WORLD, (0, 0, 9, 12))
    Overbooking(no_show=0.0, limit=0, paying=(), refused=None)
    """
    plan: Quotas = tuple(quotas)
    limit = overbooking_limit(sum(plan), world.no_show)
    if not limit:
        return Overbooking(world.no_show, 0, (), None)

    def costs(vector: Quotas, drawn: Drawn) -> NDArray[float64]:
        return world_costs(vector, drawn, weights, discipline)

    search, unseen = (
        plausible_draws(world, sum(plan) + limit, history, seed=(seed, 3 + stage), size=size)
        for stage, size in enumerate((FINE, UNSEEN))
    )
    paying: list[ExtraNumber] = []
    for _ in range(limit):
        slot = min(range(len(plan)), key=lambda at: float(costs(_one_more(plan, at), search).mean()))
        more = _one_more(plan, slot)
        parts = costs(more, unseen) - costs(plan, unseen)
        extra = ExtraNumber(slot, float(parts.mean()), float(parts.std(ddof=1)) / sqrt(len(parts)))
        if not extra.pays:
            return Overbooking(world.no_show, limit, tuple(paying), extra)
        paying.append(extra)
        plan = more
    return Overbooking(world.no_show, limit, tuple(paying), None)


def _one_more(quotas: Quotas, slot: int) -> Quotas:
    return tuple(quota + (at == slot) for at, quota in enumerate(quotas))
