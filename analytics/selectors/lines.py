"""What the queueing models are compared with: each department's line as it was measured."""

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from analytics.domain.model_fit import LONG_MIN, Measured
from analytics.selectors.choices import Chosen, rows_of
from analytics.selectors.waits import CAME, WAIT, WAITED
from queueing.domain.clusters import error_of_sums

_SESSIONS = """
WITH day AS (SELECT * FROM analytics_sessionday day WHERE {where}),
spans AS (SELECT department, unnest(range_agg(tstzrange(opens_at, closes_at))) AS span FROM day GROUP BY 1)
SELECT days.*, clock.minutes FROM (
    SELECT department, count(*), sum(extract(epoch FROM closes_at - opens_at)) / 60,
           avg(greatest(0, extract(epoch FROM first_start_at - opens_at)) / 60)
               FILTER (WHERE first_start_at IS NOT NULL)
    FROM day GROUP BY 1
) AS days JOIN (
    SELECT department, sum(extract(epoch FROM upper(span) - lower(span))) / 60 AS minutes FROM spans GROUP BY 1
) AS clock USING (department) ORDER BY department
"""

_VISITS = f"""
WITH seen AS (
    SELECT visit.session_day_id, day.department, day.opens_at, {CAME} AS came_at,
           CASE WHEN {WAITED} THEN {WAIT} END AS wait_min,
           extract(epoch FROM visit.finished_at - visit.started_at) / 60 AS length_min
    FROM analytics_visit visit JOIN analytics_sessionday day ON day.id = visit.session_day_id
    WHERE {{where}} AND visit.started_at IS NOT NULL
), sessions AS (
    SELECT department, session_day_id, count(*) AS seen, count(wait_min) AS n,
           coalesce(sum(wait_min), 0) AS wait, count(*) FILTER (WHERE wait_min >= 1) AS waited,
           count(*) FILTER (WHERE wait_min > %(long)s) AS long,
           count(*) FILTER (WHERE came_at < opens_at) AS early, count(length_min) AS timed,
           coalesce(sum(length_min), 0) AS length, coalesce(sum(length_min * length_min), 0) AS lengths_squared
    FROM seen GROUP BY 1, 2
)
SELECT department, count(*) FILTER (WHERE n > 0), sum(seen), sum(n), sum(wait), sum(wait * wait), sum(wait * n),
       sum(n * n), sum(waited), sum(long), sum(early), sum(timed), sum(length), sum(lengths_squared)
FROM sessions GROUP BY 1
"""  # noqa: S608 - the parts are constants

_HOURS = f"""
WITH hours AS (
    SELECT day.id, day.department, day.expert_code, day.weekday, day.opens_local, hour
    FROM analytics_sessionday day, generate_series(
        -ceil(extract(epoch FROM day.opens_at - day.walk_in_opens_at) / 3600)::int,
        ceil(extract(epoch FROM day.closes_at - day.opens_at) / 3600)::int - 1) AS hour
    WHERE {{where}}
), came AS (
    SELECT day.id, floor(extract(epoch FROM {CAME} - day.opens_at) / 3600)::int AS hour, count(*) AS n
    FROM analytics_visit visit JOIN analytics_sessionday day ON day.id = visit.session_day_id
    WHERE {{where}} AND visit.started_at IS NOT NULL GROUP BY 1, 2
), periods AS (
    SELECT department, expert_code, weekday, opens_local, hour, count(*) AS k,
           coalesce(sum(n), 0) AS n, coalesce(sum(n * n), 0) AS squares
    FROM hours LEFT JOIN came USING (id, hour) GROUP BY 1, 2, 3, 4, 5
)
SELECT department, hour, sum(n), sum(k), sum(squares - n * n / k), sum((k - 1) * n / k), sum(k - 1)
FROM periods GROUP BY 1, 2
"""  # noqa: S608 - the parts are constants


@dataclass(frozen=True, slots=True)
class Line:
    """A department with what was measured of it; nothing where no consultation has a length, or no wait is known."""

    department: str
    sessions: int
    measured: Measured | None


class _Days(NamedTuple):
    """A row of ``_SESSIONS``: opening hours of all experts, and of the department's clock."""

    department: str
    sessions: int
    open_min: float
    delay_min: float
    clock_min: float


class _Visits(NamedTuple):
    """A row of ``_VISITS``: sums over the sessions."""

    department: str
    sessions: float
    seen: float
    n: float
    wait: float
    wait_squared: float
    wait_times_n: float
    n_squared: float
    waited: float
    long: float
    early: float
    timed: float
    length: float
    lengths_squared: float


@dataclass(slots=True)
class _Hours:
    """Arrivals by hour of one department: the busiest hour, and how they vary from week to week."""

    busiest: float = 0.0
    spread: float = 0.0
    mean: float = 0.0
    freedom: int = 0


def lines_measured(chosen: Chosen) -> list[Line]:
    """Every department's line in the chosen sessions. Three queries."""
    visits = {
        row[0]: _Visits(row[0], *map(float, row[1:])) for row in rows_of(_VISITS, chosen, long=LONG_MIN)
    }
    hours = _hours(chosen)
    days = [
        _Days(row[0], row[1], *(float(value or 0) for value in row[2:])) for row in rows_of(_SESSIONS, chosen)
    ]
    return [
        Line(
            day.department,
            day.sessions,
            _measured(day, visits.get(day.department), hours.get(day.department)),
        )
        for day in days
    ]


def _hours(chosen: Chosen) -> dict[str, _Hours]:
    found: dict[str, _Hours] = {}
    for department, _hour, came, sessions, spread, mean, freedom in rows_of(_HOURS, chosen):
        hours = found.setdefault(department, _Hours())
        hours.busiest = max(hours.busiest, float(came / sessions))
        hours.spread, hours.mean = hours.spread + float(spread), hours.mean + float(mean)
        hours.freedom += int(freedom)
    return found


def _measured(day: _Days, sums: _Visits | None, hours: _Hours | None) -> Measured | None:
    if not sums or not sums.n or not sums.length or not hours:
        return None
    seen_per_min, service_min = sums.seen / day.open_min, sums.length / sums.timed
    variance = max(0.0, sums.lengths_squared / sums.timed - service_min**2)
    return Measured(
        sessions=day.sessions,
        patients=int(sums.n),
        seen_per_min=seen_per_min,
        experts=day.open_min / day.clock_min,
        session_min=day.open_min / day.sessions,
        service_min=service_min,
        service_cv=sqrt(variance) / service_min,
        wait_min=sums.wait / sums.n,
        wait_error_min=error_of_sums(
            sessions=int(sums.sessions),
            total=sums.wait,
            count=int(sums.n),
            squares=sums.wait_squared,
            products=sums.wait_times_n,
            counts_squared=sums.n_squared,
        ),
        waited_share=sums.waited / sums.n,
        long_share=sums.long / sums.n,
        waiting=sums.wait / sums.n * seen_per_min,
        busiest=hours.busiest / (60 * seen_per_min),
        dispersion=hours.spread / hours.mean if hours.mean else 1.0,
        dispersion_error=sqrt(2 / hours.freedom) if hours.freedom else 1.0,
        early_share=sums.early / sums.n,
        start_delay_min=day.delay_min,
    )
