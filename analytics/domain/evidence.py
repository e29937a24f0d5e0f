"""The evidence of a plan: arrival rates and capacities of its slots, and the session they describe."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING, Final

from analytics.domain.arrivals import ArrivalRate, Window, full_counts, paper_sampling
from analytics.domain.bins import Span, consultations_of_bins, durations_of_bins, window_of_bins
from analytics.domain.capacity import Capacity, Durations, FirstSlot, slot_capacity
from analytics.domain.rates import Aged, age_weeks, discounted
from analytics.domain.services_fit import Family, ServiceFit, pooled, service_fit
from analytics.domain.sessions import History, LongHistory, PastSession, Period
from analytics.domain.simulation import World

if TYPE_CHECKING:
    from numpy.random import Generator

SMALLEST_CV: Final = 0.05
DEFAULT_CV: Final = 0.5


class Estimator(StrEnum):
    """How arrivals are estimated."""

    FULL_COUNTS = "full_counts"
    PAPER_SAMPLING = "paper_sampling"
    DISCOUNTED = "discounted"


def _windows(sessions: Sequence[PastSession], spans: Sequence[Span]) -> list[list[Window]]:
    indexed = [({item.place: item for item in session.bins}, session) for session in sessions]
    return [
        [window_of_bins(bins, span, session.observed, session.bin_min) for bins, session in indexed]
        for span in spans
    ]


def _forgetting(long: LongHistory, spans: Sequence[Span]) -> list[ArrivalRate]:
    ages = [age_weeks(session.day, long.as_of) for session in long.sessions]
    forgetting = long.forgetting
    return [
        discounted(map(Aged, windows, ages), half_life, prior, spread)
        for windows, half_life, prior, spread in zip(
            _windows(long.sessions, spans),
            forgetting.half_lives_weeks,
            forgetting.priors,
            forgetting.spreads,
            strict=True,
        )
    ]


def window_rates(
    history: History, spans: Sequence[Span], estimator: Estimator, generator: Generator | None = None
) -> list[ArrivalRate]:
    """The arrival rate of each window.

    Parameters
    ----------
    history : History
        With the long history where the estimator forgets.
    spans : sequence of Span
        The windows, the one before the opening first.
    estimator : Estimator
        How arrivals are estimated.
    generator : numpy.random.Generator, optional
        Seeded by the caller; for the paper's sampling.

    Returns
    -------
    list of ArrivalRate

    Raises
    ------
    ValueError
        When the estimator misses its generator or its long history.

    Examples
    --------
    >>> window_rates(History([]), [Span(0, 60)], Estimator.FULL_COUNTS)[0].per_min
    0.0
    """
    if estimator is Estimator.DISCOUNTED:
        if history.long is None:
            message = "discounted needs the long history"
            raise ValueError(message)
        return _forgetting(history.long, spans)
    windows = _windows(history.sessions, spans)
    if estimator is Estimator.FULL_COUNTS:
        return [full_counts(each) for each in windows]
    if generator is None:
        message = "paper_sampling needs a generator"
        raise ValueError(message)
    return [paper_sampling(each, generator) for each in windows]


def _first_slot(history: History, seen: Sequence[int]) -> FirstSlot | None:
    delays = [item.first_start_min for item in history.sessions if item.first_start_min is not None]
    if not delays:
        return None
    pairs = zip(history.sessions, seen, strict=True)
    each = [count for item, count in pairs if item.first_start_min is not None]
    return FirstSlot(len(delays), sum(seen), sum(delays) / len(delays), each)


def slot_capacities(history: History, spans: Sequence[Span]) -> list[Capacity]:
    """The capacity of each slot.

    Parameters
    ----------
    history : History
        The sessions, and what to fall back to.
    spans : sequence of Span
        The slots.

    Returns
    -------
    list of Capacity

    Raises
    ------
    NoHistory
        When a slot has no consultation of known length, nor anybody to fall back to.

    Examples
    --------
    >>> slots = [Span(0, 60), Span(60, 120)]
    >>> [each.numbers for each in slot_capacities(History([], expert=Durations(4, 24.0)), slots)]
    [10, 10]
    """
    capacities = []
    for index, span in enumerate(spans):
        found = [
            consultations_of_bins(session.bins, span, first=index == 0, bin_min=session.bin_min)
            for session in history.sessions
        ]
        capacities.append(
            slot_capacity(
                span.length_min,
                Durations.of_all(durations for _, durations in found),
                first=_first_slot(history, [starts for starts, _ in found]) if index == 0 else None,
                expert=history.expert,
                department=history.department,
                sessions=[durations for _, durations in found],
            )
        )
    return capacities


def service_shape(history: History) -> ServiceFit | None:
    """What the lengths of all slots, each over its slot's mean, look like.

    Parameters
    ----------
    history : History
        With the lengths of each slot.

    Returns
    -------
    ServiceFit or None
        None where nobody looked at single lengths.

    Examples
    --------
    >>> service_shape(History([])) is None
    True
    """
    lengths = pooled(history.lengths)
    return None if lengths is None else service_fit(lengths)


def world_of(
    period: Period,
    history: History,
    walk_ins: Sequence[float],
    capacities: Sequence[Capacity],
    lengths: ServiceFit | None = None,
) -> World:
    """The simulated session that a history describes.

    Parameters
    ----------
    period : Period
        What is planned.
    history : History
        The sessions that the plan rests on.
    walk_ins : sequence of float, shape (M + 1,)
        Expected before the opening and in each slot.
    capacities : sequence of Capacity, shape (M,)
        With the mean length of each slot.
    lengths : ServiceFit or None
        What the lengths look like (``service_shape``); None where nobody looked.

    Returns
    -------
    World

    Notes
    -----
    Our choice: means by slot as on the plan, one shape of the lengths around them, and the expert's first start
    normal with the mean and spread of the past sessions.

    Examples
    --------
    >>> from datetime import time
    >>> from analytics.domain.capacity import CapacityRule
    >>> monday = Period(1, time(8), time(9), time(7), 60)
    >>> world_of(monday, History([]), [9, 3], [Capacity(10, CapacityRule.MEAN_DURATION, 6.0, 40)]).service_min
    (6.0,)
    """
    delays = [item.first_start_min for item in history.sessions if item.first_start_min is not None]
    delay = sum(delays) / len(delays) if delays else 0.0
    spread = sum((each - delay) ** 2 for each in delays) / (len(delays) - 1) if len(delays) > 1 else 0.0
    cv = lengths.cv if lengths else _cv(history.sessions)
    return World(
        pre_opening_min=float(period.pre_opening_min),
        slot_min=tuple(
            float(min(period.slot_min, period.length_min - place * period.slot_min))
            for place in range(len(capacities))
        ),
        walk_ins=tuple(walk_ins),
        service_min=tuple(capacity.mean_duration_min for capacity in capacities),
        service_cv=max(SMALLEST_CV, cv or DEFAULT_CV),
        start_delay_min=delay,
        start_delay_sd_min=sqrt(spread),
        service_shape=lengths.ratios if lengths and lengths.family is Family.EMPIRICAL else (),
        no_show=_no_show(history.sessions),
    )


def _cv(sessions: Sequence[PastSession]) -> float | None:
    return durations_of_bins(item for session in sessions for item in session.bins).cv


def _no_show(sessions: Sequence[PastSession]) -> float:
    """Share of live appointments whose patients never came."""
    live = sum(session.live_appointments for session in sessions)
    return min(1.0, sum(session.no_shows for session in sessions) / live) if live else 0.0
