"""Rules 6 to 10, case by case. Times are minutes after 07:00; slots 08-09, 09-10, 10-11, 11-12 begin at
60."""

from __future__ import annotations

import pytest

from queueing.domain.lateness import slot_passed_at
from queueing.domain.ordering import calling_order, next_ticket, people_ahead
from queueing.domain.places import Called, Discipline, Grid, Place, Rule, Serving, Span, Waiting
from queueing.domain.streams import Ratios, Stream

FIRST, SECOND, THIRD, LAST = (Span(60 * n, 60 * n + 60) for n in (1, 2, 3, 4))
GRID = Grid(first_starts_at=60, last_starts_at=240)


def order(now: float, *waiting: Waiting, calls: list[Called] | None = None, **how: Serving) -> list[int]:
    places = calling_order(waiting, calls or [], grid=GRID, now=now, discipline=Discipline(**how))
    return [place.key for place in places]


def rules(now: float, *waiting: Waiting, calls: list[Called] | None = None) -> dict[int, str]:
    return {p.key: p.rule.value for p in calling_order(waiting, calls or [], grid=GRID, now=now)}


def in_turn(at: float, slot: Span) -> Called:
    return Called(at, Rule.BOOKED, slot)


# -- rule 6 ---------------------------------------------------------------------------------------------------------


def test_booked_patients_of_the_current_slot_come_before_walk_ins() -> None:
    assert order(70, Waiting(1, 5), Waiting(2, 65, FIRST)) == [2, 1]


def test_booked_patients_stand_by_slot_then_check_in() -> None:
    assert order(130, Waiting(1, 61, SECOND), Waiting(2, 59, FIRST), Waiting(3, 55, FIRST)) == [3, 2, 1]


def test_walk_ins_stand_by_registration() -> None:
    assert order(70, Waiting(1, 9), Waiting(2, 3), Waiting(3, 5)) == [2, 3, 1]


def test_before_the_opening_the_first_slot_is_the_current_one() -> None:
    assert order(40, Waiting(1, 5), Waiting(2, 30, FIRST), Waiting(3, 20, SECOND)) == [2, 1, 3]


def test_after_the_close_every_slot_has_come() -> None:
    assert order(310, Waiting(1, 5), Waiting(2, 250, LAST)) == [2, 1]


def test_who_came_in_the_same_moment_stands_by_number() -> None:
    assert order(70, Waiting(2, 5), Waiting(1, 5)) == [1, 2]


# -- first come -----------------------------------------------------------------------------------------------------


def test_first_come_ignores_the_channel() -> None:
    assert order(70, Waiting(1, 5), Waiting(2, 4, FIRST), serving=Serving.FIRST_COME) == [2, 1]
    assert order(70, Waiting(1, 3), Waiting(2, 4, FIRST), serving=Serving.FIRST_COME) == [1, 2]


def test_first_come_keeps_early_appointments_back() -> None:
    assert order(70, Waiting(1, 50), Waiting(2, 4, SECOND), serving=Serving.FIRST_COME) == [1, 2]


def test_first_come_keeps_rule_nine() -> None:
    back = Waiting(3, 20, FIRST, returned_at=69)
    assert order(70, Waiting(1, 3), Waiting(2, 4, FIRST), back, serving=Serving.FIRST_COME) == [3, 1, 2]


# -- rule 7 ---------------------------------------------------------------------------------------------------------


def test_an_early_appointment_is_called_when_nobody_else_waits() -> None:
    early = Waiting(1, 10, SECOND)
    assert next_ticket([early], [], grid=GRID, now=70) == Place(1, Rule.EARLY)


def test_early_appointments_wait_behind_every_walk_in() -> None:
    assert order(70, Waiting(1, 10, SECOND), Waiting(2, 69)) == [2, 1]


def test_early_appointments_stand_by_slot_then_check_in() -> None:
    assert order(70, Waiting(1, 10, THIRD), Waiting(2, 30, SECOND), Waiting(3, 20, SECOND)) == [3, 2, 1]


def test_an_early_appointment_moves_up_when_its_slot_begins() -> None:
    here = (Waiting(1, 10, SECOND), Waiting(2, 69))
    assert order(119.9, *here) == [2, 1]
    assert order(120, *here) == [1, 2]


# -- rule 8: passed slots ------------------------------------------------------------------------------------------


def test_a_slot_is_passed_once_it_is_over_and_a_later_slot_was_called_in_turn() -> None:
    assert slot_passed_at(FIRST, [in_turn(125, SECOND)]) == 125


