"""The optimiser on invented clinics: no dearer than R1 but by noise, close to the best of all vectors."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.costs import Weights
from analytics.domain.optimiser import Optimised, cheapest, optimised
from analytics.domain.overbooking import overbooking, overbooking_limit
from analytics.domain.simulation import REFERENCE_WORLD, World
from bench.forty_worlds import clinics
from bench.studies.worlds import above_enumeration, estimated_plan, gain

R1 = (0, 0, 9, 12)
LATE_WALK_INS = World(60.0, (60.0,) * 4, (1.0, 1.0, 2.0, 6.0, 9.0), (6.0,) * 4, 0.5, 0.0, 5.0)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6), st.integers(0, 5))
def test_the_search_keeps_the_sum_and_never_ends_dearer_than_it_began(start: list[int], far: int) -> None:
    def cost(quotas: tuple[int, ...]) -> float:
        return sum((quota - far * at) ** 2 for at, quota in enumerate(quotas))

    found = cheapest(cost, tuple(start))
    assert sum(found) == sum(start)
    assert min(found) >= 0
    assert cost(found) <= cost(tuple(start))


def test_the_search_over_hundreds_of_slots_ends() -> None:
    """A history with slots of a minute kept a worker for hours, and each that took the job over."""
    asked = []

    def cost(quotas: tuple[int, ...]) -> float:
        asked.append(quotas)
        return -float(len(asked))  # every move is worth taking

    found = cheapest(cost, (3,) * 400)
    assert (len(asked), sum(found)) == (500, 1200)


def test_at_four_slots_the_search_ends_within_half_a_percent_of_the_best_of_all_vectors() -> None:
    small = [replace(clinic, appointments=8) for clinic in clinics() if len(clinic.world.slot_min) == 4]
    assert all(above_enumeration(clinic, sessions=60)[0] < 0.5 for clinic in small[:3])


def test_the_same_seed_gives_the_same_quotas_and_figures() -> None:
    assert optimised(LATE_WALK_INS, R1, seed=3) == optimised(LATE_WALK_INS, R1, seed=3)


def test_where_walk_ins_come_late_the_optimised_quotas_come_early_and_cost_less() -> None:
    found = optimised(LATE_WALK_INS, (2, 3, 4, 12), seed=3)
    assert not found.is_noise
    assert found.chosen == found.quotas
    assert found.quotas[3] < 12
    assert found.difference < -0.03 * found.cost_r1


def test_a_gain_within_noise_leaves_r1() -> None:
    found = Optimised(R1, (0, 1, 8, 12), Weights(), 2000, 900.0, 899.0, -1.0, 0.8)
    assert found.is_noise
    assert found.chosen == R1
    assert replace(found, error=0.4).chosen == (0, 1, 8, 12)
    assert replace(found, difference=3.0, error=0.1).chosen == R1


def test_quotas_in_force_stay_unless_others_are_cheaper_beyond_noise() -> None:
    best = optimised(LATE_WALK_INS, R1, seed=3).quotas
    near = optimised(LATE_WALK_INS, R1, seed=4).quotas
    assert optimised(LATE_WALK_INS, R1, seed=3, standing=near, history=10).quotas == near
    assert optimised(LATE_WALK_INS, R1, seed=3, standing=(0, 0, 0, 21)).quotas == best
    assert optimised(LATE_WALK_INS, R1, seed=3, standing=(1, 2)).quotas == best
    assert optimised(LATE_WALK_INS, R1, seed=3, standing=(1, 2, 3, 4)).quotas == best


def test_one_slot_or_no_appointments_leave_nothing_to_choose() -> None:
    one = World(60.0, (60.0,), (3.0, 2.0), (6.0,), 0.5, 0.0, 5.0)
    assert optimised(one, (4,)).chosen == (4,)
    assert optimised(LATE_WALK_INS, (0, 0, 0, 0)).chosen == (0, 0, 0, 0)


def test_dear_overtime_moves_numbers_to_the_morning() -> None:
    def last(overtime: float) -> int:
        return optimised(REFERENCE_WORLD, R1, weights=Weights(overtime=overtime), seed=3).quotas[-1]

    assert last(100.0) < last(0.0)


@pytest.mark.parametrize("number", [0, 1])
def test_with_inputs_estimated_from_ten_sessions_no_clinic_is_worse_off_than_with_r1(number: int) -> None:
    clinic = clinics(number + 1)[number]
    plan = estimated_plan(clinic, seed=number)
    known = gain(clinic.world, clinic.world, clinic.r1, number, held_out=1000)
    estimated = gain(clinic.world, plan.world, plan.quotas, number, held_out=1000, history=10)
    assert known.percent > -0.5 - 2 * known.error
    assert estimated.percent > -1.5 - 2 * estimated.error


def test_nobody_is_overbooked_where_everybody_comes() -> None:
    assert overbooking(LATE_WALK_INS, (1, 1, 1, 1)).numbers == 0
    assert overbooking_limit(21, 0.0) == 0


def test_overbooking_pays_in_an_idle_morning_of_no_shows_but_not_in_a_crowded_one() -> None:
    quiet = World(60.0, (60.0,) * 4, (0.2,) * 5, (6.0,) * 4, 0.5, 0.0, 5.0, no_show=0.3)
    assert 0 < overbooking(quiet, (7, 7, 7, 7), seed=1).numbers <= overbooking_limit(28, 0.3) == 12
    crowded = replace(REFERENCE_WORLD, no_show=0.3)
    found = overbooking(crowded, R1, seed=1)
    assert found.limit == 9
    assert found.numbers < found.limit
    assert found.refused is not None
    assert not found.refused.pays
