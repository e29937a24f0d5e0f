"""R1 on the paper's numbers, the readings that do not reproduce it, and the edges."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.domain.quotas import capacities_as_quotas, quota_plan
from booking.domain.quotas import equal_split

CAPACITIES = [2, 12, 10, 12]
WALK_INS = [3, 1.5, 1, 0.5]
PRE_OPENING = 9.0
APPOINTMENTS = 21


def quotas(*, pre_opening: float = PRE_OPENING, carry: bool = True) -> list[int]:
    plan = quota_plan(CAPACITIES, WALK_INS, APPOINTMENTS, pre_opening=pre_opening, carry=carry)
    return [slot.quota for slot in plan]


def test_r1_gives_0_0_9_12() -> None:
    plan = quota_plan(CAPACITIES, WALK_INS, APPOINTMENTS, pre_opening=PRE_OPENING)
    assert [slot.quota for slot in plan] == [0, 0, 9, 12]
    assert [slot.spare for slot in plan] == [-10, 0.5, 9, 11.5]
    assert [slot.carry_in for slot in plan] == [9, 10, 0, 0]


def test_without_the_carry_the_second_slot_would_get_10() -> None:
    assert quotas(carry=False) == [0, 10, 9, 2]


def test_without_the_pre_opening_arrivals_the_second_slot_would_get_9() -> None:
    assert quotas(pre_opening=0) == [0, 9, 9, 3]


def test_capacities_read_as_quotas_are_another_plan() -> None:
    assert capacities_as_quotas(CAPACITIES, APPOINTMENTS) == (2, 12, 7, 0)


def test_before_the_plan_the_appointments_were_split_equally() -> None:
    assert equal_split(APPOINTMENTS, 4) == [6, 5, 5, 5]


def test_one_slot_takes_all_appointments() -> None:
    assert [slot.quota for slot in quota_plan([8], [30.0], 21, pre_opening=9)] == [21]


def test_no_appointments_are_no_quotas() -> None:
    assert [slot.quota for slot in quota_plan(CAPACITIES, WALK_INS, 0)] == [0, 0, 0, 0]


def test_early_slots_stop_taking_once_all_appointments_are_placed() -> None:
    assert [slot.quota for slot in quota_plan([12, 12, 12], [0, 0, 0], 15)] == [12, 3, 0]


def test_a_spare_of_nine_written_as_8_999_is_nine() -> None:
    assert quota_plan([10, 5], [0.1 * 3 + 0.7, 0], 20)[0].quota == 9


@pytest.mark.parametrize(
    ("capacities", "arrivals", "appointments"), [([], [], 1), ([1], [1, 2], 1), ([1], [1], -1)]
)
def test_shapes_that_cannot_be_are_refused(
    capacities: list[int], arrivals: list[float], appointments: int
) -> None:
    with pytest.raises(ValueError, match="must"):
        quota_plan(capacities, arrivals, appointments)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    slots=st.lists(st.tuples(st.integers(0, 30), st.floats(0, 40)), min_size=1, max_size=12),
    appointments=st.integers(0, 200),
    pre_opening=st.floats(0, 60),
)
def test_quotas_always_add_up_and_only_the_last_slot_may_exceed_what_is_spare(
    slots: list[tuple[int, float]], appointments: int, pre_opening: float
) -> None:
    plan = quota_plan(
        [capacity for capacity, _ in slots],
        [walk_ins for _, walk_ins in slots],
        appointments,
        pre_opening=pre_opening,
    )
    assert sum(slot.quota for slot in plan) == appointments
    assert all(slot.quota >= 0 for slot in plan)
    assert all(slot.quota <= max(0.0, slot.spare) + 1e-6 for slot in plan[:-1])
