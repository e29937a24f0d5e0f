"""The assignment problem of seed 001: who is given which place, so that all together it costs the least. Exact."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from booking.domain.shortages import Shortage, shortages

if TYPE_CHECKING:
    from numpy import float64, intp
    from numpy.typing import NDArray

Costs: TypeAlias = "NDArray[float64]"
Rows: TypeAlias = "NDArray[intp]"

NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class FitWeights:
    """What counts beside time when patients are given to somebody else [min]; the hospital's policy.

    Attributes
    ----------
    mismatch_min : float
        An expert known for nothing of what the patient comes for is as bad as so much more time.
    load_min : float
        A session without a number left is as bad as so much more time.
    """

    mismatch_min: float = 90.0
    load_min: float = 30.0


DEFAULT_WEIGHTS: Final = FitWeights()


@dataclass(frozen=True, slots=True)
class Assigned:
    """For each wish the place that it is given, or None; what that costs; and why somebody goes without."""

    places: tuple[int | None, ...]
    cost: float
    shortages: tuple[Shortage, ...]


def assignment(
    wishes: Sequence[Hashable],
    places: Sequence[Hashable],
    numbers: Sequence[int],
    cost: Callable[[Rows, Rows], Costs],
) -> Assigned:
    """Give as many wishes as possible a place, at the least cost of all such ways, department by department.

    Parameters
    ----------
    wishes, places : sequence of hashable
        The department of each wish and of each place; nobody is sent to another one.
    numbers : sequence of int
        How many each place can take, from 0.
    cost : callable
        Called with the numbers of a department's wishes (n,) and places (m,); gives the cost of each pair (n, m),
        ``NEVER`` where it must not be.

    Returns
    -------
    Assigned
        The optimum is exact; among equally good ways the same one each time.

    Notes
    -----
    Seed 001, section 4.2. Departments do not share places, so that the problem falls apart into small ones: the same
    optimum as in one matrix of all, in a fraction of its time and memory (measured: L1 of `make bench`).
    A place that takes several stands there several times; a pair that must not be costs more than all others together.

    Examples
    --------
    >>> import numpy as np
    >>> minutes = np.array([[5.0, 90.0, 0.0], [0.0, 10.0, 0.0], [0.0, 0.0, 3.0]])
    >>> found = assignment(["neuro", "neuro", "heart"], ["neuro", "neuro", "heart"], [1, 1, 1],
    ...                    lambda rows, columns: minutes[np.ix_(rows, columns)])
    >>> found.places, found.cost
    ((0, 1, 2), 18.0)
    >>> assignment("nn", "n", [1], lambda rows, columns: np.array([[3.0], [2.0]]))
    Assigned(places=(None, 0), cost=2.0, shortages=(Shortage(wishes=(0, 1), places=(0,)),))
    """
    import numpy as np

    given: list[int | None] = [None] * len(wishes)
    total, short = 0.0, list[Shortage]()
    offered = _by_department(places)
    for department, asking in _by_department(wishes).items():
        rows, columns = np.array(asking), np.array(offered.get(department, []), dtype=np.intp)
        costs = np.asarray(cost(rows, columns), dtype=float).reshape(len(rows), len(columns))
        taken = _cheapest(costs, [numbers[column] for column in columns])
        for row, column in zip(rows, taken, strict=True):
            given[row] = None if column is None else int(columns[column])
        total += float(sum(costs[row, column] for row, column in enumerate(taken) if column is not None))
        short += _short(costs, taken, rows, columns)
    return Assigned(tuple(given), total, tuple(short))


def suitability_min(*, shared: float, load: float, weights: FitWeights = DEFAULT_WEIGHTS) -> float:
    """What it costs a patient to see an expert who suits less, or who has more to do.

    Parameters
    ----------
    shared : float
        Which part of what the patient comes for the expert is known for, 0 to 1.
    load : float
        Which part of the session's numbers is gone, 0 to 1.
    weights : FitWeights
        The hospital's policy.

    Returns
    -------
    float
        In minutes of waiting or of moved time.

    Notes
    -----
    Match and load are told in the unit of the third measure, time; the defaults are our choice.

    Examples
    --------
    >>> suitability_min(shared=1, load=0), suitability_min(shared=0.5, load=0.5)
    (0.0, 60.0)
    """
    return weights.mismatch_min * (1.0 - shared) + weights.load_min * load


def _by_department(of: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for number, department in enumerate(of):
        found.setdefault(department, []).append(number)
    return found


def _cheapest(costs: Costs, numbers: Sequence[int]) -> list[int | None]:
    """For each row the column it is given; columns take as many rows as ``numbers`` says."""
    import numpy as np

    # Once a process 0.4 s and 24 MB, on pages that are rare.
    from scipy.optimize import linear_sum_assignment  # type: ignore[attr-defined]

    taken: list[int | None] = [None] * len(costs)
    possible = np.isfinite(costs)
    if not possible.any():
        return taken
    seats = np.repeat(np.arange(len(numbers)), np.minimum(numbers, len(costs)))
    least, most = float(costs[possible].min()), float(costs[possible].max())
    never = 1.0 + (most - least) * (len(costs) + 1)
    shifted = np.where(possible, costs - least, never)
    for row, seat in zip(*linear_sum_assignment(shifted[:, seats]), strict=True):
        if possible[row, seats[seat]]:
            taken[row] = int(seats[seat])
    return taken


def _short(costs: Costs, taken: Sequence[int | None], rows: Rows, columns: Rows) -> list[Shortage]:
    without = [row for row, column in enumerate(taken) if column is None]
    if not without:
        return []
    allowed = [{column for column, value in enumerate(line) if value < NEVER} for line in costs.tolist()]
    users: list[list[int]] = [[] for _column in columns]
    for row, column in enumerate(taken):
        if column is not None:
            users[column].append(row)
    return [
        Shortage(
            tuple(int(rows[one]) for one in found.wishes), tuple(int(columns[one]) for one in found.places)
        )
        for found in shortages(without, allowed, users)
    ]
