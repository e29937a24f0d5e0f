"""The paper's result in our reference world: R1 shortens the walk-ins' wait by about forty minutes.

Its tables 2 and 3 are lost, so the world is ours (quota-method of the design); the figures belong to it only.
"""

import pytest

from analytics.domain.comparison import Comparison, compare
from analytics.domain.simulation import REFERENCE_WORLD
from queueing.domain.places import Discipline, Serving

BEFORE = [6, 5, 5, 5]
SESSIONS = 4000


@pytest.fixture(scope="module")
def r1() -> Comparison:
    return compare(REFERENCE_WORLD, BEFORE, [0, 0, 9, 12], 2018, SESSIONS)


def near(found: Comparison, expected: float) -> bool:
    """Within the design's four minutes."""
    assert found.walk_in.difference is not None
    return abs(found.walk_in.difference - expected) <= 4


def test_r1_shortens_the_walk_ins_wait_by_about_forty_minutes_and_the_booked_patients_too(
    r1: Comparison,
) -> None:
    assert near(r1, -41.5)
    assert r1.booked.difference is not None
    assert r1.booked.difference < 0


def test_what_r1_costs_is_reported_beside_it(r1: Comparison) -> None:
    assert (r1.unserved.current, r1.unserved.proposed) == (
        pytest.approx(1.5, abs=0.2),
        pytest.approx(3.3, abs=0.3),
    )
    assert r1.booked_by_window[1].proposed is None


@pytest.mark.parametrize(
    ("quotas", "change"),
    [([0, 10, 9, 2], -6.0), ([0, 9, 9, 3], -10.0), ([2, 12, 7, 0], 12.0)],
    ids=["without the carry", "without the pre-opening arrivals", "capacities read as quotas"],
)
def test_the_other_readings_do_not_reach_it(quotas: list[int], change: float) -> None:
    assert near(compare(REFERENCE_WORLD, BEFORE, quotas, 2018, SESSIONS), change)


def test_the_same_seed_gives_the_same_figures() -> None:
    few = [compare(REFERENCE_WORLD, BEFORE, [0, 0, 9, 12], 5, 3) for _ in range(2)]
    assert few[0] == few[1]


def test_the_same_quotas_change_nothing() -> None:
    same = compare(REFERENCE_WORLD, BEFORE, BEFORE, 5, 3)
    assert (same.walk_in.difference, same.walk_in.error) == (0, 0)
    assert same.walk_in.difference == 0


def test_each_order_gives_its_own_waits_on_one_seed() -> None:
    waits = {}
    for serving in Serving:
        found = compare(REFERENCE_WORLD, BEFORE, BEFORE, 2018, 500, discipline=Discipline(serving))
        assert found.walk_in.current is not None
        assert found.booked.current is not None
        waits[serving] = (found.walk_in.current, found.booked.current)
    first, by_arrival, in_turn = (waits[serving] for serving in Serving)
    assert by_arrival[0] < in_turn[0] < first[0], "walk-ins"
    assert by_arrival[1] > in_turn[1] > first[1], "booked patients"
