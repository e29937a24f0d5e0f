"""The dashboard's questions: who waited how long, and walk-ins against what the experts can see."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q, Sum

from analytics.models import ImportBatch, SessionDay
from hospital.common import clock

FEWEST_SHOWN = 10
LONG_WAIT_MIN = 60


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the dashboard is filtered by; blank means all."""

    first: date
    last: date
    department: str = ""
    expert: str = ""
    weekday: int | None = None

    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition on ``day`` (a session day) with its parameters."""
        parts = ["day.date BETWEEN %(first)s AND %(last)s"]
        if self.department:
            parts.append("day.department = %(department)s")
        if self.expert:
            parts.append("day.expert_code = %(expert)s")
        if self.weekday:
            parts.append("day.weekday = %(weekday)s")
        values = {name: getattr(self, name) for name in ("first", "last", "department", "expert", "weekday")}
        return " AND ".join(parts), {**values, "zone": clock.zone().key}


def hour_span(hour: int) -> str:
    """The hour from its start to its end."""
    return f"{hour:02d}–{(hour + 1) % 24:02d}"


@dataclass(frozen=True, slots=True)
class WaitSum:
    """Waits of one channel: how many, their median and 90th percentile [min], and how many beyond an hour."""

    count: int = 0
    median_min: float | None = None
    p90_min: float | None = None
    long: int = 0

    @property
    def shown(self) -> bool:
        """Whether enough patients stand behind it to be shown."""
        return self.count >= FEWEST_SHOWN

    @property
    def long_percent(self) -> float:
        """Share of waits beyond an hour [%]."""
        return 100 * self.long / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class HourWaits:
    """Waits of those who came in one hour of the day."""

    hour: int
    walk_in: WaitSum = field(default_factory=WaitSum)
    booked: WaitSum = field(default_factory=WaitSum)

    @property
    def span(self) -> str:
        """07-08."""
        return hour_span(self.hour)


@dataclass(frozen=True, slots=True)
class HourLoad:
    """One hour of the day, per session: walk-ins, consultations begun, and how many were possible."""

    hour: int
    walk_ins: float
    seen: float
    possible: float | None

    @property
    def span(self) -> str:
        """07-08."""
        return hour_span(self.hour)


_WAITS = """
WITH waits AS (
    SELECT visit.channel,
           CASE WHEN visit.channel = 'walk_in' THEN visit.registered_at
                ELSE coalesce(visit.slot_starts_at, visit.checked_in_at) END AS came_at,
           greatest(0, extract(epoch FROM coalesce(visit.called_at, visit.started_at) -
               CASE WHEN visit.channel = 'walk_in' THEN visit.registered_at
                    ELSE greatest(visit.checked_in_at, visit.slot_starts_at) END) / 60) AS wait_min
    FROM analytics_visit visit JOIN analytics_sessionday day ON day.id = visit.session_day_id
    WHERE {where} AND visit.started_at IS NOT NULL
      AND ((visit.channel = 'walk_in' AND visit.registered_at IS NOT NULL)
           OR (visit.channel = 'appointment' AND visit.checked_in_at IS NOT NULL))
)
SELECT channel, hour, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_min),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_min),
       count(*) FILTER (WHERE wait_min > {long})
FROM (
    SELECT channel, wait_min, extract(hour FROM came_at AT TIME ZONE %(zone)s)::int AS hour FROM waits
) AS hours
GROUP BY GROUPING SETS ((channel, hour), (channel))
"""

_LOADS = """
SELECT extract(hour FROM (day.opens_at + bin.index * interval '15 minutes')
               AT TIME ZONE %(zone)s)::int AS hour,
       sum(bin.walk_ins), sum(bin.starts), sum(bin.timed), sum(bin.duration_s)
FROM analytics_binsummary bin JOIN analytics_sessionday day ON day.id = bin.session_day_id
WHERE {where} GROUP BY 1 ORDER BY 1
"""

_SHAPES = """
SELECT (day.walk_in_opens_at AT TIME ZONE %(zone)s)::time, day.opens_local,
       (day.closes_at AT TIME ZONE %(zone)s)::time, count(*)
