"""The week: who is expected when, which numbers its sessions offer, and what was worked out about them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from analytics.domain.schedule_proposals import HalfDay, Offer
from analytics.domain.sessions import WINDOW_WEEKS, length_between
from analytics.models import WeekProposal
from booking.selectors.schedules import experts_by_code, templates_in_force
from booking.selectors.waitlist import wishes_unmet
from hospital.common import clock
from hospital.common.models import Job

WORK_OUT = "analytics.week"

_CAME = """
SELECT expert_code, extract(isodow FROM came_at AT TIME ZONE %(zone)s)::int,
       extract(hour FROM came_at AT TIME ZONE %(zone)s)::int, count(*)
FROM (
    SELECT day.expert_code, coalesce(CASE visit.channel WHEN 'appointment' THEN visit.slot_starts_at
                                     ELSE visit.registered_at END, visit.started_at, day.opens_at) AS came_at
    FROM analytics_visit visit JOIN analytics_sessionday day ON day.id = visit.session_day_id
    WHERE day.date >= %(first)s AND day.date < %(before)s AND visit.outcome <> 'cancelled'
) AS visits
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Week:
    """One department's week: expected patients by half-day, sessions, and who may be given more of them."""

    expected: Mapping[HalfDay, float]
    offers: tuple[Offer, ...]
    experts: tuple[str, ...]


def weeks_expected(*, as_of: date, growth_percent: int) -> dict[str, Week]:
    """By department's code; those without sessions and without patients are left out. Five queries.

    Expected are the patients of the last 13 weeks, those who missed their appointment too, and those who stayed
    on a waitlist to its end, a week; history before the first session of this expert counts as time without patients.
    """
    first = as_of - timedelta(weeks=WINDOW_WEEKS)
    came = Counter[tuple[str, HalfDay]]()
    values: dict[str, Any] = {"zone": clock.zone().key, "first": first, "before": as_of}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(date) FROM analytics_sessionday WHERE date >= %(first)s AND date < %(before)s", values
        )
        (begun,) = cursor.fetchone()
        cursor.execute(_CAME, values)
        for expert, weekday, hour, count in cursor.fetchall():
            came[expert, HalfDay.at(weekday, hour)] += count
    for expert, opens_at in wishes_unmet(first=first, before=as_of):
        wall = clock.local(opens_at)
        came[expert, HalfDay.at(wall.isoweekday(), wall.hour)] += 1
    weeks = max(1.0, (as_of - (begun or as_of)).days / 7)
    return _by_department(came, (1 + growth_percent / 100) / weeks, as_of)


def _by_department(came: Counter[tuple[str, HalfDay]], factor: float, as_of: date) -> dict[str, Week]:
    department = {code: expert.department.code for code, expert in experts_by_code().items() if expert.active}
    expected: dict[str, Counter[HalfDay]] = {}
    for (expert, zone), count in came.items():
        if expert in department:
            expected.setdefault(department[expert], Counter())[zone] += count
    offers: dict[str, list[Offer]] = {}
    for template in templates_in_force(as_of):
        slots = length_between(template.opens_at, template.closes_at) / template.slot_minutes
        numbers = template.capacity_per_slot * slots / template.every_weeks
        zone = HalfDay.at(template.weekday, template.opens_at.hour)
        offers.setdefault(department[template.expert.code], []).append(
            Offer(template.expert.code, zone, numbers)
        )
    return {
        code: Week(
            expected={zone: count * factor for zone, count in sorted(expected.get(code, Counter()).items())},
            offers=tuple(offers.get(code, ())),
            experts=tuple(sorted(one for one, own in department.items() if own == code)),
        )
        for code in sorted({*expected, *offers})
    }


def week_latest() -> WeekProposal | None:
    """What was asked for last."""
    return WeekProposal.objects.first()


def week_by_code(code: str) -> WeekProposal | None:
    """One of them."""
    return WeekProposal.objects.filter(code=code).first()


def week_failed(code: str) -> bool:
    """Whether the worker tried in vain, and will try again."""
    tried = Job.objects.filter(kind=WORK_OUT, key=code, done_at=None)
    return tried.exclude(last_error="").exists()


def week_pending(code: str) -> bool:
    """Whether the worker still has it to work out."""
    return Job.objects.filter(kind=WORK_OUT, key=code, done_at=None).exists()
