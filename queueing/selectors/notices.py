"""Lines that managers put on screens: which a screen shows now, and what there is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from hospital.common.sql import prepared_cursor
from queueing.models import Screen, ScreenNotice

_SHOWN = """
SELECT notice.text, notice.text_en
FROM queueing_screennotice notice
WHERE notice.begins_at <= %(now)s AND (notice.ends_at IS NULL OR notice.ends_at > %(now)s)
  AND (notice.screen_id = %(screen)s OR notice.department_id = ANY(%(departments)s)
       OR (notice.screen_id IS NULL AND notice.department_id IS NULL))
ORDER BY notice.begins_at, notice.id
"""


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A line as a screen shows it."""

    text: str
    text_en: str


def notices_shown(*, screen: Screen, departments: Iterable[int], now: datetime) -> tuple[NoticeLine, ...]:
    """What this screen says now: its own lines, those of the departments it shows, those of the hospital."""
    with prepared_cursor() as cursor:
        cursor.execute(_SHOWN, {"screen": screen.pk, "departments": list(departments), "now": now})
        return tuple(NoticeLine(*texts) for texts in cursor.fetchall())


def notices_listed(*, now: datetime) -> list[ScreenNotice]:
    """Every line that is shown or will be, the next to begin first."""
    to_come = ScreenNotice.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    return list(to_come.select_related("screen", "department"))
