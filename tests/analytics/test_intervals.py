"""Intervals hold what they say: 95 of a hundred contain the truth, also where days differ and mornings are alike."""

import pytest
from numpy.random import default_rng

from analytics.domain.arrivals import full_counts, window_of_minutes
from analytics.domain.capacity import CapacityRule, Durations, FirstSlot, slot_capacity
from analytics.domain.intervals import dispersion, mean_interval, ratio_interval

REPEATS = 600
SESSIONS = 13
STRAY = 3 * (0.05 * 0.95 / REPEATS) ** 0.5
"""Three standard errors of a share of 95 % in so many repetitions."""


@pytest.mark.parametrize("spread", [1, 3], ids=["chance alone", "days that differ"])
def test_the_arrival_interval_holds_the_true_rate(spread: int) -> None:
    generator = default_rng([1, spread])
    mean, held = 9.0, 0
    for _ in range(REPEATS):
        shape = mean / (spread - 1) if spread > 1 else None
        means = generator.gamma(shape, mean / shape, SESSIONS) if shape else [mean] * SESSIONS
        windows = [
            window_of_minutes(generator.multinomial(generator.poisson(each), [1 / 60] * 60)) for each in means
        ]
        rate = full_counts(windows)
        held += rate.low_per_min <= mean / 60 <= rate.high_per_min
    assert 0.92 - STRAY <= held / REPEATS <= 0.98 + STRAY


def test_the_interval_of_the_mean_length_holds_it_although_a_mornings_visits_are_alike() -> None:
    generator = default_rng(2)
    held = pooled = 0
    for _ in range(REPEATS):
        sessions = [
            (pace * generator.gamma(4, 1.5, count).sum(), count)
            for pace, count in zip(
                generator.lognormal(-0.02, 0.2, SESSIONS), generator.integers(6, 12, SESSIONS), strict=True
            )
        ]
        low, high = ratio_interval(sessions) or (0.0, 0.0)
        held += low <= 6.0 <= high
        events = sum(count for _, count in sessions)
        mean = sum(total for total, _ in sessions) / events
        pooled += abs(mean - 6.0) <= 1.96 * 3.0 / events**0.5
    assert 0.93 - STRAY <= held / REPEATS <= 0.97 + STRAY
    assert pooled / REPEATS < 0.85, "the control: visits taken for independent"


def test_days_that_differ_have_a_dispersion_above_one() -> None:
    generator = default_rng(3)
    alike = [dispersion([(each, 60) for each in generator.poisson(9, 200)]) for _ in range(20)]
    unlike = [
        dispersion([(each, 60) for each in generator.poisson(generator.gamma(3, 3, 200))]) for _ in range(20)
    ]
    assert sum(alike) / 20 == pytest.approx(1.03, abs=0.08)
    assert sum(unlike) / 20 == pytest.approx(4.0, abs=0.4)


def test_too_few_sessions_have_no_interval() -> None:
    assert mean_interval([48.0]) is None
    assert ratio_interval([(60.0, 10), (0.0, 0)]) is None
    assert dispersion([(0, 60), (18, 60), (0, 60)]) == 1


def test_a_capacity_has_the_interval_of_what_it_comes_from() -> None:
    sessions = [Durations(10, 55.0, 310.0), Durations(10, 60.0, 370.0), Durations(10, 65.0, 430.0)]
    total = Durations.of_all(sessions)
    found = slot_capacity(60, total, sessions=sessions)
    assert found.interval is not None
    assert found.interval[0] < found.numbers == 10 < found.interval[1] + 1
    assert found.mean_interval_min is not None
    assert found.mean_interval_min[0] < 6.0 < found.mean_interval_min[1]
    late = slot_capacity(60, total, first=FirstSlot(4, 9, 48.0, (2, 3, 2, 2)), sessions=sessions)
    assert (late.rule, late.numbers, late.interval) == (CapacityRule.MEAN_SEEN, 2, (1, 3))


def test_a_slot_that_falls_back_has_the_interval_of_what_it_falls_back_to() -> None:
    found = slot_capacity(60, Durations(), expert=Durations(100, 600.0, 3825.0))
    low, high = found.mean_interval_min or (0.0, 0.0)
    assert (round(low, 2), round(high, 2)) == (5.7, 6.3)
    one = slot_capacity(60, Durations(1, 6.0, 36.0))
    assert (one.numbers, one.mean_interval_min, one.interval) == (10, None, None)
