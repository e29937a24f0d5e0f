"""How fast a department's walk-ins change, read from its daily summaries."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from analytics.domain.bins import BIN_MIN, Span, slot_spans
from analytics.domain.rates import Forgetting, age_weeks
from analytics.domain.sessions import Period
from analytics.selectors.history import Day, HistoryWindow

if TYPE_CHECKING:
    from analytics.domain.posteriors import Array, Counts

_WALK_INS = """
SELECT session_day_id, index, walk_ins FROM analytics_binsummary
WHERE session_day_id = ANY(%s) AND walk_ins > 0
"""


def forgetting_of(days: Sequence[Day], window: HistoryWindow, period: Period) -> Forgetting:
    """The half-life that foresaw these sessions of a department best, with the priors that go with it."""
    from analytics.domain.drift import chosen

    spans = [Span(-period.pre_opening_min, 0), *slot_spans(period.length_min, period.slot_min)]
    return chosen(_counts(days, spans, window))


def _counts(days: Sequence[Day], spans: Sequence[Span], window: HistoryWindow) -> "Counts":
    """Walk-ins and minutes by week, series (expert and weekday) and window."""
    import numpy as np

    from analytics.domain.posteriors import Counts

    weeks = 1 + age_weeks(min((day.date for day in days), default=window.first), window.before)
    series = {key: place for place, key in enumerate(sorted({_series(day) for day in days}))}
    shape = (weeks, max(1, len(series)), len(spans))
    walk_ins, minutes = np.zeros(shape), np.zeros(shape)
    places: dict[int, tuple[int, int]] = {}
    for day in days:
        week = weeks - 1 - age_weeks(day.date, window.before)
        places[day.pk] = (week, series[_series(day)])
        minutes[places[day.pk]] += _open_minutes(day, spans)
    shares = _shares(spans)
    with connection.cursor() as cursor:
        cursor.execute(_WALK_INS, [list(places)])
        for key, index, count in cursor.fetchall():
            if index in shares:
                walk_ins[places[key]] += count * shares[index]
    return Counts(walk_ins, minutes)


def _series(day: Day) -> tuple[str, int]:
    return day.expert_code, day.weekday


def _open_minutes(day: Day, spans: Sequence[Span]) -> list[float]:
    return [
        max(0.0, min(span.end_min, day.length_min) - max(span.start_min, -day.before_min)) for span in spans
    ]


def _shares(spans: Sequence[Span]) -> dict[int, "Array"]:
    """How much of each quarter of an hour lies in each window; one may lie in two where slots are no quarters."""
    import numpy as np

    first, last = spans[0].start_min // BIN_MIN, -(-spans[-1].end_min // BIN_MIN)
    found: dict[int, Any] = {}
    for index in range(first, last):
        start, end = index * BIN_MIN, (index + 1) * BIN_MIN
        parts = [max(0, min(end, span.end_min) - max(start, span.start_min)) / BIN_MIN for span in spans]
        found[index] = np.array(parts)
    return found
