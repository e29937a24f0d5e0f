"""How much history (the paper's open question): the chosen half-life beside fixed windows and an oracle.

Few departments; ``make studies`` prints the figures of two hundred.
"""

import numpy as np
import pytest

from bench.studies.history import DRIFTS, Found, Setting, study, true_rates

DEPARTMENTS = 20


@pytest.fixture(scope="module")
def found() -> dict[str, Found]:
    return {drift: study(drift, Setting(DEPARTMENTS)) for drift in DRIFTS}


@pytest.mark.parametrize("drift", DRIFTS)
def test_the_chosen_half_life_is_never_worse_than_the_best_fixed_window(
    found: dict[str, Found], drift: str
) -> None:
    one = found[drift]
    difference, error = one.against(one.windows[one.best_window])
    assert difference <= 2 * error


@pytest.mark.parametrize("drift", DRIFTS)
def test_it_is_at_most_ten_percent_above_the_oracle(found: dict[str, Found], drift: str) -> None:
    difference, _ = found[drift].against(found[drift].oracle)
    assert difference <= 0.10


@pytest.mark.parametrize(
    ("drift", "gain"), [("still", 0.6), ("sd 0.05", 0.25), ("sd 0.1", 0.1), ("sd 0.3", 0.05)]
)
def test_it_beats_the_papers_month(found: dict[str, Found], drift: str, gain: float) -> None:
    difference, error = found[drift].against(found[drift].windows[4])
    assert difference + 2 * error < -gain


@pytest.mark.parametrize("drift", DRIFTS)
def test_the_intervals_hold_most_rates_also_while_they_move(found: dict[str, Found], drift: str) -> None:
    assert 0.83 <= found[drift].interval_holds <= 0.99


def test_the_faster_the_drift_the_shorter_the_half_life(found: dict[str, Found]) -> None:
    lives = [found[drift].half_lives_weeks[0] for drift in ("still", "sd 0.1", "sd 0.3")]
    assert lives == sorted(lives, reverse=True)
    assert lives[0] > lives[-1]


def test_no_window_is_the_best_in_every_drift(found: dict[str, Found]) -> None:
    assert len({one.best_window for one in found.values()}) > 1


def test_the_drifts_are_what_they_are_called() -> None:
    still = true_rates("still", 2, np.random.default_rng(1))
    assert (still == still[0]).all()
    walk = np.diff(np.log(true_rates("sd 0.1", 40, np.random.default_rng(1))), axis=0)
    assert walk.std() == pytest.approx(0.1, rel=0.03)
    step = true_rates("step", 4, np.random.default_rng(1))
    assert set(np.round(step[-1] / step[0], 3).ravel()) == {1.8, round(1 / 1.8, 3)}
