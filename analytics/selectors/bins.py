"""The SQL that counts raw visits into bins: for the daily summary, and for slots of other lengths."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection

from analytics.domain.bins import BIN_MIN, Bin
from analytics.domain.capacity import Durations

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


NONE_TIMED = Durations()
_BINS_OF_SUMMARY = """
SELECT session_day_id, floor(index / %(of)s::float)::int, sum(walk_ins)::int, sum(minutes_1)::int,
       sum(minutes_2)::int, sum(minutes_3)::int, sum(minutes_4)::int, sum(starts)::int, sum(timed)::int,
       sum(duration_s), sum(duration_squares_s)
FROM analytics_binsummary WHERE session_day_id = ANY(%(days)s)
GROUP BY 1, 2
"""


def bins_of_rows(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Bin]]:
    """Bins by session day from rows of ``BIN_COLUMNS``."""
    bins: defaultdict[int, list[Bin]] = defaultdict(list)
    for day, index, walk_ins, one, two, three, four, starts, timed, length_s, squares_s in rows:
        durations = Durations(timed, length_s / 60, squares_s / 3600) if timed else NONE_TIMED
        bins[day].append(Bin(index, walk_ins, (one, two, three, four), starts, durations))
    return dict(bins)


def bins_of_visits(session_days: list[int], bin_min: int = BIN_MIN) -> dict[int, list[Bin]]:
    """Bins of any width straight from the raw visits of these session days."""
    with connection.cursor() as cursor:
        cursor.execute(BINS_OF_VISITS, {"days": session_days, "bin_min": bin_min})
        return bins_of_rows(cursor.fetchall())


def bins_of_summary(session_days: list[int], bin_min: int = BIN_MIN) -> dict[int, list[Bin]]:
    """Bins of these session days from the daily summary; ``bin_min`` is a multiple of a quarter of an hour."""
    with connection.cursor() as cursor:
        cursor.execute(_BINS_OF_SUMMARY, {"days": session_days, "of": bin_min // BIN_MIN})
        return bins_of_rows(cursor.fetchall())
