"""The paper's capacities (section 3, table 2): 12 and 10 from durations, 2 from the patients seen."""

import pytest

from analytics.domain.capacity import CapacityRule, Durations, FirstSlot, slot_capacity
from analytics.domain.errors import NoHistory

FIVE_MIN = Durations(40, 200.0)
SIX_MIN = Durations(40, 240.0)
TEN_SESSIONS_TWO_SEEN = FirstSlot(sessions=10, seen=20, start_delay_min=48.0)


def test_durations_of_5_and_6_minutes_and_a_mean_of_2_seen_give_12_10_and_2() -> None:
    assert slot_capacity(60, FIVE_MIN).numbers == 12
    assert slot_capacity(60, SIX_MIN).numbers == 10
    late = slot_capacity(60, FIVE_MIN, first=TEN_SESSIONS_TWO_SEEN)
    assert (late.numbers, late.rule) == (2, CapacityRule.MEAN_SEEN)


def test_the_mean_seen_is_rounded_down() -> None:
    assert slot_capacity(60, FIVE_MIN, first=FirstSlot(10, 29, 48.0)).numbers == 2


@pytest.mark.parametrize(("delay", "numbers"), [(10.0, 12), (10.1, 2)])
def test_the_number_seen_counts_only_when_the_expert_starts_more_than_ten_minutes_late(
    delay: float, numbers: int
) -> None:
    assert slot_capacity(60, FIVE_MIN, first=FirstSlot(10, 20, delay)).numbers == numbers


def test_the_number_seen_counts_only_below_the_possible_number() -> None:
    assert slot_capacity(60, FIVE_MIN, first=FirstSlot(10, 130, 30.0)).rule is CapacityRule.MEAN_DURATION


def test_a_last_slot_of_half_an_hour_has_half_the_capacity() -> None:
    assert slot_capacity(30, FIVE_MIN).numbers == 6


def test_a_slot_without_consultations_falls_back_to_the_expert_then_to_the_department() -> None:
    none = Durations()
    expert = slot_capacity(60, none, expert=SIX_MIN, department=FIVE_MIN)
    assert (expert.numbers, expert.rule, expert.few_data) == (10, CapacityRule.EXPERT_MEAN, True)
    department = slot_capacity(60, none, expert=none, department=FIVE_MIN)
    assert (department.numbers, department.rule) == (12, CapacityRule.DEPARTMENT_MEAN)


def test_without_any_consultation_there_is_no_capacity_to_invent() -> None:
    with pytest.raises(NoHistory):
        slot_capacity(60, Durations())
