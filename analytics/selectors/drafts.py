"""What plans are made from: each expert's periods, the sessions that a plan rests on, and what these say.

It is read for many experts together.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from functools import cached_property
from typing import TypeVar

from analytics.domain.bins import BIN_MIN, Bin, slot_spans, summable
from analytics.domain.capacity import Durations
from analytics.domain.evidence import Estimator
from analytics.domain.plans import AppointmentsRule, PlansAsked
from analytics.domain.rates import Forgetting
from analytics.domain.services_fit import Lengths
from analytics.domain.sessions import History, LongHistory, Period, Warned, choose_sessions
from analytics.selectors.bins import bins_of_summary, bins_of_visits
from analytics.selectors.drift import forgetting_of
from analytics.selectors.history import (
    ALL_WEEKDAYS,
    Day,
    HistoryWindow,
    Weekdays,
    days_of_department,
    days_of_periods,
    durations_of,
    past_sessions,
    period_of,
    sessions_counted,
)
from analytics.selectors.lengths import lengths_of
from booking.selectors.schedules import ExpertAtWork, experts_at_work

K = TypeVar("K")


def expert_readers(by_expert: Mapping[str, Weekdays], asked: PlansAsked) -> "list[ExpertReader]":
    """One reader for each expert, by code, with the session days that its plans rest on; four queries."""
    window = HistoryWindow.of_weeks(asked.weeks, asked.as_of)
    at_work = experts_at_work(by_expert)
    readers = {
        code: ExpertReader(code, weekdays, asked, window, at_work.get(code))
        for code, weekdays in by_expert.items()
    }
    for (code, opening), counts in sessions_counted(window, list(by_expert)).items():
        readers[code].counts[opening] = counts
    for day in days_of_periods(window, [one for reader in readers.values() for one in reader.needed()]):
        readers[day.expert_code].days.append(day)
    return list(readers.values())


@dataclass
class ExpertReader:
    """One expert: the sessions of the window, and what is read only where a history is thin."""

    expert_code: str
    weekdays: Weekdays
    asked: PlansAsked
    window: HistoryWindow
    at_work: ExpertAtWork | None
    counts: dict[time, Counter[int]] = field(default_factory=dict)
    days: list[Day] = field(default_factory=list)
    forgetting: dict[Period, Forgetting] = field(default_factory=dict)

    @cached_property
    def department_names(self) -> set[str]:
        """Every name under which the history may know the expert's department."""
        names = {day.department for day in self.days[-1:]}
        if self.at_work:
            department = self.at_work.expert.department
            names |= {department.code, department.name, department.name_en}
        return names - {""}

    @cached_property
    def department(self) -> str:
        """The department as the hospital's list or else the history names it."""
        if self.at_work:
            return self.at_work.expert.department.code
        return self.days[-1].department if self.days else ""

    @cached_property
    def expert_durations(self) -> Durations:
        """All consultations of the expert."""
        return durations_of(self.window, expert=self.expert_code)

    @cached_property
    def department_durations(self) -> Durations:
        """All consultations of the expert's department."""
        return durations_of(self.window, departments=self.department_names)

    @cached_property
    def keys(self) -> list[tuple[int, time]]:
        """Weekday and opening of the periods to plan for: of the schedule, else of the history.

        Sessions of the wanted weekdays change a plan of such a weekday, and one that pools weekdays.
        """
        of_history = [(weekday, opening) for opening, counts in self.counts.items() for weekday in counts]
        scheduled = self.at_work.templates if self.at_work else {}
        return [
            key for key in sorted(scheduled or of_history) if key[0] in self.weekdays or self._pools(*key)
        ]

    def _pools(self, weekday: int, opening: time) -> bool:
        return self.counts.get(opening, Counter())[weekday] < self.asked.min_sessions

    def needed(self) -> Iterator[tuple[str, time, Weekdays]]:
        """The session days that the plans rest on, by opening and weekdays."""
        by_opening: defaultdict[time, set[int]] = defaultdict(set)
        for weekday, opening in self.keys:
            by_opening[opening] |= ALL_WEEKDAYS if self._pools(weekday, opening) else {weekday}
        for opening, weekdays in by_opening.items():
            yield self.expert_code, opening, frozenset(weekdays)

    def drafts(self) -> "Iterator[Draft]":
        """The periods to plan for, each with the sessions that its plan rests on."""
        for weekday, opening in self.keys:
            own = [day for day in self.days if day.opens_local == opening]
            period, rule = self._period(weekday, opening)
            others: list[Day] = []
            if len(own) < self.asked.min_sessions:
                others = days_of_department(self.window, self.department_names, opening)
            chosen = choose_sessions(own, others, weekday, self.asked.min_sessions)
            yield Draft(self, period, rule, *chosen)

    def _period(self, weekday: int, opening: time) -> tuple[Period, AppointmentsRule]:
        """As the schedule has it; without one as its latest session had it."""
        template = self.at_work and self.at_work.templates.get((weekday, opening))
        if not template:
            days = [day for day in self.days if (day.weekday, day.opens_local) == (weekday, opening)]
            return period_of(days[-1]), AppointmentsRule()
        return Period(
            weekday=template.weekday,
            opens_at=template.opens_at,
            closes_at=template.closes_at,
            walk_in_opens_at=template.walk_in_opens_at,
            slot_min=template.slot_minutes,
        ), AppointmentsRule(share=template.appointment_share)

    def long(self, period: Period, days: Sequence[Day], warnings: tuple[Warned, ...]) -> LongHistory | None:
        """The same choice of sessions over the long window, and how fast the department forgets."""
        if self.asked.estimator is not Estimator.DISCOUNTED:
            return None
        window = HistoryWindow.of_weeks(max(self.asked.weeks, self.asked.rate_weeks), self.asked.as_of)
        own = days_of_periods(window, [(self.expert_code, period.opens_at, ALL_WEEKDAYS)])
        if Warned.POOLED_DEPARTMENT not in warnings:
            days = [day for day in own if warnings or day.weekday == period.weekday]
        bin_min = _bin_min(period)
        bins = _bins([day.pk for day in days], bin_min)
        shape = replace(period, weekday=1)
        if shape not in self.forgetting:
            department = days_of_department(window, self.department_names, period.opens_at)
            self.forgetting[shape] = forgetting_of(department or own, window, period)
        sessions = past_sessions(days, bins, bin_min)
        return LongHistory(sessions, self.asked.as_of, self.forgetting[shape])


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A period to plan for, and the sessions that its plan rests on."""

    reader: ExpertReader
    period: Period
    rule: AppointmentsRule
    days: Sequence[Day]
    warnings: tuple[Warned, ...]


class Evidence:
    """What the summaries and the lengths of visits say of the sessions of all drafts."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.bins: dict[int, dict[int, list[Bin]]] = {}
        self.lengths: dict[Draft, list[Lengths]] = {}
        for bin_min, alike in _grouped(drafts, _bin_min):
            keys = {day.pk for draft in alike for day in draft.days}
            self.bins[bin_min] = _bins(sorted(keys), bin_min)
        for spans, alike in _grouped(drafts, lambda period: slot_spans(period.length_min, period.slot_min)):
            found = lengths_of([[day.pk for day in draft.days] for draft in alike], spans)
            self.lengths |= dict(zip(alike, found, strict=True))

    def history(self, draft: Draft, *, fallback: bool) -> History:
        """What a plan rests on, with what to fall back to if asked for."""
        bin_min = _bin_min(draft.period)
        history = History(
            past_sessions(draft.days, self.bins[bin_min], bin_min),
            draft.warnings,
            lengths=self.lengths[draft],
            long=draft.reader.long(draft.period, draft.days, draft.warnings),
        )
        if not fallback:
            return history
        known = draft.reader.expert_durations
        return replace(
            history, expert=known, department=known if known.count else draft.reader.department_durations
        )


def _grouped(drafts: Iterable[Draft], key: Callable[[Period], K]) -> Iterable[tuple[K, list[Draft]]]:
    """Drafts whose periods are alike."""
    found: defaultdict[K, list[Draft]] = defaultdict(list)
    for draft in drafts:
        found[key(draft.period)].append(draft)
    return found.items()


def _bin_min(period: Period) -> int:
    """How wide the bins of a period are [min]: its slots, where those are sums of quarter hours."""
    if summable(slot_spans(period.length_min, period.slot_min)):
        return BIN_MIN if period.length_min % period.slot_min else period.slot_min
    return 1


def _bins(keys: list[int], bin_min: int) -> dict[int, list[Bin]]:
    """The bins of these session days, of raw visits where the summary's are too wide."""
    return bins_of_visits(keys, 1) if bin_min == 1 else bins_of_summary(keys, bin_min)
