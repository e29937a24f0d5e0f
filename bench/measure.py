"""Repeats, medians and the line that is printed for each ratio."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

REPEATS = 5


@dataclass(frozen=True, slots=True)
class Goal:
    """What a ratio is called and should reach; ``at_most`` when smaller is better."""

    id: str
    title: str
    unit: str
    goal: float
    stretch: float
    at_most: bool = False

    def reached(self, ratio: float) -> bool:
        """Whether ``ratio`` is as good as the goal."""
        return ratio <= self.goal if self.at_most else ratio >= self.goal


def interleaved(
    goal: Goal,
    product: Callable[[], float],
    reference: Callable[[], float],
    *,
    repeats: int = REPEATS,
    **more: Any,
) -> dict[str, Any]:
    """Measure both in turn, so that both see the same machine; the ratio is the median of the turns' ratios."""
    products, references, ratios = [], [], []
    for _turn in range(repeats):
        references.append(reference())
        products.append(product())
        ratios.append(products[-1] / references[-1])
    return line(goal, median(ratios), median(products), median(references), repeats, **more)


def line(
    goal: Goal, ratio: float, product: float, reference: float, repeats: int, **more: Any
) -> dict[str, Any]:
    """One ratio as it is printed."""
    return {
        "id": goal.id,
        "ratio": _rounded(ratio),
        "product": _rounded(product),
        "reference": _rounded(reference),
        "unit": goal.unit,
        "goal": goal.goal,
        "repeats": repeats,
        "load1": round(os.getloadavg()[0], 2),
        "stretch": goal.stretch,
        "reached": goal.reached(ratio),
        "title": goal.title,
        **more,
    }


def _rounded(value: float) -> float:
    return round(value) if value >= 1000 else float(f"{value:.3g}")
