"""A quota plan with its evidence: from the summaries of past sessions to the numbers of each slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING, Final

from analytics.domain.arrivals import ArrivalRate, Window, full_counts, paper_sampling
from analytics.domain.bins import Span, consultations_of_bins, slot_spans, window_of_bins
from analytics.domain.capacity import Capacity, Durations, FirstSlot, slot_capacity
from analytics.domain.errors import NoHistory
from analytics.domain.quotas import SlotQuota, quota_plan, rounded_half_up
from analytics.domain.sessions import History, PastSession, Period, Warned
from analytics.domain.simulation import World
from booking.domain.quotas import appointments_of_session

if TYPE_CHECKING:
    from numpy.random import Generator


SMALLEST_CV: Final = 0.05
DEFAULT_CV: Final = 0.5


class Estimator(StrEnum):
    """How arrivals are counted."""

    FULL_COUNTS = "full_counts"
    PAPER_SAMPLING = "paper_sampling"


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """One slot of a plan with the evidence behind its quota."""

    span: Span
    starts_at: time
    rate: ArrivalRate
    walk_ins: float
    capacity: Capacity
    quota: SlotQuota


@dataclass(frozen=True, slots=True)
class Plan:
    """Computed quotas of one period with their evidence."""

    period: Period
    estimator: Estimator
    sessions: Sequence[PastSession]
    appointments: int
    pre_opening: ArrivalRate
    pre_opening_walk_ins: float
    slots: tuple[PlannedSlot, ...]
    warnings: tuple[Warned, ...]
    world: World

    @property
    def quotas(self) -> tuple[int, ...]:
        """The quota of each slot."""
        return tuple(slot.quota.quota for slot in self.slots)


@dataclass(frozen=True, slots=True)
class AppointmentsRule:
    """Where N comes from: a number that the manager set, else the schedule's share, else the history."""

    number: int | None = None
    share: Decimal | None = None


def _rate(windows: list[Window], estimator: Estimator, generator: Generator | None) -> ArrivalRate:
    if estimator is Estimator.PAPER_SAMPLING:
        if generator is None:
            message = "paper_sampling needs a generator"
            raise ValueError(message)
        return paper_sampling(windows, generator)
    return full_counts(windows)


def _rates(
    sessions: Sequence[PastSession], spans: Sequence[Span], estimator: Estimator, generator: Generator | None
) -> list[ArrivalRate]:
    indexed = [({item.index: item for item in session.bins}, session) for session in sessions]
    return [
        _rate(
            [window_of_bins(bins, span, session.observed, session.bin_min) for bins, session in indexed],
            estimator,
            generator,
        )
        for span in spans
    ]


def _consultations(sessions: Sequence[PastSession], span: Span, *, first: bool) -> tuple[int, Durations]:
    starts, durations = 0, Durations()
    for session in sessions:
        begun, known = consultations_of_bins(session.bins, span, first=first, bin_min=session.bin_min)
        starts += begun
        durations += known
    return starts, durations


def _capacities(history: History, spans: Sequence[Span]) -> list[Capacity]:
    capacities = []
    for index, span in enumerate(spans):
        seen, durations = _consultations(history.sessions, span, first=index == 0)
        first = None
        delays = [item.first_start_min for item in history.sessions if item.first_start_min is not None]
        if index == 0 and delays:
            first = FirstSlot(len(delays), seen, sum(delays) / len(delays))
        capacities.append(
            slot_capacity(
                span.length_min, durations, first=first, expert=history.expert, department=history.department
            )
        )
    return capacities


def mean_appointments(sessions: Sequence[PastSession]) -> int:
    """N of imported history: the mean number of live appointments a session, rounded half up.

    Parameters
    ----------
    sessions : sequence of PastSession
        Of one period.

    Returns
    -------
    int
        0 or more; 0 without a session.

    Notes
    -----
    Our choice: where no visit of the history tells its channel nobody is known to be a walk-in, so all
    visits count as appointments; the plan says so.

    Examples
    --------
    >>> mean_appointments([])
    0
    """
    if not sessions:
        return 0
    unknown = _channel_unknown(sessions)
    total = sum(item.unknown_channel if unknown else item.live_appointments for item in sessions)
    return rounded_half_up(Decimal(total) / len(sessions))


def _channel_unknown(sessions: Sequence[PastSession]) -> bool:
    return not any(item.known_channel for item in sessions) and any(item.unknown_channel for item in sessions)


