"""What a department may choose about its order: whose turn it is, what lateness costs. Minutes as in test_ordering."""

from __future__ import annotations

import pytest

from queueing.domain.channels import Share
from queueing.domain.lateness import is_void, on_return
from queueing.domain.ordering import calling_order
from queueing.domain.places import Called, Discipline, LatePolicy, OnReturn, Rule, Serving, Span, Waiting
from queueing.domain.streams import Ratios, Stream
from tests.queueing.domain.test_ordering import FIRST, GRID, LAST, SECOND, THIRD, in_turn

TURNS = Discipline(Serving.INTERLEAVE, share=Share(2, 1))
BACK = Discipline(late=LatePolicy.BACK_N)
BETWEEN = Discipline(late=LatePolicy.INTERLEAVE)


def order(now: float, how: Discipline, *waiting: Waiting, calls: list[Called] | None = None) -> list[int]:
    return [p.key for p in calling_order(waiting, calls or [], grid=GRID, now=now, discipline=how)]


def rule(now: float, how: Discipline, one: Waiting, calls: list[Called] | None = None) -> str:
    return calling_order([one], calls or [], grid=GRID, now=now, discipline=how)[0].rule.value


def walk_ins(*keys: int) -> list[Waiting]:
    return [Waiting(key, key) for key in keys]


def booked(*keys: int, slot: Span = FIRST) -> list[Waiting]:
    return [Waiting(key, key, slot) for key in keys]


# -- booked patients and walk-ins in turn ----------------------------------------------------------------------------


def test_two_booked_patients_then_one_walk_in_and_again() -> None:
    assert order(70, TURNS, *walk_ins(1, 2, 3), *booked(11, 12, 13, 14, 15)) == [11, 12, 1, 13, 14, 2, 15, 3]


@pytest.mark.parametrize(
    ("share", "expected"), [(Share(1, 1), [11, 1, 12, 2, 13, 3]), (Share(1, 2), [11, 1, 2, 12, 3, 13])]
)
def test_the_policys_numbers_are_used(share: Share, expected: list[int]) -> None:
    how = Discipline(Serving.INTERLEAVE, share=share)
    assert order(70, how, *walk_ins(1, 2, 3), *booked(11, 12, 13)) == expected


def test_the_round_goes_on_where_the_calls_left_it() -> None:
    calls = [in_turn(61, FIRST), Called(62, Rule.EMERGENCY), in_turn(63, FIRST)]
    assert order(70, TURNS, *walk_ins(1, 2), *booked(11), calls=calls) == [1, 11, 2]


def test_a_walk_in_called_because_nobody_booked_was_there_takes_nobodys_turn() -> None:
    assert order(70, TURNS, *walk_ins(2), *booked(11, 12), calls=[Called(61, Rule.WALK_IN)]) == [11, 12, 2]


def test_booked_patients_of_a_later_slot_stay_behind_the_walk_ins() -> None:
    assert order(70, TURNS, *walk_ins(1, 2), *booked(11, slot=SECOND), *booked(12)) == [12, 1, 2, 11]


def test_streams_stand_beside_the_line_of_both() -> None:
    priority = Waiting(9, 9, stream=Stream.PRIORITY)
    assert order(70, TURNS, *walk_ins(1), *booked(11, 12), priority) == [11, 12, 9, 1]


def test_late_and_passed_is_one_of_the_walk_ins_once_the_last_slot_has_begun() -> None:
    late = Waiting(7, 130, FIRST)
    calls = [in_turn(125, SECOND), in_turn(241, LAST), in_turn(242, LAST)]
    assert order(250, TURNS, late, Waiting(8, 249), *booked(11, slot=LAST), calls=calls) == [7, 11, 8]


# -- some places back ------------------------------------------------------------------------------------------------


def test_once_absent_is_five_places_behind_whoever_waits() -> None:
    back = Waiting(99, 0, returned_at=69, misses=1)
    assert order(70, BACK, *walk_ins(1, 2, 3, 4, 5, 6, 7), back) == [1, 2, 3, 4, 5, 99, 6, 7]


def test_every_call_in_turn_brings_them_one_place_forward_and_an_emergency_does_not() -> None:
    back = Waiting(99, 0, returned_at=69, misses=1)
    calls = [
        Called(60, Rule.WALK_IN),
        *[Called(at, Rule.WALK_IN) for at in (70, 71)],
        Called(72, Rule.EMERGENCY),
    ]
    assert order(73, BACK, *walk_ins(1, 2, 3, 4, 5), back, calls=calls) == [1, 2, 3, 99, 4, 5]


def test_twice_absent_is_five_places_again_and_three_times_the_end() -> None:
    twice = Waiting(99, 0, returned_at=69, misses=2)
    thrice = Waiting(99, 0, FIRST, returned_at=69, misses=3)
    assert order(70, BACK, *walk_ins(1, 2, 3, 4, 5, 6), twice) == [1, 2, 3, 4, 5, 99, 6]
    assert order(70, BACK, *walk_ins(1, 2, 3, 4, 5, 6), *booked(8, slot=THIRD), thrice)[-1] == 99


def test_fewer_who_wait_than_places_is_the_end_of_those_due_and_before_the_early() -> None:
    back = Waiting(99, 0, FIRST, returned_at=69, misses=1)
    assert order(70, BACK, *walk_ins(1, 2), *booked(8, slot=SECOND), back) == [1, 2, 99, 8]


