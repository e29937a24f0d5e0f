"""The models of seed 001 against textbooks, against exact chains of states, and against simulated lines."""

from __future__ import annotations

from math import isinf

import numpy as np
import pytest

from analytics.domain.queueing_models import mg1, mm1, mmc, settling_min, share_beyond, waiting_share

ERLANG_C = [
    (1, 0.5, 0.5),
    (2, 1.0, 1 / 3),
    (3, 2.0, 4 / 9),
    (5, 4.0, 0.5541),
    (10, 8.0, 0.4092),
    (20, 18.0, 0.5508),
]
"""Servers, offered load, probability of waiting: tables of Erlang's C."""


@pytest.mark.parametrize(("servers", "offered", "share"), ERLANG_C)
def test_the_probability_of_waiting_is_that_of_the_tables(servers: int, offered: float, share: float) -> None:
    assert waiting_share(servers, offered) == pytest.approx(share, abs=1e-4)


@pytest.mark.parametrize("servers", [1, 2, 3, 7])
@pytest.mark.parametrize("busy", [0.1, 0.6, 0.9])
def test_mmc_is_what_its_chain_of_states_gives(servers: int, busy: float) -> None:
    service_min = 6.0
    arrivals = busy * servers / service_min
    states = np.arange(2000)
    rates = np.minimum(states[1:], servers) / service_min
    logs = np.concatenate([[0.0], np.cumsum(np.log(arrivals) - np.log(rates))])
    chance = np.exp(logs - logs.max())
    chance /= chance.sum()
    line = mmc(servers, arrivals, service_min)
    queue = float(np.maximum(states - servers, 0) @ chance)
    assert line.queue == pytest.approx(queue, rel=1e-9)
    assert line.wait_min == pytest.approx(queue / arrivals, rel=1e-9)
    assert line.in_system == pytest.approx(float(states @ chance), rel=1e-9)
    assert line.waiting_share == pytest.approx(float(chance[servers:].sum()), rel=1e-9)
    assert line.utilisation == pytest.approx(busy)


def simulated(arrivals: float, services: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Waits of one line by Lindley's recursion, all at once: the walk above its running minimum."""
    steps = services - random.exponential(1 / arrivals, services.size)
    walk = np.concatenate([[0.0], np.cumsum(steps)])
    return walk - np.minimum.accumulate(walk)


@pytest.mark.parametrize("cv", [0.0, 0.5, 1.0, 2.0])
def test_a_simulated_line_waits_as_mg1_says(cv: float) -> None:
    random, size, service_min, arrivals = np.random.default_rng(2018), 1_000_000, 6.0, 0.1
    shape = 1 / cv**2 if cv else 0.0
    services = random.gamma(shape, service_min / shape, size) if cv else np.full(size, service_min)
    waits = simulated(arrivals, services, random)
    line = mg1(arrivals, service_min, cv)
    assert waits.mean() == pytest.approx(line.wait_min, rel=0.02)
    assert (waits > 0).mean() == pytest.approx(line.waiting_share, abs=0.005)
    if cv == 1.0:
        assert (waits > 15).mean() == pytest.approx(share_beyond(mm1(arrivals, service_min), 15), abs=0.005)


def test_the_models_agree_where_they_are_the_same() -> None:
    assert mg1(0.12, 6, 1).wait_min == pytest.approx(mm1(0.12, 6).wait_min)
    assert mg1(0.12, 6, 0).wait_min == pytest.approx(mm1(0.12, 6).wait_min / 2)
    assert mmc(1, 0.12, 6) == mm1(0.12, 6)


@pytest.mark.parametrize("arrivals", [1 / 6, 0.2])
def test_a_line_with_more_patients_than_can_be_seen_has_no_long_run(arrivals: float) -> None:
    for line in (mm1(arrivals, 6), mg1(arrivals, 6, 0.5), mmc(3, 3 * arrivals, 6)):
        assert all(map(isinf, (line.wait_min, line.queue, settling_min(line))))
        assert (line.waiting_share, share_beyond(line, 60)) == (1.0, 1.0)
        assert line.utilisation >= 1


def test_nobody_comes_and_nobody_waits() -> None:
    for line in (mm1(0, 6), mg1(0, 6, 0.5), mmc(3, 0, 6)):
        assert (line.wait_min, line.queue, line.waiting_share, line.utilisation) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("servers", "arrivals", "service_min"),
    [(0, 0.1, 6), (1, -0.1, 6), (1, float("nan"), 6), (1, 0.1, 0), (1, 0.1, float("inf"))],
)
def test_what_is_no_line_is_refused(servers: int, arrivals: float, service_min: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        mmc(servers, arrivals, service_min)


@pytest.mark.parametrize("cv", [-0.1, float("nan"), float("inf")])
def test_a_spread_that_is_none_is_refused(cv: float) -> None:
    with pytest.raises(ValueError, match="service_cv"):
        mg1(0.1, 6, cv)