def _appointments(rule: AppointmentsRule, capacities: Sequence[Capacity], history: History) -> int:
    if rule.number is not None:
        return rule.number
    if rule.share is not None:
        return appointments_of_session(rule.share, [capacity.numbers for capacity in capacities])
    return mean_appointments(history.sessions)


def _warnings(
    history: History, slots: Sequence[PlannedSlot], appointments: int, walk_ins: int
) -> tuple[Warned, ...]:
    found = list(history.warnings)
    if not walk_ins:
        found.append(Warned.NO_WALK_INS)
    if _channel_unknown(history.sessions):
        found.append(Warned.CHANNEL_UNKNOWN)
    if any(session.synthetic for session in history.sessions):
        found.append(Warned.SYNTHETIC)
    if appointments > sum(slot.capacity.numbers for slot in slots):
        found.append(Warned.ABOVE_CAPACITY)
    if slots[-1].quota.quota > slots[-1].capacity.numbers:
        found.append(Warned.LAST_ABOVE_CAPACITY)
    return tuple(found)


def plan_of_history(
    period: Period,
    history: History,
    rule: AppointmentsRule,
    *,
    estimator: Estimator = Estimator.FULL_COUNTS,
    generator: Generator | None = None,
) -> Plan:
    """The plan of a period from past sessions (method R1).

    Parameters
    ----------
    period : Period
        What the plan is for.
    history : History
        The sessions that it rests on, and what to fall back to.
    rule : AppointmentsRule
        Where N comes from.
    estimator : Estimator
        How arrivals are counted.
    generator : numpy.random.Generator or None
        Seeded by the caller; needed by ``paper_sampling`` only.

    Returns
    -------
    Plan
        With the evidence for every slot and what a manager must know.

    Raises
    ------
    NoHistory
        When there is no session to use, or no consultation of known length, not even the department's.
    """
    if not history.sessions:
        raise NoHistory
    spans = slot_spans(period.length_min, period.slot_min)
    before = Span(-period.pre_opening_min, 0)
    pre_opening, *rates = _rates(history.sessions, [before, *spans], estimator, generator)
    pre_opening_walk_ins = pre_opening.per_min * before.length_min
    walk_ins = [rate.per_min * span.length_min for rate, span in zip(rates, spans, strict=True)]
    capacities = _capacities(history, spans)
    appointments = _appointments(rule, capacities, history)
    quotas = quota_plan(
        [capacity.numbers for capacity in capacities],
        walk_ins,
        appointments,
        pre_opening=pre_opening_walk_ins,
    )
    slots = tuple(
        PlannedSlot(*parts)
        for parts in zip(spans, period.starts(), rates, walk_ins, capacities, quotas, strict=True)
    )
    counted = pre_opening.walk_ins + sum(rate.walk_ins for rate in rates)
    return Plan(
        period=period,
        estimator=estimator,
        sessions=history.sessions,
        appointments=appointments,
        pre_opening=pre_opening,
        pre_opening_walk_ins=pre_opening_walk_ins,
        slots=slots,
        warnings=_warnings(history, slots, appointments, counted),
        world=_world(period, history.sessions, pre_opening_walk_ins, slots),
    )


def _world(
    period: Period, sessions: Sequence[PastSession], pre_opening_walk_ins: float, slots: Sequence[PlannedSlot]
) -> World:
    """The simulated session that the same history describes.

    Notes
    -----
    Our choice: means by slot as on the plan, one coefficient of variation for all consultations, and the expert's
    first start normal with the mean and spread of the past sessions.
    """
    delays = [session.first_start_min for session in sessions if session.first_start_min is not None]
    delay = sum(delays) / len(delays) if delays else 0.0
    spread = sum((each - delay) ** 2 for each in delays) / (len(delays) - 1) if len(delays) > 1 else 0.0
    durations = Durations()
    for session in sessions:
        for item in session.bins:
            durations += item.durations
    return World(
        pre_opening_min=float(period.pre_opening_min),
        slot_min=tuple(float(slot.span.length_min) for slot in slots),
        walk_ins=(pre_opening_walk_ins, *(slot.walk_ins for slot in slots)),
        service_min=tuple(slot.capacity.mean_duration_min for slot in slots),
        service_cv=max(SMALLEST_CV, durations.cv or DEFAULT_CV),
        start_delay_min=delay,
        start_delay_sd_min=sqrt(spread),
    )
