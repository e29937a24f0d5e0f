"""What booked patients usually waited, from the recorded history, handed to booking."""

from datetime import date, timedelta
from typing import Any

from django.db import connection

from booking.services import SlotWait, slot_waits_set
from hospital.common import clock

FEWEST = 10
"""Below so many patients nothing is said."""

_USUAL = """
SELECT extract(isodow FROM slot_starts_at AT TIME ZONE %(zone)s)::int AS weekday,
       (slot_starts_at AT TIME ZONE %(zone)s)::time AS starts_at,
       percentile_cont(0.2) WITHIN GROUP (ORDER BY wait_min),
       percentile_cont(0.8) WITHIN GROUP (ORDER BY wait_min), count(*)
FROM (
    SELECT visit.slot_starts_at, greatest(0, extract(epoch FROM coalesce(visit.called_at, visit.started_at)
               - greatest(visit.checked_in_at, visit.slot_starts_at)) / 60) AS wait_min
    FROM analytics_visit visit JOIN analytics_sessionday day ON day.id = visit.session_day_id
    WHERE day.expert_code = %(expert)s AND day.date BETWEEN %(first)s AND %(last)s
      AND visit.channel = 'appointment' AND visit.started_at IS NOT NULL
      AND visit.checked_in_at IS NOT NULL AND visit.slot_starts_at IS NOT NULL
) AS waits
GROUP BY 1, 2 HAVING count(*) >= %(fewest)s ORDER BY 1, 2
"""


def usual_waits_hand_over(*, expert_code: str, as_of: date, weeks: int) -> int:
    """From check-in or the slot's beginning, whichever is later, to the call; returns how many slots have a figure."""
    values: dict[str, Any] = {
        "expert": expert_code,
        "zone": clock.zone().key,
        "first": as_of - timedelta(weeks=weeks),
        "last": as_of,
        "fewest": FEWEST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_USUAL, values)
        rows = cursor.fetchall()
    waits = [SlotWait(weekday, at, round(p20), round(p80), n) for weekday, at, p20, p80, n in rows]
    return slot_waits_set(expert_code=expert_code, waits=waits)
