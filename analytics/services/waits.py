"""What booked patients usually waited, from the recorded history, handed to booking."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection

from analytics.domain.disclosure import FEWEST_SHOWN
from analytics.selectors.waits import WAIT, WAITED
from booking.services import SlotWait, slot_waits_set
from hospital.common import clock
from hospital.common.sql import weekday_bits

_USUAL = f"""
SELECT (%(experts)s::text[])[place], minute / 1440 + 1, time '00:00' + minute %% 1440 * interval '1 minute',
       percentile_cont(ARRAY[0.2, 0.8]) WITHIN GROUP (ORDER BY wait_min), count(*)
FROM (
    SELECT place, {WAIT} AS wait_min,
           ((begins + date_part('epoch', visit.slot_starts_at - day.opens_at) / 60)::int %% 10080 + 10080) %% 10080
           AS minute
    FROM (
        SELECT place::int, day.id, opens_at, (day.weekday - 1) * 1440 + date_part('epoch', opens_local) / 60 AS begins
        FROM unnest(%(experts)s::text[], %(read)s::int[]) WITH ORDINALITY AS wanted (expert_code, weekdays, place)
        JOIN analytics_sessionday day USING (expert_code)
        WHERE day.date BETWEEN %(first)s AND %(last)s AND weekdays & (1 << day.weekday) > 0
        OFFSET 0
    ) AS day
    JOIN analytics_visit visit ON visit.session_day_id = day.id
    WHERE visit.channel = 'appointment' AND {WAITED} AND visit.slot_starts_at IS NOT NULL
) AS waits
GROUP BY place, minute HAVING count(*) >= %(fewest)s ORDER BY 1, 2, 3
"""  # noqa: S608 - the parts are constants
"""A slot is named by its minute of the week (10,080 of them), counted from the opening of its session: asking the
calendar for each visit took as long as reading it."""

_PAST_MIDNIGHT = """
SELECT DISTINCT expert_code FROM analytics_sessionday
WHERE expert_code = ANY(%(experts)s) AND date BETWEEN %(first)s AND %(last)s
  AND (closes_at AT TIME ZONE %(zone)s)::date > date
"""


def usual_waits_hand_over(*, wanted: Mapping[str, frozenset[int]], as_of: date, weeks: int) -> int:
    """From check-in or the slot's beginning, whichever is later, to the call; returns how many slots have a figure.

    ``wanted`` are weekdays by expert: only their slots are counted again, and those of the day after where the
    expert's sessions pass midnight.
    """
    values: dict[str, Any] = {
        "experts": list(wanted),
        "zone": clock.zone().key,
        "first": as_of - timedelta(weeks=weeks),
        "last": as_of,
        "fewest": FEWEST_SHOWN,
    }
    waits: dict[str, list[SlotWait]] = {code: [] for code in wanted}
    with connection.cursor() as cursor:
        cursor.execute(_PAST_MIDNIGHT, values)
        late = {code for (code,) in cursor.fetchall()}
        counted = {code: days | _shifted(days, 1) if code in late else days for code, days in wanted.items()}
        read = (days | _shifted(days, -1) if code in late else days for code, days in counted.items())
        values["read"] = [weekday_bits(days) for days in read]
        cursor.execute(_USUAL, values)
        for code, weekday, at, (p20, p80), n in cursor.fetchall():
            if weekday in counted[code]:
                waits[code].append(SlotWait(weekday, at, round(p20), round(p80), n))
    return slot_waits_set(waits=waits, weekdays=counted)


def _shifted(weekdays: frozenset[int], days: int) -> frozenset[int]:
    return frozenset((weekday - 1 + days) % 7 + 1 for weekday in weekdays)
