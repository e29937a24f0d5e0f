"""The daily summary: bins of quarters and hours and the sums of a session, made in the database from the visits."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from analytics.domain.bins import BIN_MIN, HOUR_MIN
from analytics.selectors.bins import BIN_COLUMNS, BINS_OF_VISITS, sums_of
from hospital.common.transactions import transactional

AT_ONCE = 2_000


def _written(table: str, fresh: str) -> str:
    """The statement that makes the rows of these session days what ``fresh`` selects; what is equal stays."""
    return f"""
WITH fresh ({BIN_COLUMNS}) AS ({fresh}), gone AS (
    DELETE FROM {table} bin
    WHERE bin.session_day_id = ANY(%(days)s)
      AND (bin.session_day_id, bin.index) NOT IN (SELECT session_day_id, index FROM fresh)
)
INSERT INTO {table} ({BIN_COLUMNS})
SELECT {BIN_COLUMNS} FROM fresh ORDER BY session_day_id, index
ON CONFLICT (session_day_id, index) DO UPDATE SET
    walk_ins = excluded.walk_ins, minutes_1 = excluded.minutes_1, minutes_2 = excluded.minutes_2,
    minutes_3 = excluded.minutes_3, minutes_4 = excluded.minutes_4, starts = excluded.starts,
    timed = excluded.timed, duration_s = excluded.duration_s, duration_squares_s = excluded.duration_squares_s
"""  # noqa: S608 - names of tables and columns


_WRITE_BINS = _written("analytics_binsummary", BINS_OF_VISITS)
_WRITE_HOURS = _written("analytics_hoursummary", sums_of("analytics_binsummary"))

_WRITE_DAYS = """
UPDATE analytics_sessionday day SET
    visits_count = sums.visits, live_appointments = sums.live, walk_ins = sums.walk_ins,
    unknown_channel = sums.unknown, no_shows = sums.no_shows, cancelled = sums.cancelled,
    late_cancels = sums.late_cancels, seen = sums.seen, first_start_at = sums.first_start_at
FROM (
    SELECT session_day_id, count(*) AS visits,
           count(*) FILTER (WHERE channel = 'appointment' AND outcome <> 'cancelled') AS live,
           count(*) FILTER (WHERE channel = 'walk_in' AND outcome <> 'cancelled') AS walk_ins,
           count(*) FILTER (WHERE channel = '' AND outcome <> 'cancelled') AS unknown,
           count(*) FILTER (WHERE outcome = 'no_show') AS no_shows,
           count(*) FILTER (WHERE outcome = 'cancelled') AS cancelled,
           sum(late_cancel::int) AS late_cancels,
           count(started_at) AS seen, min(started_at) AS first_start_at
    FROM analytics_visit WHERE session_day_id = ANY(%(days)s) GROUP BY 1
) AS sums
WHERE day.id = sums.session_day_id AND day.id = ANY(%(days)s)
"""


def _silent(done: int) -> None:
    pass


@transactional
def session_days_summarise(*, session_days: Iterable[int], progress: Callable[[int], None] = _silent) -> None:
    """Count these session days again from their visits; doing it twice changes nothing."""
    days = sorted(set(session_days))
    for first in range(0, len(days), AT_ONCE):
        values: dict[str, Any] = {
            "days": days[first : first + AT_ONCE],
            "bin_min": BIN_MIN,
            "of": HOUR_MIN // BIN_MIN,
        }
        with connection.cursor() as cursor:
            cursor.execute(_WRITE_BINS, values)
            cursor.execute(_WRITE_HOURS, values)
            cursor.execute(_WRITE_DAYS, values)
        progress(min(first + AT_ONCE, len(days)))
