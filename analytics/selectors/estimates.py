"""What the history says about one expert: a computed plan for each recurring period."""

from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from typing import TYPE_CHECKING
from zlib import crc32

from analytics.domain.bins import BIN_MIN, Bin, slot_spans, summable
from analytics.domain.capacity import Durations
from analytics.domain.errors import NoHistory
from analytics.domain.plans import AppointmentsRule, Estimator, Plan, plan_of_history
from analytics.domain.sessions import MIN_SESSIONS, WINDOW_WEEKS, History, Period, choose_sessions
from analytics.models import SessionDay
from analytics.selectors.bins import bins_of_summary, bins_of_visits
from analytics.selectors.history import (
    HistoryWindow,
    durations_of,
    past_sessions,
    period_of,
    session_days,
)
from booking.selectors.schedules import experts_by_code, schedule_templates

if TYPE_CHECKING:
    from numpy.random import Generator


@dataclass(frozen=True, slots=True)
class Asked:
    """What a computation is asked for."""

    as_of: date
    estimator: Estimator = Estimator.FULL_COUNTS
    seed: int = 0
    weeks: int = WINDOW_WEEKS
    min_sessions: int = MIN_SESSIONS
    weekdays: frozenset[int] | None = None
    """Only periods on which sessions of these weekdays bear; None is all."""


@dataclass(frozen=True, slots=True)
class ExpertPlans:
    """The plans of one expert, and the periods that no plan could be computed for."""

    expert_code: str
    department: str
    plans: list[Plan] = field(default_factory=list)
    without_history: list[Period] = field(default_factory=list)


def plans_of_expert(expert_code: str, asked: Asked) -> ExpertPlans:
    """Compute the plan of each of the expert's periods; nothing is stored."""
    reader = _Reader(expert_code, asked)
    found = ExpertPlans(expert_code, reader.department)
    for period, rule in reader.periods():
        plan = _plan(reader, period, rule, fallback=False) or _plan(reader, period, rule, fallback=True)
        if plan:
            found.plans.append(plan)
        else:
            found.without_history.append(period)
    return found


def _plan(reader: "_Reader", period: Period, rule: AppointmentsRule, *, fallback: bool) -> Plan | None:
    """The plan, or None when a slot has no consultations; only then the fallback's sums are worth reading."""
    try:
        return plan_of_history(
            period,
            reader.history(period, fallback=fallback),
            rule,
            estimator=reader.asked.estimator,
            generator=_generator(reader.expert_code, period, reader.asked),
        )
    except NoHistory:
        return None


def _generator(expert_code: str, period: Period, asked: Asked) -> "Generator | None":
    """A generator of its own for each plan, so that a plan does not depend on which others are computed."""
    if asked.estimator is not Estimator.PAPER_SAMPLING:
        return None
    from numpy.random import default_rng

    minutes = period.opens_at.hour * 60 + period.opens_at.minute
    return default_rng([asked.seed, crc32(expert_code.encode()), period.weekday, minutes])


class _Reader:
    """Reads an expert's window once and answers for each period."""

    def __init__(self, expert_code: str, asked: Asked) -> None:
        self.expert_code = expert_code
        self.asked = asked
        self.window = HistoryWindow.of_weeks(asked.weeks, asked.as_of)
        self.days = session_days(self.window, expert=expert_code)
        self.templates = schedule_templates(expert_code)
        scheduled = {expert_code: self.templates[0].expert} if self.templates else None
        self.expert = (scheduled or experts_by_code([expert_code])).get(expert_code)

    @cached_property
    def department_names(self) -> set[str]:
        """Every name under which the history may know the expert's department."""
        names = {day.department for day in self.days[-1:]}
        if self.expert:
            department = self.expert.department
            names |= {department.code, department.name, department.name_en}
        return names - {""}

    @cached_property
    def department(self) -> str:
        """The department as the hospital's list or else the history names it."""
        if self.expert:
            return self.expert.department.code
        return self.days[-1].department if self.days else ""

    @cached_property
    def expert_durations(self) -> Durations:
        return durations_of(self.window, expert=self.expert_code)

    @cached_property
    def department_durations(self) -> Durations:
        return durations_of(self.window, departments=self.department_names)

    def periods(self) -> list[tuple[Period, AppointmentsRule]]:
        """The periods of the schedule; without one those of the history, as its latest sessions had them."""
        found: dict[tuple[int, time], tuple[Period, AppointmentsRule]] = {
            (day.weekday, day.opens_local): (period_of(day), AppointmentsRule()) for day in self.days
        }
        if self.templates:
            found = {}
        for template in self.templates:
            period = Period(
                weekday=template.weekday,
                opens_at=template.opens_at,
                closes_at=template.closes_at,
                walk_in_opens_at=template.walk_in_opens_at,
                slot_min=template.slot_minutes,
            )
            found[period.weekday, period.opens_at] = (
                period,
                AppointmentsRule(share=template.appointment_share),
            )
        return [found[key] for key in sorted(found) if self._bears_on(*key)]

    def _bears_on(self, weekday: int, opens_at: time) -> bool:
        """Whether sessions of the asked weekdays change this period's plan: its own, or it pools weekdays."""
        if self.asked.weekdays is None or weekday in self.asked.weekdays:
            return True
        same = sum(1 for day in self.days if (day.weekday, day.opens_local) == (weekday, opens_at))
        return same < self.asked.min_sessions

    def history(self, period: Period, *, fallback: bool) -> History:
        """The sessions that a plan of this period rests on, with what to fall back to if asked for."""
        own = [day for day in self.days if day.opens_local == period.opens_at]
        others: list[SessionDay] = []
        if len(own) < self.asked.min_sessions:
            others = session_days(self.window, departments=self.department_names, opens_at=period.opens_at)
        days, warnings = choose_sessions(own, others, period.weekday, self.asked.min_sessions)
        bin_min, bins = _bins([day.pk for day in days], period)
        sessions = past_sessions(list(days), bins, bin_min)
        if not fallback:
            return History(sessions, warnings)
        known = self.expert_durations
        return History(sessions, warnings, known, known if known.count else self.department_durations)


def _bins(keys: list[int], period: Period) -> tuple[int, dict[int, list[Bin]]]:
    """The bins of these session days, fine enough for the period's slots, and their width [min]."""
    if summable(slot_spans(period.length_min, period.slot_min)):
        return BIN_MIN, bins_of_summary(keys)
    return 1, bins_of_visits(keys, 1)
