"""The paper's arrival numbers (section 3, table 1), and what separates the two estimators."""

import pytest
from numpy.random import default_rng

from analytics.domain.arrivals import (
    Window,
    capped_rate,
    full_counts,
    paper_sampling,
    window_of_minutes,
)
from analytics.domain.intervals import poisson_interval

NOVEMBER = (450, 34, 10, 3, 3)


def test_the_papers_500_samples_give_015_walk_ins_a_minute_and_9_an_hour() -> None:
    rate = capped_rate(NOVEMBER)
    assert rate == 0.15
    assert rate * 60 == pytest.approx(9)


def test_nothing_sampled_is_a_rate_of_zero() -> None:
    assert capped_rate((0, 0, 0, 0, 0)) == 0
    assert full_counts([]).per_min == 0


def test_a_minute_with_more_than_four_walk_ins_is_capped_only_in_the_paper() -> None:
    window = window_of_minutes([7, 0, 0, 0, 0])
    assert full_counts([window]).per_min == pytest.approx(7 / 5)
    assert paper_sampling([window], default_rng(0)).per_min == pytest.approx(4 / 5)


def test_paper_sampling_draws_50_minutes_of_each_window_without_replacement() -> None:
    windows = [Window((45, 10, 3, 1, 1), 23)] * 10
    assert paper_sampling(windows, default_rng(7)).minutes == 500
    assert paper_sampling(windows, default_rng(7), samples=60).walk_ins == 230


def test_paper_sampling_takes_a_window_shorter_than_50_minutes_whole() -> None:
    assert paper_sampling([Window((28, 2, 0, 0, 0), 2)], default_rng(3)).minutes == 30


def test_the_same_seed_gives_the_same_sample_and_another_seed_another() -> None:
    windows = [Window((45, 10, 3, 1, 1), 23)] * 10
    first = paper_sampling(windows, default_rng(2018))
    assert first == paper_sampling(windows, default_rng(2018))
    others = {paper_sampling(windows, default_rng(seed)).walk_ins for seed in range(20)}
    assert len(others) > 1


def test_the_mean_of_many_samples_is_the_full_count_where_nothing_is_capped() -> None:
    window = Window((45, 10, 3, 1, 1), 10 + 6 + 3 + 4)
    generator = default_rng(11)
    rates = [paper_sampling([window], generator).per_min for _ in range(4000)]
    assert sum(rates) / len(rates) == pytest.approx(full_counts([window]).per_min, rel=0.01)


def test_full_counts_have_the_smaller_standard_error_over_simulated_sessions() -> None:
    generator = default_rng(5)
    full, sampled = [], []
    for _ in range(600):
        windows = [window_of_minutes(generator.poisson(0.15, 60).tolist()) for _ in range(10)]
        full.append(full_counts(windows).per_min)
        sampled.append(paper_sampling(windows, generator).per_min)
    variance = [sum((rate - 0.15) ** 2 for rate in rates) / len(rates) for rates in (full, sampled)]
    assert (variance[0] / variance[1]) ** 0.5 < 0.97


@pytest.mark.parametrize("count", [1, 5, 39, 117, 1000])
def test_the_interval_is_close_to_the_exact_poisson_interval(count: int) -> None:
    from scipy.stats import chi2

    low, high = poisson_interval(count)
    assert low == pytest.approx(chi2.ppf(0.025, 2 * count) / 2, rel=0.12 if count == 1 else 0.011, abs=0.02)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * count + 2) / 2, rel=0.01)
