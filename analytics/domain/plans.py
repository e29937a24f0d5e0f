"""A quota plan with its evidence: from the summaries of past sessions to the numbers of each slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from analytics.domain.arrivals import ArrivalRate
from analytics.domain.bins import Span, slot_spans
from analytics.domain.capacity import Capacity
from analytics.domain.errors import NoHistory
from analytics.domain.evidence import Estimator, service_shape, slot_capacities, window_rates, world_of
from analytics.domain.optimiser import Optimised
from analytics.domain.quality import Quality, is_channel_unknown, quality_notes, quality_of
from analytics.domain.quotas import SlotQuota, quota_plan, rounded_half_up
from analytics.domain.sessions import (
    MIN_SESSIONS,
    RATE_WEEKS,
    WINDOW_WEEKS,
    History,
    PastSession,
    Period,
    Warned,
)
from analytics.domain.simulation import World
from booking.domain.quotas import appointments_of_session

if TYPE_CHECKING:
    from datetime import date

    from numpy.random import Generator


class Method(StrEnum):
    """Which quotas are proposed: the paper's rule, or the cheapest that a search finds."""

    R1 = "r1"
    OPTIMISED = "optimised"


@dataclass(frozen=True, slots=True)
class PlansAsked:
    """What a computation of plans is asked for."""

    as_of: date
    estimator: Estimator = Estimator.FULL_COUNTS
    seed: int = 0
    weeks: int = WINDOW_WEEKS
    rate_weeks: int = RATE_WEEKS
    """How far back the estimator that forgets may look."""
    min_sessions: int = MIN_SESSIONS
    method: Method = Method.R1


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
    quality: Quality
    optimised: Optimised | None = None

    @property
    def method(self) -> Method:
        """Which quotas were asked for."""
        return Method.OPTIMISED if self.optimised else Method.R1

    @property
    def r1(self) -> tuple[int, ...]:
        """The quota of each slot by the paper's rule."""
        return tuple(slot.quota.quota for slot in self.slots)

    @property
    def quotas(self) -> tuple[int, ...]:
        """The quotas to propose: the optimised ones where they were asked for, and gain something."""
        return self.optimised.chosen if self.optimised else self.r1


@dataclass(frozen=True, slots=True)
class AppointmentsRule:
    """Where N comes from: a number that the manager set, else the schedule's share, else the history."""

    number: int | None = None
    share: Decimal | None = None


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
    unknown = is_channel_unknown(sessions)
    total = sum(item.unknown_channel if unknown else item.live_appointments for item in sessions)
    return rounded_half_up(Decimal(total) / len(sessions))


def _appointments(rule: AppointmentsRule, capacities: Sequence[Capacity], history: History) -> int:
    if rule.number is not None:
        return rule.number
    if rule.share is not None:
        return appointments_of_session(rule.share, [capacity.numbers for capacity in capacities])
    return mean_appointments(history.sessions)


def _warnings(
    history: History, slots: Sequence[PlannedSlot], rule: AppointmentsRule, appointments: int, walk_ins: int
) -> tuple[Warned, ...]:
    found = list(history.warnings)
    if rule.share and not appointments:
        found.append(Warned.NOTHING_BOOKABLE)
    if not walk_ins:
        found.append(Warned.NO_WALK_INS)
    if is_channel_unknown(history.sessions):
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
    as_of: date | None = None,
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
        How arrivals are estimated.
    generator : numpy.random.Generator or None
        Seeded by the caller; needed by ``paper_sampling`` only.
    as_of : date or None
        The day that it is computed for; without one nothing is said of the history's age.

    Returns
    -------
    Plan
        With the evidence for every slot and what a manager must know.

    Raises
    ------
    NoHistory
        When there is no session to use, or no consultation of known length, not even the department's.

    Notes
    -----
    The paper's quotas with the readings of docs/method.md. ``tests/paper`` has an example worked by hand.
    """
    if not history.sessions:
        raise NoHistory
    spans = slot_spans(period.length_min, period.slot_min)
    before = Span(-period.pre_opening_min, 0)
    rates = window_rates(history, [before, *spans], estimator, generator)
    walk_ins = [rate.per_min * span.length_min for rate, span in zip(rates, [before, *spans], strict=True)]
    capacities = slot_capacities(history, spans)
    appointments = _appointments(rule, capacities, history)
    quotas = quota_plan(
        [capacity.numbers for capacity in capacities], walk_ins[1:], appointments, pre_opening=walk_ins[0]
    )
    slots = tuple(
        PlannedSlot(*parts)
        for parts in zip(spans, period.starts(), rates[1:], walk_ins[1:], capacities, quotas, strict=True)
    )
    lengths = service_shape(history)
    quality = quality_of(history, as_of, lengths)
    counted = sum(rate.walk_ins for rate in rates)
    return Plan(
        period=period,
        estimator=estimator,
        sessions=history.sessions,
        appointments=appointments,
        pre_opening=rates[0],
        pre_opening_walk_ins=walk_ins[0],
        slots=slots,
        warnings=(*_warnings(history, slots, rule, appointments, counted), *quality_notes(quality)),
        world=world_of(period, history, walk_ins, capacities, lengths),
        quality=quality,
    )
