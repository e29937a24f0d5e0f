"""The transportation plan is the best of all, whole numbers stay whole, and a shortage is proven."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.domain.schedule_proposals import HalfDay, Offer, proposal
from analytics.domain.transportation import transportation
from booking.domain.assignment import assignment


@pytest.mark.parametrize("seed", range(25))
def test_it_is_as_good_as_the_assignment_of_every_single_patient(seed: int) -> None:
    random = np.random.default_rng(seed)
    n, m = int(random.integers(1, 7)), int(random.integers(1, 6))
    demand, numbers = random.integers(0, 9, n).tolist(), random.integers(0, 9, m).tolist()
    costs = random.integers(0, 30, (n, m)).astype(float)
    costs[random.random((n, m)) < 0.3] = np.inf
    plan = transportation(demand, numbers, costs)
    single = np.repeat(np.arange(n), demand)
    each = assignment(
        [0] * single.size, [0] * m, numbers, lambda rows, columns: costs[np.ix_(single[rows], columns)]
    )
    served = sum(place is not None for place in each.places)
    assert sum(flow.patients for flow in plan.flows) == pytest.approx(served)
    assert plan.cost == pytest.approx(each.cost)
    assert all(flow.patients == pytest.approx(round(flow.patients)) for flow in plan.flows)
    for place, most in enumerate(numbers):
        assert sum(flow.patients for flow in plan.flows if flow.place == place) <= most + 1e-6
    for one in plan.shortages:
        short = sum(demand[wish] for wish in one.wishes) - sum(numbers[place] for place in one.places)
        assert short == pytest.approx(sum(plan.unmet[wish] for wish in one.wishes))
        assert short > 0
    assert {wish for wish, left in enumerate(plan.unmet) if left} <= {
        w for one in plan.shortages for w in one.wishes
    }


def test_nothing_offered_leaves_everybody_and_nothing_wanted_leaves_nobody() -> None:
    assert transportation([3], [], np.zeros((1, 0))).unmet == (3.0,)
    assert transportation([], [4], np.zeros((0, 1))).unmet == ()
    assert transportation([0.0], [4], np.zeros((1, 1))).flows == ()


def test_a_hospital_of_thirty_departments_is_one_plan() -> None:
    """30 departments x 12 zones to 300 experts x 8 slots: as large as the method page asks for."""
    random = np.random.default_rng(2018)
    of_demand, of_place = np.repeat(np.arange(30), 12), np.repeat(np.arange(30), 80)
    costs = np.abs(random.integers(0, 12, 360)[:, None] - random.integers(0, 12, 2400)[None, :]).astype(float)
    costs[of_demand[:, None] != of_place[None, :]] = np.inf
    plan = transportation(random.uniform(0, 20, 360).tolist(), [2.0] * 2400, costs)
    assert not any(plan.unmet)


MONDAY, TUESDAY, LATE = HalfDay(1, 0), HalfDay(2, 0), HalfDay(1, 1)


def test_a_week_that_fits_has_nothing_to_propose() -> None:
    found = proposal({MONDAY: 30}, [Offer("lin", MONDAY, 40)], ["lin"])
    assert (found.moved, found.unmet, found.extras, found.spare) == (0, 0, (), ())


def test_who_finds_no_number_goes_to_the_nearest_half_day_and_the_page_knows() -> None:
    found = proposal(
        {MONDAY: 50}, [Offer("lin", MONDAY, 40), Offer("zhou", TUESDAY, 40), Offer("wu", LATE, 8)], []
    )
    assert (found.moved, found.unmet) == (10, 0)
    [monday] = [zone for zone in found.zones if zone.zone == MONDAY]
    assert (monday.expected, monday.offered, monday.moved, monday.unmet) == (50, 40, 10, 0)
    assert [offer.expert for offer in found.spare] == ["zhou"]


def test_an_extra_session_goes_to_who_has_the_fewest_and_none_at_that_time() -> None:
    week = [Offer("lin", MONDAY, 40), Offer("lin", TUESDAY, 40), Offer("zhou", TUESDAY, 40)]
    found = proposal({MONDAY: 100, TUESDAY: 80}, week, ["lin", "zhou"])
    assert [(one.expert, one.zone, one.unmet_less) for one in found.extras] == [("zhou", MONDAY, 40)]
    assert found.unmet == 60
