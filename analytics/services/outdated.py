"""Which plans no longer rest on all visits: marked by whoever changes the history, cleared by whoever computes."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from analytics.models import OutdatedPlan
from hospital.common.transactions import transactional

_MARK = """
INSERT INTO analytics_outdatedplan (expert_code, weekday, changes, since)
SELECT DISTINCT expert_code, weekday, 1, %(now)s::timestamptz FROM analytics_sessionday WHERE id = ANY(%(days)s)
ORDER BY expert_code, weekday
ON CONFLICT (expert_code, weekday) DO UPDATE SET changes = analytics_outdatedplan.changes + 1
"""
_CLEAR = """
DELETE FROM analytics_outdatedplan mark USING unnest(%(keys)s::bigint[], %(changes)s::int[]) AS known (id, changes)
WHERE mark.id = known.id AND mark.changes = known.changes
"""


@transactional
def plans_outdate(*, session_days: Collection[int], now: datetime) -> None:
    """The visits of these session days changed: the next night computes the plans of their experts' weekdays."""
    if not session_days:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"days": sorted(session_days), "now": now})


@transactional
def plans_up_to_date(*, marks: Collection[OutdatedPlan]) -> None:
    """Take marks away as they were read; one that was set again meanwhile stays."""
    values = {"keys": [mark.pk for mark in marks], "changes": [mark.changes for mark in marks]}
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR, values)
