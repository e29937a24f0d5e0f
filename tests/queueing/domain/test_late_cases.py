"""Every late case of rules 8 to 10, by name, under each late policy. Minutes as in test_ordering; two walk-ins wait.

Under ``interleave`` the calls so far count: after two in turn a passed patient is due.
"""

from __future__ import annotations

import pytest

from queueing.domain.ordering import calling_order
from queueing.domain.places import Called, Discipline, Grid, LatePolicy, Rule, Span, Waiting
from tests.queueing.domain.test_ordering import FIRST, GRID, LAST, SECOND, THIRD, in_turn

HERE = (Waiting(1, 30), Waiting(2, 31))
LATER_CALLED = in_turn(125, SECOND)
EARLY_CALLED = Called(125, Rule.EARLY, SECOND)
ON_TIME, LATE = 100.0, 130.0
"""Of the first slot, which ends at 120."""

CASES = {
    # name: (now, the patient, calls, place and rule under paper, back_n, interleave)
    "on time, there when called": (
        *(110, Waiting(9, ON_TIME, FIRST), []),
        *((0, "booked"), (0, "booked"), (0, "booked")),
    ),
    "on time at the very end of the slot, slot over, nobody of a later one called": (
        *(140, Waiting(9, 120, FIRST), [in_turn(110, FIRST)]),
        *((0, "booked"), (0, "booked"), (0, "booked")),
    ),
    "on time, called while absent": (
        *(140, Waiting(9, ON_TIME, FIRST, returned_at=135, misses=1), [in_turn(110, FIRST)]),
        *((0, "on_time_passed"), (1, "places_back"), (1, "passed")),
    ),
    "on time, called while absent, the slot passed meanwhile": (
        *(140, Waiting(9, ON_TIME, FIRST, returned_at=135, misses=1), [in_turn(110, FIRST), LATER_CALLED]),
        *((0, "on_time_passed"), (1, "places_back"), (0, "passed")),
    ),
    "on time, waits while the slot becomes a passed one": (
        *(140, Waiting(9, ON_TIME, FIRST), [LATER_CALLED]),
        *((0, "booked"), (0, "booked"), (0, "booked")),
    ),
    "on time elsewhere, sent here when the slot is passed": (
        *(140, Waiting(9, ON_TIME, FIRST, joined_at=135), [LATER_CALLED]),
        *((0, "on_time_passed"), (0, "on_time_passed"), (0, "on_time_passed")),
    ),
    "late, the slot is over but not passed": (
        *(140, Waiting(9, LATE, FIRST), [in_turn(110, FIRST)]),
        *((0, "booked"), (0, "booked"), (0, "booked")),
    ),
    "late, a later slot was called under rule 7 only": (
        *(140, Waiting(9, LATE, FIRST), [EARLY_CALLED]),
        *((0, "booked"), (0, "booked"), (0, "booked")),
    ),
    "late, the slot is passed": (
        *(140, Waiting(9, LATE, FIRST), [LATER_CALLED]),
        *((2, "late_passed"), (1, "places_back"), (1, "passed")),
    ),
    "late, not passed, called while absent": (
        *(140, Waiting(9, LATE, FIRST, returned_at=135, misses=1), [in_turn(133, FIRST)]),
        *((2, "late_passed"), (1, "places_back"), (1, "passed")),
    ),
    "late, passed and called while absent again": (
        *(150, Waiting(9, LATE, FIRST, returned_at=145, misses=1), [LATER_CALLED]),
        *((2, "late_passed"), (2, "late_passed"), (1, "passed")),
    ),
    "late and passed, checked in after the last slot began": (
        *(250, Waiting(9, 245, FIRST), [LATER_CALLED]),
        *((2, "late_passed"), (1, "places_back"), (1, "passed")),
    ),
    "late for the last slot, which no later one can pass": (
        *(310, Waiting(9, 305, LAST), [in_turn(250, LAST)]),
        *((0, "booked"), (0, "booked"), (0, "booked")),
    ),
    "early, called under rule 7 while absent": (
        *(80, Waiting(9, 20, THIRD, returned_at=75, misses=1), [Called(70, Rule.EARLY, THIRD)]),
        *((0, "on_time_passed"), (1, "places_back"), (2, "passed")),
    ),
    "walk-in called while absent": (
        *(140, Waiting(9, 20, returned_at=135, misses=1), []),
        *((0, "walk_in"), (1, "places_back"), (2, "passed")),
    ),
}
WAYS = {
    "paper": Discipline(),
    "back_n": Discipline(late=LatePolicy.BACK_N, back_places=(1, 0)),
    "interleave": Discipline(late=LatePolicy.INTERLEAVE),
}


@pytest.mark.parametrize("policy", WAYS)
@pytest.mark.parametrize("case", CASES)
def test_whoever_is_late_or_absent_stands_where_the_rules_say(case: str, policy: str) -> None:
    now, patient, calls, *expected = CASES[case]
    line = calling_order([*HERE, patient], calls, grid=GRID, now=now, discipline=WAYS[policy])
    places = {place.key: (ahead, place.rule.value) for ahead, place in enumerate(line)}
    assert places[9] == expected[list(WAYS).index(policy)]


def test_the_end_of_the_queue_is_as_it_stands_when_the_last_slot_begins() -> None:
    late = Waiting(9, LATE, FIRST)
    before, after = Waiting(3, 239), Waiting(4, 241)
    line = calling_order([late, after, before, *HERE], [LATER_CALLED], grid=GRID, now=250)
    assert [place.key for place in line] == [1, 2, 3, 9, 4]


def test_an_end_before_the_last_slot_is_behind_early_patients_too() -> None:
    early = Waiting(8, 100, LAST)
    line = calling_order([Waiting(9, LATE, FIRST), early, *HERE], [LATER_CALLED], grid=GRID, now=140)
    assert [place.key for place in line] == [1, 2, 8, 9]


def test_one_slot_is_never_passed() -> None:
    only = Span(60, 120)
    late = Waiting(9, 125, only)
    line = calling_order([late, *HERE], [in_turn(70, only)], grid=Grid(60, 60), now=130)
    assert (line[0].key, line[0].rule) == (9, Rule.BOOKED)