FROM analytics_sessionday day WHERE {where} GROUP BY 1, 2, 3
"""


def _rows(query: str, chosen: Chosen) -> list[tuple[Any, ...]]:
    where, values = chosen.where()
    with connection.cursor() as cursor:
        cursor.execute(query.format(where=where, long=LONG_WAIT_MIN), values)
        return list(cursor.fetchall())


def waits_by_hour(chosen: Chosen) -> tuple[list[HourWaits], HourWaits]:
    """Waits by hour of coming, and in all. One query.

    A walk-in waits from registration, a booked patient from the later of check-in and slot start,
    until the call.
    """
    sums: dict[int | None, dict[str, WaitSum]] = {}
    for channel, hour, count, median, p90, long in _rows(_WAITS, chosen):
        sums.setdefault(hour, {})[channel] = WaitSum(count, float(median), float(p90), long)
    total = sums.pop(None, {})

    def row(hour: int, found: dict[str, WaitSum]) -> HourWaits:
        return HourWaits(hour, found.get("walk_in", WaitSum()), found.get("appointment", WaitSum()))

    hours = [row(hour, sums[hour]) for hour in sorted(hour for hour in sums if hour is not None)]
    return hours, row(-1, total)


def loads_by_hour(chosen: Chosen) -> list[HourLoad]:
    """Walk-ins and capacity by hour, per session that was open in it. Two queries."""
    shapes = _rows(_SHAPES, chosen)
    loads = []
    for hour, walk_ins, starts, timed, seconds in _rows(_LOADS, chosen):
        registering = _covering(((start, end, n) for start, _opens, end, n in shapes), hour)
        serving = _covering(((opens, end, n) for _start, opens, end, n in shapes), hour)
        if registering:
            possible = 3600 * timed / seconds if serving and seconds else None
            loads.append(HourLoad(hour, walk_ins / registering, starts / (serving or registering), possible))
    return loads


def _covering(spans: Iterable[tuple[Any, Any, int]], hour: int) -> int:
    """How many sessions cover any of an hour of the day; one that ends past midnight covers the evening."""
    count = 0
    for start, end, sessions in spans:
        first, last = start.hour * 60 + start.minute, end.hour * 60 + end.minute
        last += 24 * 60 if last <= first else 0
        if any(first < (hour + 1) * 60 + days and hour * 60 + days < last for days in (0, 24 * 60)):
            count += sessions
    return count


@dataclass(frozen=True, slots=True)
class HistoryFacts:
    """What there is to look at: the days, departments and experts of the history."""

    first: date | None
    last: date | None
    departments: list[str]
    experts: list[str]


def history_facts() -> HistoryFacts:
    """The extent of the history. Two queries."""
    span = SessionDay.objects.aggregate(first=Min("date"), last=Max("date"))
    pairs = set(SessionDay.objects.values_list("department", "expert_code").distinct())
    return HistoryFacts(
        first=span["first"],
        last=span["last"],
        departments=sorted({department for department, _ in pairs if department}),
        experts=sorted({expert for _, expert in pairs}),
    )


def session_sums(chosen: Chosen) -> dict[str, int]:
    """Sessions, visits, booked and no-shows of a choice. One query."""
    days = SessionDay.objects.filter(date__range=(chosen.first, chosen.last))
    if chosen.department:
        days = days.filter(department=chosen.department)
    if chosen.expert:
        days = days.filter(expert_code=chosen.expert)
    if chosen.weekday:
        days = days.filter(weekday=chosen.weekday)
    sums = days.aggregate(
        sessions=Count("pk"),
        seen=Sum("seen"),
        walk_ins=Sum("walk_ins"),
        live=Sum("live_appointments"),
        no_shows=Sum("no_shows"),
        synthetic=Count("pk", filter=Q(synthetic=True)),
    )
    return {name: value or 0 for name, value in sums.items()}


def last_taken_in() -> datetime | None:
    """When visits were last taken in."""
    return ImportBatch.objects.order_by("-at").values_list("at", flat=True).first()


def default_choice(facts: HistoryFacts, weeks: int) -> Chosen:
    """The latest weeks of the history."""
    last = facts.last or clock.today()
    return Chosen(first=last - timedelta(weeks=weeks), last=last)
