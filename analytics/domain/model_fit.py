"""A department's measured line beside the models of seed 001: does one describe it, and if not, why not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Final

from analytics.domain.queueing_models import Steady, mg1, mm1, mmc, settling_min

NEAR: Final = 0.2
"""A model fits when it misses the measured mean wait by at most this share of it (our choice), ..."""
NEAR_MIN: Final = 1.0
"""... or this [min], or two standard errors."""
UNEVEN: Final = 1.5
"""The busiest hour against the mean hour."""
IRREGULAR: Final = 0.25
"""How far variance over mean of an hour's arrivals, or the spread of consultations, may be from 1."""
CERTAIN: Final = 3.0
LATE_MIN: Final = 10.0
SETTLED: Final = 3.0
"""Relaxation times that a session must last before its mean comes near the long run."""
FEWEST_SESSIONS: Final = 10
LONG_MIN: Final = 30


class Doubt(StrEnum):
    """What a model takes for granted and this line does not keep."""

    FEW_SESSIONS = "few_sessions"
    OVERLOADED = "overloaded"
    SETTLING = "settling"
    UNEVEN = "uneven"
    EARLY = "early"
    TOO_REGULAR = "too_regular"
    TOO_IRREGULAR = "too_irregular"
    LATE_START = "late_start"
    LENGTHS = "lengths"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a department's sessions; means are over patients unless they say otherwise.

    Attributes
    ----------
    sessions, patients : int
        How many sessions; how many patients whose wait is known.
    seen_per_min : float
        Patients seen for each minute of an expert's opening hours [1/min].
    experts : float
        Experts who see patients at the same time.
    session_min : float
        Mean opening hours of a session [min].
    service_min, service_cv : float
        Mean consultation [min], and standard deviation over mean.
    wait_min, wait_error_min : float
        Mean wait and its standard error, clustered by session [min].
    waited_share : float
        Share who waited a minute or longer.
    long_share : float
        Share who waited longer than half an hour.
    waiting : float
        Mean number of patients who wait for one expert.
    busiest : float
        Arrivals of the busiest hour over those of the mean hour.
    dispersion, dispersion_error : float
        Variance over mean of an hour's arrivals from week to week (1 for Poisson), and its standard error.
    early_share : float
        Share who come before the session opens.
    start_delay_min : float
        Mean first start after the opening [min].
    """

    sessions: int
    patients: int
    seen_per_min: float
    experts: float
    session_min: float
    service_min: float
    service_cv: float
    wait_min: float
    wait_error_min: float
    waited_share: float
    long_share: float
    waiting: float
    busiest: float
    dispersion: float
    dispersion_error: float
    early_share: float
    start_delay_min: float

    @property
    def utilisation(self) -> float:
        """Consultations over opening hours; beyond 1 experts work overtime."""
        return self.seen_per_min * self.service_min


@dataclass(frozen=True, slots=True)
class Judged:
    """A model beside what was measured."""

    line: Steady
    fits: bool
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class ModelFits:
    """The three models: one expert each twice, and all experts with one line."""

    mm1: Judged
    mg1: Judged
    mmc: Judged


def model_fits(measured: Measured) -> ModelFits:
    """The three models with the measured rates and lengths, each judged by the measured wait.

    Parameters
    ----------
    measured : Measured
        Of a department, with at least one consultation of known length.

    Returns
    -------
    ModelFits
        M/M/c is for the rounded number of experts, with as many patients for each of them.

    Notes
    -----
    Ours. Where experts have lines of their own, M/M/c says what one line for all would bring.

    Examples
    --------
    >>> steady = Measured(60, 1900, 8 / 60, 3.0, 2400, 6, 0.5, 15.3, 0.4, 0.8, 0.2, 2.0, 1.1, 1.0, 0.02, 0.0, 0)
    >>> found = model_fits(steady)
    >>> found.mg1.fits, found.mg1.doubts
    (True, ())
    >>> found.mm1.fits, [str(doubt) for doubt in found.mm1.doubts]
    (False, ['lengths'])
    """
    rate, length = measured.seen_per_min, measured.service_min
    experts = max(1, round(measured.experts))
    return ModelFits(
        mm1=_judged(mm1(rate, length), measured),
        mg1=_judged(mg1(rate, length, measured.service_cv), measured),
        mmc=_judged(mmc(experts, experts * rate, length), measured),
    )


def near(model_min: float, measured_min: float, error_min: float) -> bool:
    """Whether a model's mean wait is the measured one, as far as anybody can tell.

    Parameters
    ----------
    model_min, measured_min : float
        Mean waits [min].
    error_min : float
        Standard error of the measured one [min].

    Returns
    -------
    bool

    Notes
    -----
    Our choice: within 20 %, a minute or two standard errors, whichever is most.

    Examples
    --------
    >>> near(12, 14, 0.5), near(12, 20, 0.5), near(12, 20, 5), near(float("inf"), 20, 5)
    (True, False, True, False)
    """
    allowed = max(NEAR * measured_min, NEAR_MIN, 2 * error_min)
    return isfinite(model_min) and abs(model_min - measured_min) <= allowed


def doubts(line: Steady, measured: Measured) -> tuple[Doubt, ...]:
    """Which of a model's assumptions the measured line breaks.

    Parameters
    ----------
    line : Steady
        The model.
    measured : Measured
        What it is compared with.

    Returns
    -------
    tuple of Doubt
        In the order in which to tell them.

    Notes
    -----
    Bounds are our choice: they name what changes a wait by a fifth or so.

    Examples
    --------
    >>> morning = Measured(40, 1000, 8 / 60, 1.0, 240, 6, 0.5, 41, 2, 0.9, 0.6, 5.4, 2.4, 0.7, 0.05, 0.4, 45)
    >>> [str(doubt) for doubt in doubts(mg1(8 / 60, 6, 0.5), morning)]
    ['settling', 'uneven', 'early', 'too_regular', 'late_start']
    """
    far = max(IRREGULAR, CERTAIN * measured.dispersion_error)
    found = {
        Doubt.FEW_SESSIONS: measured.sessions < FEWEST_SESSIONS,
        Doubt.OVERLOADED: line.utilisation >= 1,
        Doubt.SETTLING: line.utilisation < 1 and measured.session_min < SETTLED * settling_min(line),
        Doubt.UNEVEN: measured.busiest > UNEVEN,
        Doubt.EARLY: measured.early_share > 0.1,
        Doubt.TOO_REGULAR: measured.dispersion < 1 - far,
        Doubt.TOO_IRREGULAR: measured.dispersion > 1 + far,
        Doubt.LATE_START: measured.start_delay_min > LATE_MIN,
        Doubt.LENGTHS: line.exponential and abs(measured.service_cv - 1) > IRREGULAR,
    }
    return tuple(doubt for doubt, holds in found.items() if holds)


def _judged(line: Steady, measured: Measured) -> Judged:
    fits = near(line.wait_min, measured.wait_min, measured.wait_error_min)
    return Judged(line, fits, doubts(line, measured))
