"""Lengths of visits: gamma where it fits, what was seen where it does not."""

import numpy as np
import pytest
from numpy.random import default_rng

from analytics.domain.services_fit import PROBABILITIES, Family, Lengths, pooled, service_fit


def lengths(minutes: np.ndarray) -> Lengths:
    quantiles = tuple(np.quantile(minutes, PROBABILITIES).tolist())
    return Lengths(
        len(minutes), float(minutes.mean()), float(minutes.std(ddof=1) / minutes.mean()), quantiles
    )


@pytest.mark.parametrize("shape", [1.0, 4.0, 9.0])
@pytest.mark.parametrize("count", [40, 150, 1000])
def test_gamma_lengths_are_known_for_gamma_also_when_noted_in_whole_minutes(shape: float, count: int) -> None:
    generator = default_rng([int(shape), count])
    fits = [service_fit(lengths(np.round(generator.gamma(shape, 6 / shape, count)))) for _ in range(40)]
    assert sum(fit.family is Family.GAMMA for fit in fits) >= 38


def test_two_kinds_of_visits_are_known_for_no_gamma_and_drawn_as_seen() -> None:
    generator = default_rng(2)
    mixed = np.concatenate([generator.normal(3, 0.3, 160), generator.normal(20, 2, 40)])
    fit = service_fit(lengths(mixed))
    assert fit.family is Family.EMPIRICAL
    assert len(fit.ratios) == len(PROBABILITIES)
    assert sum(fit.ratios) / len(fit.ratios) == pytest.approx(1)
    assert np.std(fit.ratios) == pytest.approx(mixed.std() / mixed.mean(), rel=0.1)


def test_too_few_lengths_are_taken_for_gamma() -> None:
    assert service_fit(lengths(np.array([3.0, 3.0, 20.0]))).family is Family.GAMMA
    assert service_fit(lengths(np.full(50, 5.0))).family is Family.GAMMA, "lengths that are all the same"


def test_slots_of_other_means_share_one_shape() -> None:
    generator = default_rng(3)
    slots = [lengths(generator.gamma(4, mean / 4, 300)) for mean in (4.0, 8.0, 12.0)]
    found = pooled([*slots, Lengths(0, 0.0, 0.0, ())])
    assert found is not None
    assert found.count == 900
    assert found.cv == pytest.approx(0.5, rel=0.06)
    assert service_fit(found).family is Family.GAMMA
    assert pooled([]) is None
