"""The assignment is the best of all, however it is looked for, and a shortage is proven."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from bench.studies.linear_programs import Gain, shared, stopped
from booking.domain.assignment import NEVER, Assigned, Costs, Rows, assignment


def of_matrix(
    costs: Costs, numbers: list[int], wishes: list[int] | None = None, places: list[int] | None = None
) -> Assigned:
    def cost(rows: Rows, columns: Rows) -> Costs:
        return costs[np.ix_(rows, columns)]

    return assignment(wishes or [0] * len(costs), places or [0] * costs.shape[1], numbers, cost)


def best_of_all(costs: Costs, numbers: list[int]) -> tuple[int, float]:
    """How many at most are given a place, and the least that costs, by trying everything."""
    found = (0, 0.0)
    for choice in product([None, *range(costs.shape[1])], repeat=len(costs)):
        taken = [column for column in choice if column is not None]
        total = sum(costs[row, column] for row, column in enumerate(choice) if column is not None)
        if total < NEVER and all(taken.count(column) <= n for column, n in enumerate(numbers)):
            found = min(found, (-len(taken), total))
    return -found[0], found[1]


@pytest.mark.parametrize("seed", range(40))
def test_it_is_the_best_of_all_ways(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows, columns = int(random.integers(1, 6)), int(random.integers(1, 4))
    costs = random.integers(0, 50, (rows, columns)).astype(float)
    costs[random.random((rows, columns)) < 0.3] = NEVER
    numbers = random.integers(0, 4, columns).tolist()
    found = of_matrix(costs, numbers)
    given = [place for place in found.places if place is not None]
    assert (len(given), found.cost) == pytest.approx(best_of_all(costs, numbers))
    assert all(given.count(column) <= n for column, n in enumerate(numbers))
    without = {row for row, place in enumerate(found.places) if place is None}
    assert without == {row for one in found.shortages for row in one.wishes if row in without}
    for one in found.shortages:
        assert sum(numbers[place] for place in one.places) < len(one.wishes)
        for row in one.wishes:
            may = {column for column in range(columns) if costs[row, column] < NEVER}
            assert may <= set(one.places)


def test_departments_apart_find_the_optimum_of_one_matrix() -> None:
    random = np.random.default_rng(2018)
    wishes, places = random.integers(5, size=120).tolist(), (list(range(5)) * 3)
    costs = random.uniform(0, 480, (120, 15))
    numbers = [20] * 15
    apart = of_matrix(costs, numbers, wishes, places)
    together = costs.copy()
    together[np.array(wishes)[:, None] != np.array(places)[None, :]] = NEVER
    assert apart.cost == pytest.approx(of_matrix(together, numbers).cost)
    assert all(
        places[place] == wish for wish, place in zip(wishes, apart.places, strict=True) if place is not None
    )


def test_a_department_without_places_is_a_shortage_without_places() -> None:
    found = assignment(
        ["eye", "heart"], ["heart"], [1], lambda rows, columns: np.zeros((len(rows), len(columns)))
    )
    assert found.places == (None, 0)
    assert [(one.wishes, one.places) for one in found.shortages] == [((0,), ())]


def test_nobody_wants_anything() -> None:
    assert of_matrix(np.zeros((0, 3)), [1, 1, 1]) == Assigned((), 0.0, ())


@pytest.mark.parametrize("study", [stopped, shared])
def test_together_is_never_dearer_than_one_after_the_other(study: Callable[[int], Gain]) -> None:
    found = study(15)
    assert found.worse == 0
    assert found.together < found.one_by_one
