"""The paper's result in our reference world: R1 shortens the walk-ins' wait by about forty minutes.

Its tables 2 and 3 are lost, so the world is ours (quota-method of the design); the figures belong to it only.
"""

import pytest
from numpy.random import default_rng

from analytics.domain.comparison import Comparison, change_of, compare
from analytics.domain.simulation import REFERENCE_WORLD, Draws, World, draws_of, play

BEFORE = [6, 5, 5, 5]
SESSIONS = 150


@pytest.fixture(scope="module")
def r1() -> Comparison:
    return compare(REFERENCE_WORLD, BEFORE, [0, 0, 9, 12], default_rng(2018), SESSIONS)


def near(found: Comparison, expected: float) -> bool:
    """Within the design's four minutes and the error of so few sessions."""
    assert found.walk_in.difference is not None
    assert found.walk_in.error is not None
    return abs(found.walk_in.difference - expected) <= 4 + 2 * found.walk_in.error


def test_r1_shortens_the_walk_ins_wait_by_about_forty_minutes_and_the_booked_patients_too(
    r1: Comparison,
) -> None:
    assert near(r1, -41.5)
    assert r1.booked.difference is not None
    assert r1.booked.difference < 0


def test_what_r1_costs_is_reported_beside_it(r1: Comparison) -> None:
    assert (r1.unserved.current, r1.unserved.proposed) == (
        pytest.approx(1.5, abs=0.4),
        pytest.approx(3.3, abs=0.6),
    )
    assert r1.booked_by_window[1].proposed is None


@pytest.mark.parametrize(
    ("quotas", "change"),
    [([0, 10, 9, 2], -6.0), ([0, 9, 9, 3], -10.0), ([2, 12, 7, 0], 12.0)],
    ids=["without the carry", "without the pre-opening arrivals", "capacities read as quotas"],
)
def test_the_other_readings_do_not_reach_it(quotas: list[int], change: float) -> None:
    assert near(compare(REFERENCE_WORLD, BEFORE, quotas, default_rng(2018), SESSIONS // 2), change)


def test_the_same_seed_gives_the_same_figures() -> None:
    few = [compare(REFERENCE_WORLD, BEFORE, [0, 0, 9, 12], default_rng(5), 3) for _ in range(2)]
    assert few[0] == few[1]


def test_the_same_quotas_change_nothing() -> None:
    same = compare(REFERENCE_WORLD, BEFORE, BEFORE, default_rng(5), 3)
    assert (same.walk_in.difference, same.walk_in.error) == (0, 0)
    assert same.walk_in.is_noise


QUIET = World(60.0, (60.0, 60.0), (0.0, 0.0, 0.0), (10.0, 10.0), 0.5, 0.0, 0.0)


def test_a_session_worked_by_hand() -> None:
    """Walk-ins at 30 and 40, one booked patient of the first slot on time at 60; the expert starts at 60, 10 min each.

    Booked at 60 (wait 0), then the walk-ins at 70 and 80 (waits 40 and 40), then nobody: idle from 90 to 180.
    """
    seen = play(QUIET, [1, 0], Draws((30.0, 40.0), (-30.0,), (1.0,) * 5, 60.0))
    assert (seen.walk_in_wait, seen.walk_in_count) == ([80.0, 0.0, 0.0], [2, 0, 0])
    assert (seen.booked_wait, seen.booked_count) == ([0.0, 0.0, 0.0], [0, 1, 0])
    assert (seen.idle_min, seen.overtime_min, seen.unserved) == (90.0, 0.0, 0)


def test_whoever_comes_after_the_close_is_unserved_and_the_close_waits_for_those_who_are_there() -> None:
    """Due at 150, one comes at 175 and is served to 195; one comes at 230, after the close."""
    seen = play(QUIET, [0, 2], Draws((), (40.0, 65.0), (2.0,) * 5, 60.0))
    assert (seen.booked_count, seen.unserved, seen.overtime_min) == ([0, 0, 1], 1, 15.0)


def test_nobody_at_all_leaves_the_expert_idle() -> None:
    seen = play(QUIET, [0, 0], draws_of(QUIET, 0, default_rng(1)))
    assert (seen.idle_min, seen.overtime_min, seen.unserved) == (120.0, 0.0, 0)


def test_a_difference_without_patients_is_no_difference() -> None:
    assert change_of([(5.0, 1)], [(0.0, 0)]).is_noise
