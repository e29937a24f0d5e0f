"""The past sessions that a plan may rest on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet, Sum

from analytics.domain.bins import BIN_MIN, Bin, Span
from analytics.domain.capacity import Durations
from analytics.domain.sessions import PastSession, Period
from analytics.models import BinSummary, ImportBatch, SessionDay
from hospital.common import clock


@dataclass(frozen=True, slots=True)
class HistoryWindow:
    """The days a plan looks back on: from ``first`` (included) to ``before`` (not included)."""

    first: date
    before: date

    @classmethod
    def of_weeks(cls, weeks: int, as_of: date) -> "HistoryWindow":
        """The weeks before a day."""
        return cls(as_of - timedelta(weeks=weeks), as_of)

    @property
    def q(self) -> Q:
        """As a condition on session days."""
        return Q(date__gte=self.first, date__lt=self.before)


def is_demo_history_in() -> bool:
    """Whether the demo's invented history has been taken in."""
    return ImportBatch.objects.filter(source=ImportBatch.Source.SYNTHETIC).exists()


def session_days(
    window: HistoryWindow,
    *,
    expert: str | None = None,
    departments: Collection[str] | None = None,
    opens_at: time | None = None,
) -> list[SessionDay]:
    """Session days of the window, oldest first, of one expert or of a department under any of its names."""
    days: QuerySet[SessionDay] = SessionDay.objects.filter(window.q)
    if expert is not None:
        days = days.filter(expert_code=expert)
    if departments is not None:
        days = days.filter(department__in=departments)
    if opens_at is not None:
        days = days.filter(opens_local=opens_at)
    return list(days.order_by("opens_at", "expert_code"))


def experts_with_history(window: HistoryWindow) -> list[str]:
    """Codes of the experts who had a session in the window."""
    codes = SessionDay.objects.filter(window.q).values_list("expert_code", flat=True)
    return sorted(set(codes))


def weekdays_by_expert(session_days: Collection[int]) -> dict[str, list[int]]:
    """The weekdays of these session days by expert, sorted."""
    found: dict[str, set[int]] = {}
    for code, weekday in SessionDay.objects.filter(pk__in=session_days).values_list("expert_code", "weekday"):
        found.setdefault(code, set()).add(weekday)
    return {code: sorted(found[code]) for code in sorted(found)}


def durations_of(
    window: HistoryWindow, *, expert: str | None = None, departments: Collection[str] | None = None
) -> Durations:
    """All consultations of known length of an expert or of a department in the window."""
    bins = BinSummary.objects.filter(session_day__date__gte=window.first, session_day__date__lt=window.before)
    if expert is not None:
        bins = bins.filter(session_day__expert_code=expert)
    if departments is not None:
        bins = bins.filter(session_day__department__in=departments)
    total = bins.aggregate(n=Sum("timed"), s=Sum("duration_s"), s2=Sum("duration_squares_s"))
    return Durations(total["n"] or 0, (total["s"] or 0.0) / 60, (total["s2"] or 0.0) / 3600)


def past_sessions(
    days: list[SessionDay], bins: Mapping[int, list[Bin]], bin_min: int = BIN_MIN
) -> list[PastSession]:
    """These session days with their bins, for the pure method."""
    return [
        PastSession(
            day=day.date,
            weekday=day.weekday,
            observed=_observed(day),
            bins=bins.get(day.pk, []),
            first_start_min=_minutes_between(day.opens_at, day.first_start_at),
            live_appointments=day.live_appointments,
            unknown_channel=day.unknown_channel,
            known_channel=day.visits_count - day.unknown_channel,
            synthetic=day.synthetic,
            bin_min=bin_min,
        )
        for day in days
    ]


def _observed(day: SessionDay) -> Span:
    before = (day.opens_at - day.walk_in_opens_at).total_seconds() // 60
    length = (day.closes_at - day.opens_at).total_seconds() // 60
    return Span(-int(before), int(length))


def _minutes_between(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - start).total_seconds() / 60


def period_of(day: SessionDay) -> Period:
    """The recurring period that a past session belongs to."""
    return Period(
        weekday=day.weekday,
        opens_at=day.opens_local,
        closes_at=_wall(day.closes_at),
        walk_in_opens_at=_wall(day.walk_in_opens_at),
        slot_min=day.slot_minutes,
    )


def _wall(moment: datetime) -> time:
    return clock.local(moment).time().replace(microsecond=0)
