"""Bins of the past: read from the daily summary, or counted from raw visits, for it and for slots of other lengths."""

from collections import defaultdict
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from analytics.domain.bins import BIN_MIN, HOUR_MIN, Bin
from hospital.common.sql import prepared_cursor

BIN_COLUMNS = (
    "session_day_id, index, walk_ins, minutes_1, minutes_2, minutes_3, minutes_4, "
    "starts, timed, duration_s, duration_squares_s"
)

BINS_OF_VISITS = """
SELECT session_day_id, index, sum(walk_ins)::int, sum(minutes_1)::int, sum(minutes_2)::int,
       sum(minutes_3)::int, sum(minutes_4)::int, sum(starts)::int, sum(timed)::int,
       sum(duration_s), sum(duration_squares_s)
FROM (
    SELECT session_day_id, floor(minute / %(bin_min)s::float)::int AS index, sum(n) AS walk_ins,
           count(*) FILTER (WHERE n = 1) AS minutes_1, count(*) FILTER (WHERE n = 2) AS minutes_2,
           count(*) FILTER (WHERE n = 3) AS minutes_3, count(*) FILTER (WHERE n >= 4) AS minutes_4,
           0 AS starts, 0 AS timed, 0::float AS duration_s, 0::float AS duration_squares_s
    FROM (
        SELECT visit.session_day_id,
               floor(date_part('epoch', visit.registered_at - day.opens_at) / 60)::int AS minute,
               count(*) AS n
        FROM analytics_visit visit
        JOIN analytics_sessionday day ON day.id = visit.session_day_id
        WHERE day.id = ANY(%(days)s) AND visit.session_day_id = ANY(%(days)s) AND visit.channel = 'walk_in'
          AND visit.outcome <> 'cancelled' AND visit.registered_at IS NOT NULL
        GROUP BY 1, 2
    ) AS minutes
    GROUP BY 1, 2
    UNION ALL
    SELECT session_day_id, index, 0, 0, 0, 0, 0, count(*), count(length_s),
           coalesce(sum(length_s), 0), coalesce(sum(length_s * length_s), 0)
    FROM (
        SELECT visit.session_day_id,
               floor(date_part('epoch', visit.started_at - day.opens_at) / (60 * %(bin_min)s))::int AS index,
               date_part('epoch', visit.finished_at - visit.started_at) AS length_s
        FROM analytics_visit visit
        JOIN analytics_sessionday day ON day.id = visit.session_day_id
        WHERE day.id = ANY(%(days)s) AND visit.session_day_id = ANY(%(days)s) AND visit.started_at IS NOT NULL
    ) AS consultations
    GROUP BY 1, 2
) AS events
GROUP BY 1, 2
"""


def sums_of(table: str) -> str:
    """The query that sums ``of`` bins of a table each."""
    return f"""
SELECT session_day_id, floor(index / %(of)s::float)::int, sum(walk_ins), sum(minutes_1),
       sum(minutes_2), sum(minutes_3), sum(minutes_4), sum(starts), sum(timed), sum(duration_s), sum(duration_squares_s)
FROM {table} WHERE session_day_id = ANY(%(days)s)
GROUP BY 1, 2
"""  # noqa: S608 - the name of a table


_OF_SUMMARIES = {
    width: (
        f"SELECT {BIN_COLUMNS} FROM {table} WHERE session_day_id = ANY(%(days)s)",  # noqa: S608 - names
        sums_of(table),
    )
    for width, table in ((BIN_MIN, "analytics_binsummary"), (HOUR_MIN, "analytics_hoursummary"))
}
"""By the width of their bins [min]: the query of the bins as they are, and of sums of them."""


def bins_of_visits(session_days: list[int], bin_min: int = BIN_MIN) -> dict[int, list[Bin]]:
    """Bins of any width straight from the raw visits of these session days."""
    with connection.cursor() as cursor:
        return _bins(cursor, BINS_OF_VISITS, {"days": session_days, "bin_min": bin_min})


def bins_of_summary(session_days: list[int], bin_min: int = BIN_MIN) -> dict[int, list[Bin]]:
    """Bins of these session days from the daily summary; ``bin_min`` is a multiple of a quarter of an hour."""
    width = BIN_MIN if bin_min % HOUR_MIN else HOUR_MIN
    as_they_are, summed = _OF_SUMMARIES[width]
    query = as_they_are if bin_min == width else summed
    with prepared_cursor(binary=True) as cursor:
        return _bins(cursor, query, {"days": session_days, "of": bin_min // width})


def _bins(cursor: CursorWrapper, query: str, values: dict[str, Any]) -> dict[int, list[Bin]]:
    bins: defaultdict[int, list[Bin]] = defaultdict(list)
    made = Bin._make  # tens of thousands of times
    cursor.execute(query, values)
    for row in cursor.fetchall():
        bins[row[0]].append(made(row[1:]))
    return dict(bins)
