"""How much history an estimate of walk-ins needs: fixed windows, the half-life that is chosen, and an oracle.

The paper leaves the question open. Departments are invented: ten series (an expert's sessions of one weekday),
each once a week, with the windows of the paper's morning (9, 3, 1.5, 1 and 0.5 walk-ins on average, before
the opening and in four hours), experts who differ by a coefficient of variation of 0.4, and two years. Every
series and window drifts by itself, its rate kept within a quarter and four times where it began:

- ``still``: no drift; ``sd 0.05``, ``0.1`` and ``0.3``: the log rate walks each week by a normal step of that size;
- ``step``: the second year's weeks begin, at a random week, with 1.8 or 1 / 1.8 times the rate;
- ``seasonal``: 40 % up and down over the year.

In each week of the second year every method forecasts the rates of that week from the weeks before. Error:
the sum of abs(forecast - true rate) over the sum of the true rates. The half-lives are chosen anew every week from
deviances up to then, for each window; the oracle has each department's and window's best half-life of that year, known
from the true rates, which no hospital knows. SE is of the paired difference over departments.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, sqrt
from typing import Final

import numpy as np
from numpy.random import Generator, default_rng
from scipy.special import gammaincinv

from analytics.domain.drift import HALF_LIVES, judged, rolling_deviances, spreads
from analytics.domain.posteriors import Array, Counts, posteriors

SEED: Final = 2018
DEPARTMENTS: Final = 200
SERIES: Final = 10
WALK_INS: Final = np.array([9.0, 3.0, 1.5, 1.0, 0.5])
MINUTES: Final = 60.0
EXPERT_CV: Final = 0.4
YEAR: Final = 52
RANGE: Final = log(4.0)
STEP: Final = log(1.8)
SEASON: Final = 0.4
STEPS: Final = {"still": 0.0, "sd 0.05": 0.05, "sd 0.1": 0.1, "sd 0.3": 0.3}
DRIFTS: Final = (*STEPS, "step", "seasonal")
WINDOWS_WEEKS: Final = (4, 13, 52)


def _walk(step: float, shape: tuple[int, ...], generator: Generator) -> Array:
    """Log factors by week, reflected at both ends of the range."""
    steps = generator.normal(0.0, step, shape) if step else np.zeros(shape)
    far = np.cumsum(steps, axis=0) + RANGE
    return np.abs((far - 2 * RANGE) % (4 * RANGE) - 2 * RANGE) - RANGE


def true_rates(drift: str, departments: int, generator: Generator) -> Array:
    """Expected walk-ins, shape (104 weeks, departments, series, windows)."""
    shape = (2 * YEAR, departments, SERIES, len(WALK_INS))
    shape_of_experts = EXPERT_CV**-2
    experts = generator.gamma(shape_of_experts, 1 / shape_of_experts, (departments, SERIES, 1))
    weeks = np.arange(2 * YEAR).reshape(-1, 1, 1, 1)
    if drift == "step":
        sign = generator.choice([-1.0, 1.0], shape[1:])
        begins = YEAR + generator.integers(0, YEAR, shape[1:])
        logs = np.where(weeks >= begins, sign * STEP, 0.0)
    elif drift == "seasonal":
        phase = generator.uniform(0, 2 * np.pi, shape[1:])
        logs = np.log1p(SEASON * np.sin(2 * np.pi * weeks / YEAR + phase))
    else:
        logs = _walk(STEPS[drift], shape, generator)
    rates: Array = experts * WALK_INS * np.exp(logs)
    return rates


def window_forecasts(counts: Counts, weeks: int) -> Array:
    """The plain mean of the last so many weeks."""
    sums = np.cumsum(counts.walk_ins, axis=0)
    minutes = np.cumsum(counts.minutes, axis=0)
    found = np.full_like(counts.walk_ins, np.nan)
    for week in range(weeks, len(sums)):
        first = week - weeks - 1
        events = sums[week - 1] - (sums[first] if first >= 0 else 0)
        found[week] = events / (minutes[week - 1] - (minutes[first] if first >= 0 else 0))
    return found


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of the half-lives that were best so far, chosen anew each week: which, and the posteriors of the rates."""

    half_lives_weeks: Array
    shapes: Array
    minutes: Array
    spreads: Array

    def holds(self, true_per_min: Array) -> float:
        """How often the 95 % interval of the second year's rates holds the true one."""
        shapes, minutes = self.shapes / self.spreads, self.minutes / self.spreads
        low, high = (gammaincinv(shapes, chance) / minutes for chance in (0.025, 0.975))
        return float(((low <= true_per_min) & (true_per_min <= high))[YEAR:].mean())