def test_a_slot_is_not_passed_by_its_end_alone() -> None:
    assert slot_passed_at(FIRST, [in_turn(70, FIRST), Called(130, Rule.WALK_IN)]) == float("inf")


@pytest.mark.parametrize(
    "rule", [Rule.EARLY, Rule.EMERGENCY, Rule.ON_TIME_PASSED, Rule.PRIORITY, Rule.REVIEW]
)
def test_calls_out_of_turn_never_pass_a_slot(rule: Rule) -> None:
    assert slot_passed_at(FIRST, [Called(130, rule, SECOND)]) == float("inf")


def test_a_slot_called_into_early_by_right_is_passed_at_its_end_at_the_soonest() -> None:
    assert slot_passed_at(Span(60, 130), [in_turn(125, Span(120, 180))]) == 130


# -- rule 9 ---------------------------------------------------------------------------------------------------------


def test_on_time_but_called_while_absent_is_the_very_next_once_back() -> None:
    back = Waiting(3, 50, FIRST, returned_at=75)
    assert order(76, Waiting(1, 5), Waiting(2, 40, FIRST), back) == [3, 2, 1]
    assert rules(76, back)[3] == "on_time_passed"


def test_several_who_are_back_stand_by_return() -> None:
    assert order(90, Waiting(1, 50, FIRST, returned_at=80), Waiting(2, 40, FIRST, returned_at=81)) == [1, 2]


def test_checking_in_at_the_very_end_of_the_slot_is_on_time() -> None:
    assert rules(130, Waiting(1, 120, FIRST, returned_at=128))[1] == "on_time_passed"


def test_on_time_elsewhere_and_of_a_passed_slot_here_is_the_very_next() -> None:
    moved = Waiting(2, 100, FIRST, joined_at=140)
    assert order(141, Waiting(1, 5), moved, calls=[in_turn(125, SECOND)]) == [2, 1]


def test_an_early_patient_called_under_rule_seven_while_absent_is_the_very_next_once_back() -> None:
    assert order(80, Waiting(1, 5), Waiting(2, 10, THIRD, returned_at=79)) == [2, 1]


# -- rule 10 --------------------------------------------------------------------------------------------------------


def test_late_but_not_passed_has_the_place_of_the_check_in() -> None:
    late = Waiting(3, 125, FIRST)
    assert order(126, Waiting(1, 5), Waiting(2, 110, FIRST), late, Waiting(4, 121, SECOND)) == [2, 3, 4, 1]


def test_late_and_passed_stands_behind_everybody_before_the_last_slot() -> None:
    late = Waiting(1, 130, FIRST)
    others = (Waiting(2, 129), Waiting(3, 128, SECOND), Waiting(4, 100, LAST), Waiting(5, 131))
    assert order(132, late, *others, calls=[in_turn(125, SECOND)]) == [3, 2, 5, 4, 1]


def test_late_and_called_while_absent_goes_to_the_end() -> None:
    late = Waiting(1, 125, FIRST, returned_at=135)
    assert order(136, late, Waiting(2, 135.5), Waiting(3, 20, LAST)) == [2, 3, 1]


def test_walk_ins_who_register_after_the_last_slot_begins_come_behind() -> None:
    late = Waiting(1, 130, FIRST)
    calls = [in_turn(125, SECOND)]
    assert order(250, late, Waiting(2, 239), Waiting(3, 240), Waiting(4, 241), calls=calls) == [2, 3, 1, 4]


def test_booked_patients_of_the_last_slot_come_before_late_and_passed_ones() -> None:
    late = Waiting(1, 130, FIRST)
    assert order(250, late, Waiting(2, 249, LAST), calls=[in_turn(125, SECOND)]) == [2, 1]


def test_late_check_in_during_the_last_slot_counts_from_the_check_in() -> None:
    late = Waiting(1, 260, FIRST)
    calls = [in_turn(125, SECOND)]
    assert order(270, late, Waiting(2, 255), Waiting(3, 265), calls=calls) == [2, 1, 3]


def test_coming_back_late_during_the_last_slot_counts_from_the_return() -> None:
    late = Waiting(1, 130, FIRST, returned_at=262)
    assert order(270, late, Waiting(2, 255), Waiting(3, 265), calls=[in_turn(125, SECOND)]) == [2, 1, 3]


def test_several_late_and_passed_stand_by_report() -> None:
    calls = [in_turn(125, SECOND)]
    assert order(200, Waiting(1, 140, FIRST), Waiting(2, 130, FIRST), calls=calls) == [2, 1]
    assert order(250, Waiting(1, 140, FIRST), Waiting(2, 130, FIRST), calls=calls) == [2, 1]


