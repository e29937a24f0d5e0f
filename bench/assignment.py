"""L1: 5,000 patients to 300 experts, department by department, against one dense matrix of all in SciPy.

30 departments of 10 experts with 17 numbers each. A pair costs the minutes by which the patient's time is moved, and
what match and load add. Both ways find the same optimum, or there is no figure.
"""

import resource
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bench.measure import Goal, interleaved

if TYPE_CHECKING:
    from booking.domain.assignment import Costs, Rows

GOAL = Goal("L1", "assignment by department / dense SciPy assignment", "s", 0.2, 0.05, at_most=True)
SEED = 2018
SCALES = {"full": (5000, 30), "small": (500, 10)}
EXPERTS = 10
FIELDS = 4


class Day:
    """Patients who want a time and come for something, experts who have numbers and are known for something."""

    def __init__(self, patients: int, departments: int) -> None:
        import numpy as np

        random = np.random.default_rng(SEED)
        experts = departments * EXPERTS
        self.wishes: list[int] = random.integers(departments, size=patients).tolist()
        self.places = [number // EXPERTS for number in range(experts)]
        most = int(np.bincount(self.wishes).max())
        self.numbers = [-(-most // EXPERTS)] * experts
        self.wanted_min = random.integers(0, 480, size=patients)
        self.opens_min = random.integers(0, 480, size=experts)
        self.comes_for = random.integers(FIELDS, size=patients)
        self.known_for = random.integers(FIELDS, size=experts)
        self.load = random.uniform(0, 1, size=experts)

    def cost(self, rows: "Rows", columns: "Rows") -> "Costs":
        """Minutes moved, match and load, for these patients and experts."""
        import numpy as np

        from booking.domain.assignment import suitability_min

        loads = np.array([suitability_min(shared=1, load=load) for load in self.load[columns]])
        stranger = suitability_min(shared=0, load=0)
        moved = np.abs(self.wanted_min[rows][:, None] - self.opens_min[columns][None, :])
        strangers = self.comes_for[rows][:, None] != self.known_for[columns][None, :]
        costs: Costs = moved + loads + stranger * strangers
        return costs

    def product(self) -> tuple[float, float]:
        """Seconds and cost of the product's way."""
        from booking.domain.assignment import assignment

        begun = perf_counter()
        found = assignment(self.wishes, self.places, self.numbers, self.cost)
        spent = perf_counter() - begun
        if found.shortages:
            raise RuntimeError("some patients were given nothing")
        return spent, found.cost

    def dense(self) -> tuple[float, float]:
        """Seconds and cost of one matrix."""
        import numpy as np
        from scipy.optimize import linear_sum_assignment  # type: ignore[attr-defined]

        begun = perf_counter()
        seats = np.repeat(np.arange(len(self.places)), self.numbers)
        costs = self.cost(np.arange(len(self.wishes)), seats)
        costs[np.array(self.wishes)[:, None] != np.array(self.places)[seats][None, :]] = 1e6
        rows, columns = linear_sum_assignment(costs)
        spent = perf_counter() - begun
        return spent, float(costs[rows, columns].sum())


def run(scale: str) -> dict[str, Any]:
    """Measure L1."""
    day = Day(*SCALES[scale])
    _first, cost = day.product()
    product_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _seconds, best = day.dense()
    if abs(cost - best) > 1e-6 * best:
        raise RuntimeError(f"not the same optimum: {cost} and {best}")
    return interleaved(
        GOAL,
        lambda: day.product()[0],
        lambda: day.dense()[0],
        patients=len(day.wishes),
        experts=len(day.places),
        cost=cost,
        product_mb=round(product_mb),
        seed=SEED,
    )
