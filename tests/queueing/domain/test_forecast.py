"""The forecast moves the way a waiting room does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from queueing.domain.expected import LiveQueue, Wait, forecast
from queueing.domain.futures import RoomNow
from queueing.domain.newcomers import Newcomers
from queueing.domain.paces import DayProfile, Durations, Speed
from queueing.domain.places import Called, Discipline, Grid, Rule, Span, Waiting
from queueing.domain.standing import turns_of

HOUR = 3600.0
WALK_INS = tuple((Waiting(key, key), Rule.WALK_IN) for key in range(10))
TEN_AHEAD = LiveQueue(
    now=0,
    line=WALK_INS,
    ahead=10,
    rule=Rule.WALK_IN,
    slot_starts_at=None,
    to_come=(),
    rooms=(RoomNow(),),
    pace=Speed(6, 0.5, 30),
)


def p50(**changes: object) -> float:
    return forecast(replace(TEN_AHEAD, **changes)).p50  # type: ignore[arg-type]


def test_ten_people_of_six_minutes_take_an_hour() -> None:
    assert p50() == pytest.approx(60, abs=5)


def test_two_rooms_halve_the_wait() -> None:
    assert p50(rooms=(RoomNow(), RoomNow())) == pytest.approx(p50() / 2, abs=5)


def test_booked_patients_who_still_come_are_seen_before_a_walk_in() -> None:
    soon = tuple(600.0 for _turn in range(4))
    assert p50(to_come=soon) > p50() + 6
    assert p50(to_come=soon, newcomers=Newcomers(slot_min=10)) > p50(to_come=soon) + 3, "due at its beginning"
    assert p50(to_come=tuple(start + 8 * HOUR for start in soon)) == pytest.approx(p50(), abs=3)
    assert p50(to_come=soon, rule=Rule.ARRIVAL) == pytest.approx(p50(), abs=3), "first come, first served"


def test_a_booked_patient_waits_only_for_those_of_earlier_slots() -> None:
    own = {"rule": Rule.BOOKED, "slot_starts_at": 0.0, "ahead": 2}
    assert p50(**own, to_come=(600.0, 600.0)) == pytest.approx(p50(**own), abs=3)
    assert p50(**own, to_come=(-600.0, -600.0)) > p50(**own)


def test_an_early_patient_moves_up_when_the_slot_begins() -> None:
    early = {"rule": Rule.EARLY, "slot_starts_at": 20 * 60.0}
    assert 19 < p50(**early) < 28
    assert p50(rule=Rule.EARLY, slot_starts_at=5 * HOUR) == pytest.approx(p50(), abs=5), (
        "nobody keeps the expert idle"
    )


def test_early_patients_behind_a_walk_in_move_up_before_it() -> None:
    early = tuple((Waiting(50 + key, 0, Span(900, 900 + HOUR)), Rule.EARLY) for key in range(3))
    assert p50(line=WALK_INS + early) == pytest.approx(p50() + 18, abs=5)


def test_a_late_start_and_a_pause_are_waited_for() -> None:
    closed = (RoomNow(starts_in_min=30, started=False),)
    assert p50(rooms=closed) == pytest.approx(90, abs=6)
    assert p50(rooms=closed, late_start=Durations(20, 15, 5)) == pytest.approx(105, abs=7)
    assert p50(rooms=(RoomNow(paused_min=20),)) == pytest.approx(80, abs=6)


def test_an_expert_who_is_later_than_usual_is_not_expected_this_very_moment() -> None:
    overdue = (RoomNow(starts_in_min=-20, started=False),)
    late = p50(rooms=overdue, late_start=Durations(20, 10, 4))
    assert p50() + 0.5 < late < p50() + 10


def test_who_comes_late_to_a_passed_slot_is_not_foreseen_before_others() -> None:
    still = {"to_come": tuple(-4500.0 for _turn in range(20))}
    not_passed, passed = p50(**still), p50(**still, latest_called=0.0)
    assert not_passed > passed + 2
    assert passed == pytest.approx(p50(), abs=2)


def test_walk_ins_to_come_are_foreseen_where_they_go_first() -> None:
    crowd = Newcomers(walk_ins=(20.0, 20.0, 20.0))
    early = {"rule": Rule.EARLY, "slot_starts_at": 2 * HOUR, "ahead": 5}
    assert p50(**early) < 40, "alone, the expert is not kept idle"
    assert p50(**early, newcomers=crowd) == pytest.approx(123, abs=4)
    last = {"rule": Rule.LATE_PASSED, "ahead": 5, "grid": Grid(0, HOUR), "slot_starts_at": -2 * HOUR}
    assert p50(**last, newcomers=crowd) > p50(**last) + 60
    assert p50(newcomers=crowd) == pytest.approx(p50(), abs=3)


def test_emergencies_and_priority_patients_are_foreseen() -> None:
    assert p50(newcomers=Newcomers(urgent_per_h=3)) > p50() + 12


def test_a_priority_patient_waits_for_those_who_come_in_time_for_the_turns_before() -> None:
    soon = {"rooms": (RoomNow(starts_in_min=60, started=False),), "newcomers": Newcomers(walk_ins=(20.0,))}
    first = {"rule": Rule.PRIORITY, "line": (), "ahead": 0}
    assert p50(**first, **soon) == pytest.approx(60 + 2 * 6, abs=3)
    due = turns_of([Called(0, Rule.WALK_IN)] * 2, Discipline().how)
    assert p50(**first, **soon, turns=due) == 60
    assert p50(**first | {"line": WALK_INS}, **soon) == 60, "some of the normal line are behind already"


def test_the_hour_of_the_day_counts() -> None:
    assert p50(profile=DayProfile((1.0, 2.0), -30)) == pytest.approx(90, abs=6)


def test_the_time_from_call_to_chair_counts() -> None:
    assert p50(between_min=0.5) == pytest.approx(p50() + 5, abs=0.1)


def test_a_consultation_that_began_after_the_moment_asked_about_counts_as_just_begun() -> None:
    assert p50(rooms=(RoomNow(busy_min=-0.001),)) == p50(rooms=(RoomNow(busy_min=0),))


def test_the_same_ticket_is_told_the_same_time_twice() -> None:
    assert forecast(TEN_AHEAD) == forecast(TEN_AHEAD)


def test_the_later_end_holds_for_eight_in_ten_when_the_world_is_as_assumed() -> None:
    rng = np.random.default_rng(2018)
    calls = []
    for seed in range(400):
        true_mean = 6 * rng.gamma(1 / 0.01) * 0.01
        known = rng.gamma(4, true_mean / 4, size=12)
        pace = Speed(float(known.mean()), 0.5, 12)
        wait: Wait = forecast(replace(TEN_AHEAD, pace=pace, seed=seed))
        actual = rng.gamma(4, true_mean / 4, size=10).sum()
        calls.append([actual <= wait.p20, actual <= wait.p50, actual <= wait.p80, actual <= wait.p90])
    p20, half, p80, p90 = np.mean(calls, axis=0)
    assert (p20, half, p80, p90) == (
        pytest.approx(0.2, abs=0.08),
        pytest.approx(0.5, abs=0.08),
        pytest.approx(0.8, abs=0.06),
        pytest.approx(0.9, abs=0.05),
    )
