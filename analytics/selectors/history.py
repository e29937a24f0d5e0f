"""The past sessions that a plan may rest on."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Q, Sum

from analytics.domain.bins import BIN_MIN, Bin, Span
from analytics.domain.capacity import Durations
from analytics.domain.sessions import PastSession, Period
from analytics.models import BinSummary, ImportBatch, SessionDay
from hospital.common import clock
from hospital.common.sql import weekday_bits


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


def name_of_day(day: date) -> str:
    """How the taking-in of a day of this system is called, in any language."""
    return day.isoformat()


def digest_of_day(day: date) -> bytes | None:
    """What this system told of a day when it last told something new."""
    told = ImportBatch.objects.filter(source=ImportBatch.Source.SYSTEM, name=name_of_day(day))
    digest = told.order_by("-pk").values_list("digest", flat=True).first()
    return None if digest is None else bytes(digest)


class Day(NamedTuple):
    """A session day as plans read it, thousands a night: times are the wall clock's, or minutes from the opening."""

    pk: int
    expert_code: str
    department: str
    date: date
    weekday: int
    opens_local: time
    closes_local: time
    walk_in_opens_local: time
    before_min: float
    length_min: float
    first_start_min: float | None
    slot_minutes: int
    synthetic: bool
    visits_count: int
    live_appointments: int
    unknown_channel: int
    no_shows: int


_DAY_COLUMNS = """
    id, expert_code, department, date, weekday, opens_local, (closes_at AT TIME ZONE %(zone)s)::time(0),
    (walk_in_opens_at AT TIME ZONE %(zone)s)::time(0), date_part('epoch', opens_at - walk_in_opens_at) / 60,
    date_part('epoch', closes_at - opens_at) / 60, date_part('epoch', first_start_at - opens_at) / 60,
    slot_minutes, synthetic, visits_count, live_appointments, unknown_channel, no_shows
"""
_OF_PERIODS = f"""
SELECT {_DAY_COLUMNS}
FROM unnest(%(experts)s::text[], %(openings)s::time[], %(weekdays)s::int[]) AS wanted (expert, opening, weekdays)
JOIN analytics_sessionday ON expert_code = expert AND opens_local = opening AND weekdays & (1 << weekday) > 0
WHERE date >= %(first)s AND date < %(before)s
ORDER BY opens_at, expert_code
"""  # noqa: S608 - names of columns
_OF_DEPARTMENT = f"""
SELECT {_DAY_COLUMNS} FROM analytics_sessionday
WHERE date >= %(first)s AND date < %(before)s AND department = ANY(%(names)s::text[]) AND opens_local = %(opening)s
ORDER BY opens_at, expert_code
"""  # noqa: S608 - names of columns
Weekdays = frozenset[int]
ALL_WEEKDAYS: Weekdays = frozenset(range(1, 8))


def sessions_counted(window: HistoryWindow, experts: Collection[str]) -> dict[tuple[str, time], Counter[int]]:
    """How many sessions experts had in the window, by expert and opening and then by weekday."""
    days = SessionDay.objects.filter(window.q, expert_code__in=experts).order_by()
    rows = days.values_list("expert_code", "opens_local", "weekday").annotate(n=Count("pk"))
    found: defaultdict[tuple[str, time], Counter[int]] = defaultdict(Counter)
    for expert, opening, weekday, n in rows:
        found[expert, opening][weekday] = n
    return found


def days_of_periods(window: HistoryWindow, periods: Collection[tuple[str, time, Weekdays]]) -> list[Day]:
    """Session days of the window, oldest first, by expert, opening and weekdays."""
    experts, openings, weekdays = zip(*periods, strict=True) if periods else ((), (), ())
    masks = [weekday_bits(each) for each in weekdays]
    return _days(
        _OF_PERIODS, window, {"experts": list(experts), "openings": list(openings), "weekdays": masks}
    )


def days_of_department(window: HistoryWindow, departments: Collection[str], opens_at: time) -> list[Day]:
    """Session days of the window, oldest first, of a department under any of its names."""
    return _days(_OF_DEPARTMENT, window, {"names": list(departments), "opening": opens_at})


def _days(sql: str, window: HistoryWindow, values: dict[str, Any]) -> list[Day]:
    known: dict[str, Any] = {"zone": clock.zone().key, "first": window.first, "before": window.before}
    with connection.cursor() as cursor:
        cursor.execute(sql, known | values)
        return [Day._make(row) for row in cursor.fetchall()]


def experts_with_history(window: HistoryWindow) -> list[str]:
    """Codes of the experts who had a session in the window."""
    codes = SessionDay.objects.filter(window.q).values_list("expert_code", flat=True)
    return sorted(set(codes))


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
    days: Sequence[Day], bins: Mapping[int, list[Bin]], bin_min: int = BIN_MIN
) -> list[PastSession]:
    """These session days with their bins, for the pure method."""
    return [
        PastSession(
            day=day.date,
            weekday=day.weekday,
            observed=Span(-int(day.before_min), int(day.length_min)),
            bins=bins.get(day.pk, []),
            first_start_min=day.first_start_min,
            live_appointments=day.live_appointments,
            unknown_channel=day.unknown_channel,
            known_channel=day.visits_count - day.unknown_channel,
            synthetic=day.synthetic,
            bin_min=bin_min,
            no_shows=day.no_shows,
        )
        for day in days
    ]


def period_of(day: Day) -> Period:
    """The recurring period that a past session belongs to."""
    return Period(
        weekday=day.weekday,
        opens_at=day.opens_local,
        closes_at=day.closes_local,
        walk_in_opens_at=day.walk_in_opens_local,
        slot_min=day.slot_minutes,
    )
