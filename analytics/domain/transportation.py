"""The transportation problem of seed 001: expected demand by department and zone to experts' sessions. Exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from booking.domain.shortages import Shortage, shortages

if TYPE_CHECKING:
    from numpy import float64, intp
    from numpy.typing import NDArray

TINY: Final = 1e-7
"""Less than this of a patient is none: what the solver's arithmetic leaves over."""


@dataclass(frozen=True, slots=True)
class Flow:
    """So many patients of one demand go to one place; both by number."""

    demand: int
    place: int
    patients: float


@dataclass(frozen=True, slots=True)
class Transported:
    """The cheapest of all plans that serve as many as possible.

    Attributes
    ----------
    flows : tuple of Flow
        Who goes where.
    unmet : tuple of float
        Of each demand, how many go nowhere.
    cost : float
        Of the flows.
    shortages : tuple of Shortage
        Why: these demands may only go to those places, which they fill.
    """

    flows: tuple[Flow, ...]
    unmet: tuple[float, ...]
    cost: float
    shortages: tuple[Shortage, ...]


def transportation(demand: Sequence[float], numbers: Sequence[float], costs: NDArray[float64]) -> Transported:
    """Send as much demand as possible to places, at the least cost of all such plans.

    Parameters
    ----------
    demand : sequence of float, shape (n,)
        Patients, at least 0.
    numbers : sequence of float, shape (m,)
        What each place can take, at least 0.
    costs : numpy.ndarray, shape (n, m)
        For a patient of each demand at each place, finite; infinite where they may not go.

    Returns
    -------
    Transported
        Whole numbers in, whole numbers out.

    Notes
    -----
    Seed 001, section 4.2, as a linear program (SciPy's HiGHS, dual simplex: an optimum at a corner, so whole numbers
    stay whole). Going nowhere costs more than any chain of exchanges, so that the plan always exists and names who is
    left over; a plain "infeasible" would help nobody.

    Examples
    --------
    >>> import numpy as np
    >>> plan = transportation([4, 3], [5, 1], np.array([[0.0, 2.0], [1.0, np.inf]]))
    >>> [(flow.demand, flow.place, flow.patients) for flow in plan.flows], plan.unmet, plan.cost
    ([(0, 0, 3.0), (0, 1, 1.0), (1, 0, 2.0)], (0.0, 1.0), 4.0)
    >>> plan.shortages
    (Shortage(wishes=(0, 1), places=(0, 1)),)
    """
    import numpy as np

    asked, offered = np.asarray(demand, dtype=float), np.asarray(numbers, dtype=float)
    rows, columns = np.nonzero(np.isfinite(costs))
    sent = _solved(asked, offered, costs[rows, columns], rows, columns) if rows.size else np.zeros(0)
    left = asked - np.bincount(rows, weights=sent, minlength=asked.size)
    unmet = np.where(left > TINY, left, 0.0)
    flows = [
        Flow(int(row), int(column), float(patients))
        for row, column, patients in zip(rows, columns, sent, strict=True)
        if patients
    ]
    return Transported(
        flows=tuple(flows),
        unmet=tuple(unmet.tolist()),
        cost=float(sent @ costs[rows, columns]),
        shortages=tuple(_short(unmet.tolist(), flows, costs)) if unmet.any() else (),
    )


def _solved(
    demand: NDArray[float64],
    numbers: NDArray[float64],
    prices: NDArray[float64],
    rows: NDArray[intp],
    columns: NDArray[intp],
) -> NDArray[float64]:
    """How many go along each pair that may be."""
    import numpy as np
    from scipy.optimize import linprog  # type: ignore[attr-defined]
    from scipy.sparse import csr_array

    pairs = np.arange(rows.size)
    sums = csr_array(
        (
            np.ones(2 * rows.size),
            (np.concatenate([rows, demand.size + columns]), np.concatenate([pairs, pairs])),
        )
    )
    dearer = prices - prices.min()
    nowhere = 1.0 + dearer.max() * (demand.size + numbers.size)
    bounds = np.concatenate([demand, numbers])[: sums.shape[0]]
    found = linprog(dearer - nowhere, A_ub=sums, b_ub=bounds, method="highs-ds")
    if not found.success:
        raise RuntimeError(str(found.message))
    return np.where(found.x > TINY, found.x, 0.0)


def _short(unmet: Sequence[float], flows: Sequence[Flow], costs: NDArray[float64]) -> list[Shortage]:
    import numpy as np

    allowed = [set(np.flatnonzero(np.isfinite(line)).tolist()) for line in costs]
    users: list[set[int]] = [set() for _place in costs.T]
    for flow in flows:
        users[flow.place].add(flow.demand)
    return shortages([number for number, left in enumerate(unmet) if left], allowed, users)