def chosen_of(counts: Counts, known: list[tuple[Array, Array]]) -> Chosen:
    """What a hospital would have had, week by week, of the posteriors by every half-life."""
    best = np.roll(
        judged(rolling_deviances(counts, [shapes / minutes for shapes, minutes in known])), 1, axis=0
    )

    def of_best(candidates: list[Array]) -> Array:
        taken: Array = np.take_along_axis(np.stack(candidates), best[None, :, :, None, :], axis=0)[0]
        return taken

    return Chosen(
        half_lives_weeks=np.array(HALF_LIVES)[best],
        shapes=of_best([shapes for shapes, _ in known]),
        minutes=of_best([minutes for _, minutes in known]),
        spreads=of_best([_last_week(spreads(counts, *each)) for each in known]),
    )


def _last_week(spread: Array) -> Array:
    """What was known when the week began, with an axis for the series."""
    return np.roll(spread, 1, axis=0)[:, :, None, :]


def errors(forecast: Array, true: Array, power: int) -> Array:
    """Of each department and window in the second year, in parts of the department's true walk-ins."""
    off = (np.abs(forecast - true) ** power)[YEAR:].sum((0, 2))
    return np.asarray(off / (true**power)[YEAR:].sum((0, 2, 3))[:, None])


@dataclass(frozen=True, slots=True)
class Found:
    """Errors of one drift class by department."""

    drift: str
    windows: dict[int, Array]
    chosen: Array
    oracle: Array
    half_lives_weeks: tuple[float, ...]
    """Of each window, the median of those chosen."""
    interval_holds: float
    """How often the 95 % interval of a rate holds the true one."""

    @property
    def best_window(self) -> int:
        """The best fixed window of this class in hindsight [weeks]."""
        return min(self.windows, key=lambda weeks: float(self.windows[weeks].mean()))

    def against(self, other: Array) -> tuple[float, float]:
        """Relative difference of the chosen half-lives' mean error, and its standard error."""
        difference = self.chosen - other
        base = float(other.mean())
        return float(difference.mean()) / base, float(difference.std(ddof=1)) / sqrt(len(other)) / base


@dataclass(frozen=True, slots=True)
class Setting:
    """What is asked: how many departments, sessions of a series a week, the power of the error, and the seed."""

    departments: int = DEPARTMENTS
    sessions_a_week: float = 1.0
    power: int = 1
    seed: int = SEED


def study(drift: str, setting: Setting = Setting()) -> Found:
    """Every method on the same invented departments."""
    generator = default_rng([setting.seed, DRIFTS.index(drift)])
    true = true_rates(drift, setting.departments, generator) * setting.sessions_a_week
    walk_ins = generator.poisson(true).astype(float)
    length = MINUTES * setting.sessions_a_week
    counts = Counts(walk_ins, np.full_like(walk_ins, length))

    def error(rates: Array) -> Array:
        return errors(rates * length, true, setting.power)

    known = [posteriors(counts, each) for each in HALF_LIVES]
    chosen = chosen_of(counts, known)
    return Found(
        drift=drift,
        windows={weeks: error(window_forecasts(counts, weeks)).sum(-1) for weeks in WINDOWS_WEEKS},
        chosen=error(chosen.shapes / chosen.minutes).sum(-1),
        oracle=np.min([error(shapes / minutes) for shapes, minutes in known], axis=0).sum(-1),
        half_lives_weeks=tuple(
            float(np.quantile(chosen.half_lives_weeks[YEAR:, :, window], 0.5, method="lower"))
            for window in range(len(WALK_INS))
        ),
        interval_holds=chosen.holds(true / length),
    )


def _weeks(half_life: float) -> str:
    return "none" if half_life == inf else f"{half_life:g}"


def _line(found: Found) -> str:
    best, oracle, month = (
        found.against(other) for other in (found.windows[found.best_window], found.oracle, found.windows[4])
    )
    cells = [
        found.drift,
        *(f"{found.windows[weeks].mean():.1%}" for weeks in WINDOWS_WEEKS),
        f"{found.chosen.mean():.1%}",
        " / ".join(map(_weeks, found.half_lives_weeks)),
        f"{found.oracle.mean():.1%}",
        f"{found.interval_holds:.0%}",
        *(f"{difference:+.1%} ± {error:.1%}" for difference, error in (best, oracle, month)),
    ]
    return "| " + " | ".join(cells) + " |"


HEADS: Final = (
    *("drift", "4 weeks", "13 weeks", "52 weeks", "chosen", "half-lives by window", "oracle", "95 % holds"),
    *("chosen / best window", "chosen / oracle", "chosen / 4 weeks"),
)
SETTINGS: Final = {
    "one session a week": Setting(),
    "one session a week, squared errors": Setting(power=2),
    "ten sessions a month, as the paper's expert has": Setting(sessions_a_week=2.5),
}


def main() -> None:
    """Print the errors of every drift class."""
    print(f"Error of the forecast of next week's walk-ins; {DEPARTMENTS} departments, seed {SEED}, ± one SE.")
    for title, setting in SETTINGS.items():
        print(f"\n{title}\n\n| " + " | ".join(HEADS) + " |")
        print("|" + "---|" * len(HEADS))
        for drift in DRIFTS:
            print(_line(study(drift, setting)), flush=True)


if __name__ == "__main__":
    main()
