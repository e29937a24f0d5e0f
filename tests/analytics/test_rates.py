"""The estimator that forgets: its posterior, the department's prior, and the half-life that history chooses."""

from math import inf, log

import numpy as np
import pytest
from numpy.random import default_rng

from analytics.domain.arrivals import Window, window_of_minutes
from analytics.domain.drift import HALF_LIVES, chosen, rolling_deviances
from analytics.domain.posteriors import STRONGEST_PRIOR, Counts, Sums, department_priors, forecasts
from analytics.domain.rates import Aged, Prior, discounted


def counted(walk_ins: int) -> Window:
    return window_of_minutes([1] * walk_ins + [0] * (60 - walk_ins))


def counts_of(generator: np.random.Generator, rates: np.ndarray) -> Counts:
    walk_ins = generator.poisson(rates).astype(float)
    return Counts(walk_ins, np.full_like(walk_ins, 60.0))


def test_without_forgetting_and_with_a_thin_prior_the_rate_is_the_plain_mean() -> None:
    windows = [Aged(counted(each), weeks) for weeks, each in enumerate([8, 10, 9, 9])]
    found = discounted(windows, inf, Prior(1e-9, 0.0))
    assert found.per_min == pytest.approx(9 / 60)
    assert (found.walk_ins, found.minutes) == (36, 240)


def test_the_interval_is_that_of_the_gamma_posterior() -> None:
    from scipy.stats import gamma

    found = discounted([Aged(counted(12), 0), Aged(counted(6), 4)], 4.0, Prior(3.0, 20.0))
    posterior = gamma(3 + 12 + 3, scale=1 / (20 + 60 + 30))
    assert found.per_min == pytest.approx(posterior.mean())
    assert (found.low_per_min, found.high_per_min) == pytest.approx(posterior.interval(0.95))


def test_the_interval_widens_as_the_half_life_shrinks() -> None:
    windows = [Aged(counted(9), weeks) for weeks in range(26)]
    widths = [
        found.high_per_min - found.low_per_min for found in (discounted(windows, each) for each in HALF_LIVES)
    ]
    assert widths == sorted(widths, reverse=True)


def test_nothing_known_is_a_rate_of_zero() -> None:
    assert discounted([], 8.0).high_per_min == 0


def test_a_department_without_walk_ins_expects_none_at_all() -> None:
    """A millionth of a walk-in would take a whole number from the quota, which is rounded down."""
    none = Counts(np.zeros((20, 4, 2)), np.full((20, 4, 2), 60.0))
    rate = discounted([Aged(counted(0), 0)], 8.0, chosen(none).priors[0])
    assert rate.per_min == rate.low_per_min == 0
    assert 0 < rate.high_per_min < 0.05


def test_the_departments_prior_finds_how_much_experts_differ() -> None:
    generator = default_rng(7)
    rates = generator.gamma(4.0, 9.0 / 4.0, (2000, 1))
    minutes = np.full((2000, 1), 60.0 * 20)
    shape, exposure = department_priors(Sums(generator.poisson(rates * 20).astype(float), minutes, minutes))
    assert shape.item() == pytest.approx(4.0, rel=0.15)
    assert shape.item() / exposure.item() * 60 == pytest.approx(9.0, rel=0.05)


def test_experts_who_do_not_differ_bind_each_other_up_to_a_bound() -> None:
    minutes = np.full((10, 1), 600.0)
    _, exposure = department_priors(Sums(np.full((10, 1), 30.0), minutes, minutes))
    assert exposure.item() == STRONGEST_PRIOR * 600


def test_forecasts_are_the_posterior_means_of_the_sessions_before() -> None:
    counts = counts_of(default_rng(3), np.full((12, 5, 2), 6.0))
    found = forecasts(counts, 4.0)[11]
    known = Counts(counts.walk_ins[:11], counts.minutes[:11])
    priors = chosen(known, [4.0]).priors
    for series in range(5):
        for window in range(2):
            sessions = [
                Aged(counted(int(counts.walk_ins[week, series, window])), 10 - week) for week in range(11)
            ]
            rate = discounted(sessions, 4.0, priors[window])
            assert found[series, window] == pytest.approx(rate.per_min, rel=1e-3)