def test_nobody_loses_the_place_while_waiting_when_the_slot_becomes_passed() -> None:
    late = Waiting(1, 125, FIRST)
    assert rules(140, late, calls=[in_turn(130, SECOND)])[1] == "booked"


def test_a_late_and_passed_patient_is_called_when_nobody_else_waits() -> None:
    place = next_ticket([Waiting(1, 130, FIRST)], [in_turn(125, SECOND)], grid=GRID, now=140)
    assert place == Place(1, Rule.LATE_PASSED)


def test_a_walk_in_who_was_absent_keeps_the_place_of_the_registration() -> None:
    assert order(90, Waiting(1, 5, returned_at=85), Waiting(2, 6)) == [1, 2]


# -- emergencies and streams ---------------------------------------------------------------------------------------


def test_an_emergency_comes_before_everybody() -> None:
    emergency = Waiting(4, 89, stream=Stream.EMERGENCY)
    back = Waiting(3, 50, FIRST, returned_at=75)
    assert order(90, Waiting(1, 5), Waiting(2, 40, FIRST), back, emergency) == [4, 3, 2, 1]


def test_priority_patients_come_after_every_second_normal_one() -> None:
    normal = [Waiting(n, n) for n in range(1, 6)]
    priority = [Waiting(n, n, stream=Stream.PRIORITY) for n in (8, 9)]
    assert order(70, *normal, *priority) == [1, 2, 8, 3, 4, 9, 5]


def test_an_empty_stream_yields_its_turn() -> None:
    assert order(70, Waiting(8, 8, stream=Stream.PRIORITY), Waiting(9, 9, stream=Stream.PRIORITY)) == [8, 9]


def test_the_ratio_goes_on_where_the_calls_so_far_left_it() -> None:
    calls = [Called(61, Rule.WALK_IN), Called(65, Rule.BOOKED, FIRST)]
    assert order(70, Waiting(1, 1), Waiting(8, 8, stream=Stream.PRIORITY), calls=calls) == [8, 1]


def test_emergencies_rule_nine_and_rule_seven_do_not_count_for_the_ratio() -> None:
    calls = [
        Called(61, Rule.EMERGENCY),
        Called(65, Rule.ON_TIME_PASSED, FIRST),
        Called(66, Rule.EARLY, SECOND),
    ]
    here = [Waiting(1, 1), Waiting(2, 2), Waiting(8, 8, stream=Stream.PRIORITY)]
    assert order(70, *here, calls=calls) == [1, 2, 8]


def test_reviews_take_every_other_turn_when_they_outnumber_first_visits() -> None:
    normal = [Waiting(n, n) for n in (1, 2)]
    reviews = [Waiting(n, n, stream=Stream.REVIEW) for n in (5, 6, 7, 8)]
    assert order(70, *normal, *reviews) == [1, 5, 2, 6, 7, 8]


def test_priority_and_reviews_that_are_both_due_alternate() -> None:
    normal = [Waiting(n, n) for n in range(1, 7)]
    priority = [Waiting(n, n, stream=Stream.PRIORITY) for n in (10, 11)]
    reviews = [Waiting(n, n, stream=Stream.REVIEW) for n in (20, 21)]
    assert order(70, *normal, *priority, *reviews) == [1, 2, 10, 20, 3, 4, 11, 21, 5, 6]


def test_the_policys_ratio_is_used() -> None:
    places = calling_order(
        [*(Waiting(n, n) for n in (1, 2, 3)), Waiting(9, 9, stream=Stream.PRIORITY)],
        [],
        grid=GRID,
        now=70,
        discipline=Discipline(ratios=Ratios(priority=1)),
    )
    assert [place.key for place in places] == [1, 9, 2, 3]


def test_a_priority_patient_of_a_later_slot_is_early_like_others() -> None:
    assert order(70, Waiting(1, 5), Waiting(2, 10, SECOND, stream=Stream.PRIORITY)) == [1, 2]


def test_a_late_and_passed_priority_patient_stands_at_the_end_like_others() -> None:
    late = Waiting(1, 130, FIRST, stream=Stream.PRIORITY)
    assert order(250, late, Waiting(2, 200), calls=[in_turn(125, SECOND)]) == [2, 1]


# -- people ahead --------------------------------------------------------------------------------------------------


def test_people_ahead_counts_who_is_called_before() -> None:
    places = calling_order([Waiting(1, 5), Waiting(2, 65, FIRST)], [], grid=GRID, now=70)
    assert (people_ahead(places, 2), people_ahead(places, 1), people_ahead(places, 3)) == (0, 1, None)
