"""Many patients of one session go to its colleagues at once: who goes to whom, all together at the least cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from booking.domain.assignment import DEFAULT_WEIGHTS, FitWeights, assignment, suitability_min
from queueing.domain.sharing import Load

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Moving:
    """A waiting patient who must go elsewhere, and what this one comes for, if that was said."""

    key: int
    specialty: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """To which session a patient goes, and the wait that is to be expected there [min]."""

    key: int
    code: str
    wait_min: float


def shared_out(
    moving: Sequence[Moving], loads: Sequence[Load], weights: FitWeights = DEFAULT_WEIGHTS
) -> list[Given]:
    """Share patients out to sessions, so that their waits and misfits together are the least possible.

    Parameters
    ----------
    moving : sequence of Moving
        In the order in which they would have been called.
    loads : sequence of Load
        The sessions that take them.
    weights : FitWeights
        What a misfit and a full session count for.

    Returns
    -------
    list of Given
        In the same order; empty where nobody takes anybody.

    Notes
    -----
    Our choice of cost, in minutes: the work that waits there for each room, one consultation more for each patient
    who is sent there before, and what a misfit counts for. Sending them one
    by one to the shortest wait would give the specialist's time away before those come who need it; this is the exact
    optimum of the assignment problem (:mod:`booking.domain.assignment`), with the places of each line as places.

    Examples
    --------
    >>> heart = Load("heart", 25.0, mean_min=10, knows=frozenset({"heart"}))
    >>> other = Load("other", 30.0, mean_min=10)
    >>> people = [Moving(1), Moving(2), Moving(3, "heart"), Moving(4, "heart")]
    >>> [(one.key, one.code, one.wait_min) for one in shared_out(people, [heart, other])]
    [(1, 'other', 30.0), (2, 'other', 40.0), (3, 'heart', 25.0), (4, 'heart', 35.0)]
    """
    places = [(load, turn) for load in loads for turn in range(len(moving))]

    def costs(rows: Iterable[int], columns: Iterable[int]) -> NDArray[float64]:
        import numpy as np

        turns = [places[column] for column in columns]
        return np.array(
            [[cost_min(moving[row], load, turn, weights) for load, turn in turns] for row in rows]
        )

    together = "one department"
    found = assignment([together] * len(moving), [together] * len(places), [1] * len(places), costs)
    sent: dict[str, int] = {}
    given: list[Given] = []
    for one, place in zip(moving, found.places, strict=True):
        if place is not None:
            load = places[place][0]
            turn = sent.get(load.code, 0)
            sent[load.code] = turn + 1
            given.append(Given(one.key, load.code, _wait_min(load, turn)))
    return given


def _wait_min(load: Load, turn: int) -> float:
    return load.wait_min + turn * load.mean_min / load.rooms


def cost_min(one: Moving, load: Load, turn: int, weights: FitWeights = DEFAULT_WEIGHTS) -> float:
    """What it costs a patient to go to a session as the ``turn``-th who is sent there.

    Parameters
    ----------
    one : Moving
        Who goes.
    load : Load
        The session.
    turn : int
        How many are sent there before, from 0.
    weights : FitWeights
        What a misfit and a full session count for.

    Returns
    -------
    float
        Expected wait and what a misfit adds [min].

    Examples
    --------
    >>> cost_min(Moving(1, "heart"), Load("a", 20.0, mean_min=10), 2)
    130.0
    """
    suits = not one.specialty or one.specialty in load.knows
    return _wait_min(load, turn) + suitability_min(shared=float(suits), load=0.0, weights=weights)