def test_the_deviance_of_a_week_is_that_of_its_counts_given_the_weeks_before() -> None:
    counts = counts_of(default_rng(4), np.full((8, 3, 2), 5.0))
    expected = forecasts(counts, 8.0) * 60
    by_hand = 0.0
    for week in range(4, 8):
        for seen, mean in zip(counts.walk_ins[week].ravel(), expected[week].ravel(), strict=True):
            by_hand += 2 * ((seen * log(seen / mean) if seen else 0.0) - (seen - mean))
    assert rolling_deviances(counts, [expected / 60]).sum() == pytest.approx(by_hand)


def test_a_steady_department_forgets_slowly_and_a_changing_one_quickly() -> None:
    generator = default_rng(5)
    steady = counts_of(generator, np.full((52, 10, 3), 5.0))
    walk = 5.0 * np.exp(np.cumsum(generator.normal(0, 0.3, (52, 10, 3)), axis=0).clip(-1.5, 1.5))
    changing = counts_of(generator, walk)
    assert min(chosen(steady).half_lives_weeks) >= 16
    assert max(chosen(changing).half_lives_weeks) <= 4


def test_a_short_steady_history_seldom_forgets_by_chance() -> None:
    generator = default_rng(12)
    found = [chosen(counts_of(generator, np.full((9, 5, 1), 4.0))).half_lives_weeks[0] for _ in range(60)]
    assert sum(each >= 16 for each in found) >= 45


def test_each_window_has_the_half_life_of_its_own_changes() -> None:
    generator = default_rng(8)
    rates = np.full((52, 10, 2), 6.0)
    rates[:, :, 0] *= np.exp(np.cumsum(generator.normal(0, 0.3, (52, 10)), axis=0).clip(-1.5, 1.5))
    changing, steady = chosen(counts_of(generator, rates)).half_lives_weeks
    assert changing <= 4 < 16 <= steady


def test_a_department_that_changed_lately_is_not_held_to_its_steady_years() -> None:
    generator = default_rng(9)
    rates = np.full((104, 10, 1), 6.0)
    rates[92:] = 12.0
    assert chosen(counts_of(generator, rates[:92])).half_lives_weeks[0] >= 16
    assert chosen(counts_of(generator, rates)).half_lives_weeks[0] <= 8


def test_series_without_sessions_and_windows_that_nobody_had_do_no_harm() -> None:
    counts = counts_of(default_rng(6), np.full((20, 4, 2), 5.0))
    counts.minutes[:, 3] = counts.walk_ins[:, 3] = 0.0
    counts.minutes[:15, :, 1] = counts.walk_ins[:15, :, 1] = 0.0
    found = chosen(counts)
    assert np.isfinite(found.spreads).all()
    assert all(np.isfinite(prior.shape) and np.isfinite(prior.minutes) for prior in found.priors)


def test_the_interval_of_a_rate_that_moves_is_wider_than_its_posterior() -> None:
    generator = default_rng(10)
    walk = np.cumsum(generator.normal(0, 0.3, (104, 10, 1)), axis=0)
    moving = 8.0 * np.exp(walk.clip(-1.4, 1.4))
    spread = chosen(counts_of(generator, moving)).spreads[0]
    assert 1.3 < spread < 5
    windows, prior = [Aged(counted(9), 0)], Prior(3.0, 20.0)
    narrow, wide = discounted(windows, 2.0, prior), discounted(windows, 2.0, prior, spread)
    assert wide.per_min == narrow.per_min
    assert wide.low_per_min < narrow.low_per_min < narrow.high_per_min < wide.high_per_min


def test_a_history_that_is_too_short_to_choose_takes_the_default() -> None:
    empty = Counts(np.zeros((9, 1, 2)), np.zeros((9, 1, 2)))
    assert chosen(empty).half_lives_weeks == (8.0, 8.0)
    assert discounted([], 8.0, chosen(empty).priors[0]).per_min == 0