def test_two_who_are_back_keep_the_order_of_their_return() -> None:
    one, two = Waiting(91, 0, returned_at=68, misses=1), Waiting(90, 0, returned_at=69, misses=1)
    assert order(70, BACK, *walk_ins(1, 2, 3, 4, 5, 6), one, two) == [1, 2, 3, 4, 5, 91, 90, 6]


def test_late_to_a_passed_slot_costs_places_like_a_miss_and_then_counts_as_one() -> None:
    calls = [in_turn(125, SECOND)]
    late = Waiting(99, 130, FIRST)
    missed = Waiting(99, 130, FIRST, returned_at=140, misses=2)
    assert order(131, BACK, *walk_ins(1, 2, 3, 4, 5, 6), late, calls=calls) == [1, 2, 3, 4, 5, 99, 6]
    assert rule(141, BACK, missed, calls) == "late_passed", "the third step is the end"


def test_late_but_not_passed_costs_nothing_under_any_policy() -> None:
    for how in (BACK, BETWEEN, Discipline()):
        assert rule(126, how, Waiting(3, 125, FIRST)) == "booked"


def test_a_number_is_void_at_the_fourth_miss() -> None:
    assert [is_void(misses, BACK) for misses in (1, 2, 3, 4)] == [False, False, False, True]
    assert not is_void(99, Discipline(late=LatePolicy.BACK_N, void_after=0))
    assert not is_void(99, BETWEEN)


# -- in turn with the others -----------------------------------------------------------------------------------------


def test_two_first_visits_then_one_passed_patient() -> None:
    back = [Waiting(key, 0, returned_at=60 + key - 90, misses=1) for key in (91, 92)]
    assert order(70, BETWEEN, *walk_ins(1, 2, 3, 4, 5), *back) == [1, 2, 91, 3, 4, 92, 5]


def test_the_ratio_of_passed_patients_is_the_policys() -> None:
    how = Discipline(late=LatePolicy.INTERLEAVE, ratios=Ratios(passed=1))
    assert order(70, how, *walk_ins(1, 2, 3), Waiting(9, 0, FIRST, returned_at=65, misses=4)) == [1, 9, 2, 3]


def test_priority_results_and_passed_patients_that_are_all_due_take_turns() -> None:
    aside = [Waiting(10, 9, stream=Stream.PRIORITY), Waiting(20, 9, stream=Stream.REVIEW)]
    passed = Waiting(30, 0, returned_at=65, misses=1)
    assert order(70, BETWEEN, *walk_ins(1, 2, 3, 4), *aside, passed) == [1, 2, 10, 20, 30, 3, 4]


def test_who_came_late_to_a_passed_slot_stands_with_the_passed() -> None:
    assert rule(131, BETWEEN, Waiting(9, 130, FIRST), [in_turn(125, SECOND)]) == "passed"


@pytest.mark.parametrize("how", [BACK, BETWEEN], ids=["back_n", "interleave"])
def test_on_time_elsewhere_and_of_a_passed_slot_here_is_the_very_next_whatever_the_policy(
    how: Discipline,
) -> None:
    moved = Waiting(2, 100, FIRST, joined_at=140)
    assert order(141, how, Waiting(1, 5), moved, calls=[in_turn(125, SECOND)]) == [2, 1]


@pytest.mark.parametrize("serving", Serving)
@pytest.mark.parametrize("late", LatePolicy)
def test_an_emergency_is_the_next_absolutely(serving: Serving, late: LatePolicy) -> None:
    here = [*walk_ins(1), *booked(11), Waiting(12, 9, FIRST, returned_at=69, misses=1)]
    emergency = Waiting(99, 70, LAST, returned_at=70, misses=1, stream=Stream.EMERGENCY)
    assert order(70, Discipline(serving, late=late), *here, emergency)[0] == 99


@pytest.mark.parametrize("serving", Serving)
def test_reviews_that_outnumber_first_visits_take_every_other_turn_in_every_order(serving: Serving) -> None:
    reviews = [Waiting(key, 9, stream=Stream.REVIEW) for key in (51, 52, 53, 54)]
    assert order(70, Discipline(serving), *walk_ins(1, 2), *reviews)[:4] == [1, 51, 2, 52]


@pytest.mark.parametrize(
    ("how", "misses", "slot", "arrived", "expected"),
    [
        (Discipline(), 1, FIRST, 50, OnReturn.NEXT),
        (Discipline(), 1, FIRST, 130, OnReturn.LAST),
        (Discipline(), 1, None, 50, OnReturn.BY_REGISTRATION),
        (BACK, 2, FIRST, 50, OnReturn.PLACES_BACK),
        (BACK, 3, None, 50, OnReturn.END),
        (BETWEEN, 1, None, 50, OnReturn.IN_TURN),
    ],
)
def test_what_a_passed_patient_is_told_is_what_the_order_does(
    how: Discipline, misses: int, slot: Span | None, arrived: float, expected: OnReturn
) -> None:
    assert on_return(arrived, slot, misses=misses, discipline=how) is expected
    placed = {
        OnReturn.NEXT: "on_time_passed",
        OnReturn.LAST: "late_passed",
        OnReturn.END: "late_passed",
        OnReturn.BY_REGISTRATION: "walk_in",
        OnReturn.PLACES_BACK: "places_back",
        OnReturn.IN_TURN: "passed",
    }
    back = Waiting(1, arrived, slot, returned_at=140, misses=misses)
    assert rule(150, how, back, [in_turn(125, SECOND)]) == placed[expected]
