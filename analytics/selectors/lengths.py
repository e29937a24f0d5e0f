"""How long single consultations took, by the slot that holds their start."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from analytics.domain.bins import Span
from analytics.domain.services_fit import PROBABILITIES, Lengths

_LENGTHS = """
SELECT place, width_bucket(greatest(start_min, 0), %(starts)s::float[]) - 1 AS slot, count(*), avg(length_min),
       coalesce(stddev_samp(length_min), 0),
       percentile_cont(%(probabilities)s::float[]) WITHIN GROUP (ORDER BY length_min)
FROM (
    SELECT place, date_part('epoch', visit.started_at - day.opens_at) / 60 AS start_min,
           date_part('epoch', visit.finished_at - visit.started_at) / 60 AS length_min
    FROM unnest(%(places)s::int[], %(days)s::bigint[]) AS asked (place, day_id)
    JOIN analytics_sessionday day ON day.id = day_id
    JOIN analytics_visit visit ON visit.session_day_id = day_id
    WHERE visit.started_at IS NOT NULL AND visit.finished_at IS NOT NULL
) AS consultations
WHERE start_min < %(end)s
GROUP BY 1, 2
"""
NONE = Lengths(0, 0.0, 0.0, ())


def lengths_of(sets_of_days: Sequence[Sequence[int]], spans: Sequence[Span]) -> list[list[Lengths]]:
    """For each of several sets of session days the lengths of the consultations begun in each slot.

    Slot 1 takes those begun before it.
    """
    asked = [(place, day) for place, days in enumerate(sets_of_days) for day in days]
    values: dict[str, Any] = {
        "starts": [span.start_min for span in spans],
        "end": spans[-1].end_min,
        "probabilities": list(PROBABILITIES),
        "places": [place for place, _ in asked],
        "days": [day for _, day in asked],
    }
    with connection.cursor() as cursor:
        cursor.execute(_LENGTHS, values)
        found = {
            (place, slot): Lengths(count, mean, spread / mean if mean else 0.0, tuple(quantiles))
            for place, slot, count, mean, spread, quantiles in cursor.fetchall()
        }
    slots = range(len(spans))
    return [[found.get((place, slot), NONE) for slot in slots] for place in range(len(sets_of_days))]
