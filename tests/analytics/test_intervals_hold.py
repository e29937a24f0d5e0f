"""The intervals of the dashboard hold as often as they say, on invented sessions."""

from __future__ import annotations

from statistics import mean

from numpy.random import Generator, default_rng

from analytics.domain.coming import expected_sum, next_count
from analytics.domain.effects import median_effect

SEED = 2018


def sessions(random: Generator, middle: float, count: int) -> list[list[float]]:
    """Waits around a median; each session has luck of its own that all its patients share."""
    return [
        [float(wait) for wait in middle + random.normal(0, 12) + random.normal(0, 15, random.poisson(20) + 1)]
        for _session in range(count)
    ]


def test_the_interval_of_a_change_of_medians_holds_the_truth_95_times_of_100() -> None:
    random = default_rng(SEED)
    held = []
    for _trial in range(400):
        change = median_effect(sessions(random, 80, 30), sessions(random, 50, 25))
        held.append(change.low <= -30 <= change.high)
    assert 0.92 <= mean(held) <= 0.98


def test_taking_patients_for_independent_would_hold_it_far_less_often() -> None:
    """The control: every patient a session of one."""
    random = default_rng(SEED)
    held = []
    for _trial in range(200):
        before, after = (
            [[wait] for session in sessions(random, middle, count) for wait in session]
            for middle, count in ((80, 30), (50, 25))
        )
        change = median_effect(before, after)
        held.append(change.low <= -30 <= change.high)
    assert mean(held) < 0.7


def test_the_walk_ins_of_a_day_ahead_lie_in_their_interval_80_times_of_100() -> None:
    """Three sessions a day, 13 weeks of history, rates that vary from week to week."""
    random = default_rng(SEED)
    held = []
    for _trial in range(1500):
        parts = []
        came = 0
        for rate in (15, 9, 4):
            *past, coming = random.poisson(rate * random.gamma(25, 1 / 25, 14))
            parts.append(next_count([int(count) for count in past]))
            came += int(coming)
        found = expected_sum(part for part in parts if part)
        held.append(found.low <= came <= found.high)
    assert 0.78 <= mean(held) <= 0.87  # whole numbers: the interval holds a little more than asked
