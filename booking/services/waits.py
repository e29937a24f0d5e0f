"""Usual waits: what the recorded history says, written here by whoever keeps that history."""

from collections.abc import Collection, Mapping, Sequence
from datetime import time
from typing import Any, NamedTuple

from django.db import connection

from hospital.common.sql import weekday_bits
from hospital.common.transactions import transactional

_REPLACE = """
WITH given AS (
    SELECT expert.id AS expert_id, weekday, starts_at, p20_min, p80_min, n
    FROM unnest(%(codes)s::text[], %(days)s::int[], %(starts)s::time[], %(p20)s::int[], %(p80)s::int[], %(n)s::int[])
        AS said (code, weekday, starts_at, p20_min, p80_min, n)
    JOIN booking_expert expert USING (code)
), gone AS (
    DELETE FROM booking_usualwait known
    USING unnest(%(counted)s::text[], %(weekdays)s::int[]) AS counted (code, weekdays)
    JOIN booking_expert expert USING (code)
    WHERE known.expert_id = expert.id AND weekdays & (1 << known.weekday) > 0
      AND (known.expert_id, known.weekday, known.starts_at) NOT IN (SELECT expert_id, weekday, starts_at FROM given)
), written AS (
    INSERT INTO booking_usualwait AS known (expert_id, weekday, starts_at, p20_min, p80_min, n)
    SELECT * FROM given ORDER BY 1, 2, 3
    ON CONFLICT (expert_id, weekday, starts_at) DO UPDATE
    SET p20_min = excluded.p20_min, p80_min = excluded.p80_min, n = excluded.n
    WHERE (known.p20_min, known.p80_min, known.n) <> (excluded.p20_min, excluded.p80_min, excluded.n)
)
SELECT count(*) FROM given
"""


class SlotWait(NamedTuple):
    """Waits [min] of booked patients in one slot of the week: the 20th and 80th percentile of ``n``."""

    weekday: int
    starts_at: time
    p20_min: int
    p80_min: int
    n: int


@transactional
def slot_waits_set(
    *, waits: Mapping[str, Sequence[SlotWait]], weekdays: Mapping[str, Collection[int]]
) -> int:
    """Experts' usual waits on these weekdays are replaced as a whole; who is not here any more is passed over.

    What is as before is not written again. Returns how many were given.
    """
    rows = [(code, *one) for code, each in waits.items() for one in each]
    names = ("codes", "days", "starts", "p20", "p80", "n")
    values: dict[str, Any] = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    values["counted"] = list(weekdays)
    values["weekdays"] = [weekday_bits(days) for days in weekdays.values()]
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, values)
        given: int = cursor.fetchone()[0]
    return given
