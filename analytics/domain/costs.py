"""What a session costs those who wait and the expert, in minutes of a patient who waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.domain.plausible import Drawn
from queueing.domain.places import Discipline

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from analytics.domain.compiled import Outcomes

Quotas = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """What a minute without a patient, a minute of overtime and an unserved patient count for in patient minutes.

    A minute that a patient waits counts 1.
    """

    idle: float = 5.0
    overtime: float = 7.5
    unserved: float = 60.0


def session_costs(outcomes: Outcomes, weights: Weights) -> NDArray[float64]:
    """What each session cost those who waited and the expert.

    Parameters
    ----------
    outcomes : Outcomes
        Of sessions played under one vector of quotas.
    weights : Weights
        The hospital's policy.

    Returns
    -------
    ndarray of float64, shape (sessions,)
        Patient minutes: waits of all who were served, and the expert's idle minutes, overtime and unserved patients
        as weighted.

    Examples
    --------
    >>> from analytics.domain.compiled import draw_many, play_many
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> draws = draw_many(REFERENCE_WORLD, 21, 50, seed=1)
    >>> played = play_many(REFERENCE_WORLD, (0, 0, 9, 12), draws, Discipline())
    >>> dear, cheap = (session_costs(played, Weights(unserved=weight)).mean() for weight in (60, 0))
    >>> round(float(dear - cheap), 6) == round(60 * float(played.unserved.mean()), 6)
    True
    """
    waits = outcomes.walk_in_wait.sum(axis=1) + outcomes.booked_wait.sum(axis=1)
    staff = weights.idle * outcomes.idle_min + weights.overtime * outcomes.overtime_min
    costs: NDArray[float64] = waits + staff + weights.unserved * outcomes.unserved
    return costs


def world_costs(quotas: Quotas, drawn: Drawn, weights: Weights, discipline: Discipline) -> NDArray[float64]:
    """What a session costs on average in each of several worlds.

    Parameters
    ----------
    quotas : tuple of int, shape (M,)
        Booked patients of each slot.
    drawn : sequence of (World, Chances)
        As :func:`~analytics.domain.plausible.plausible_draws` gives them.
    weights : Weights
        The hospital's policy.
    discipline : Discipline
        How the department serves its queues.

    Returns
    -------
    ndarray of float64, shape (worlds,)
        Patient minutes.

    Examples
    --------
    >>> from analytics.domain.plausible import plausible_draws
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> drawn = plausible_draws(REFERENCE_WORLD, 21, 10, seed=(1, 0), size=(3, 5))
    >>> world_costs((0, 0, 9, 12), drawn, Weights(), Discipline()).shape
    (3,)
    """
    from numpy import array

    from analytics.domain.compiled import play_many

    played = (play_many(world, quotas, draws, discipline) for world, draws in drawn)
    return array([session_costs(outcomes, weights).mean() for outcomes in played])
