"""How the numbers of sessions were sold: how many, when the last one went, and what became of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from booking.domain.states import APPOINTMENT_TAKES_NUMBER
from booking.models import ClinicSession


@dataclass(frozen=True, slots=True)
class SessionSale:
    """One session that was not stopped: its numbers, and what became of those booked ahead.

    ``numbers`` are those of the whole session, ``quota`` those that could be booked ahead. ``sold_out_at`` is the
    first moment since the release at which none of these was left; None when there always was one.
    """

    expert_code: str
    department: str
    date: date
    opens_at: datetime
    release_at: datetime
    numbers: int
    quota: int
    taken: int
    walk_ins: int
    sold_out_at: datetime | None
    unresolved: int


_EXPERTS = """
JOIN booking_expert expert ON expert.id = session.expert_id
JOIN booking_department department ON department.id = expert.department_id
"""

_CHOSEN = """
WHERE session.date BETWEEN %(first)s AND %(last)s AND session.state <> 'stopped'
  AND (%(department)s = '' OR %(department)s IN (department.code, department.name, department.name_en))
  AND (%(expert)s = '' OR expert.code = %(expert)s)
  AND (%(weekday)s = 0 OR extract(isodow FROM session.date) = %(weekday)s)
"""

_SALES = f"""
WITH chosen AS (
    SELECT session.id, expert.code AS expert_code, department.code AS department, session.date,
           session.opens_at, session.release_at, session.walk_in_opens_at, session.number_limit,
           session.walk_ins, (SELECT coalesce(sum(slot.quota), 0) FROM booking_slot slot
                              WHERE slot.session_id = session.id) AS quota
    FROM booking_clinicsession session
    {_EXPERTS} {_CHOSEN} AND session.state <> 'planned'
),
numbers AS (
    SELECT appointment.session_id, appointment.held_at, appointment.ended_at, appointment.state,
           appointment.add_on
    FROM booking_appointment appointment JOIN chosen ON chosen.id = appointment.session_id
),
moves AS (
    SELECT session_id, held_at AS at, 1 AS more FROM numbers WHERE NOT add_on
    UNION ALL
    SELECT session_id, ended_at, -1 FROM numbers
    WHERE NOT add_on AND NOT state = ANY(%(taking)s) AND ended_at IS NOT NULL
),
counted AS (
    SELECT session_id, at, sum(more) OVER (PARTITION BY session_id ORDER BY at, more) AS taken FROM moves
),
sold AS (
    SELECT counted.session_id, min(counted.at) AS at FROM counted JOIN chosen ON chosen.id = counted.session_id
    WHERE counted.taken >= chosen.quota AND counted.at < chosen.walk_in_opens_at GROUP BY 1
)
SELECT chosen.expert_code, chosen.department, chosen.date, chosen.opens_at, chosen.release_at,
       chosen.number_limit, chosen.quota,
       count(numbers.session_id) FILTER (WHERE numbers.state = ANY(%(taking)s)), chosen.walk_ins,
       CASE WHEN chosen.quota > 0 AND sold.at IS NOT NULL THEN greatest(sold.at, chosen.release_at) END,
       count(numbers.session_id) FILTER (WHERE numbers.state = 'unresolved')
FROM chosen LEFT JOIN sold ON sold.session_id = chosen.id LEFT JOIN numbers ON numbers.session_id = chosen.id
GROUP BY chosen.id, chosen.expert_code, chosen.department, chosen.date, chosen.opens_at, chosen.release_at,
         chosen.number_limit, chosen.quota, chosen.walk_ins, sold.at
ORDER BY chosen.opens_at, chosen.id
"""  # noqa: S608 - the parts are constants of this module


def session_sales(
    *, first: date, last: date, department: str = "", expert: str = "", weekday: int | None = None
) -> list[SessionSale]:
    """How the sessions of these days were sold, those stopped left out; blank means all. One query.

    A department may be named as the visit history names it: by code or by either name.
    """
    rows = _rows(_SALES, first=first, last=last, department=department, expert=expert, weekday=weekday or 0)
    return [SessionSale(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class SessionAhead:
    """A session of the days ahead, on sale or not: its numbers, those booked, those that can still be booked."""

    expert_code: str
    department: str
    date: date
    opens_at: datetime
    numbers: int
    quota: int
    booked: int


_AHEAD = f"""
SELECT expert.code, department.code, session.date, session.opens_at, session.number_limit,
       coalesce(sum(slot.quota), 0)::int, coalesce(sum(slot.booked), 0)::int
FROM booking_clinicsession session
{_EXPERTS} LEFT JOIN booking_slot slot ON slot.session_id = session.id {_CHOSEN}
GROUP BY session.id, expert.code, department.code ORDER BY session.opens_at, session.id
"""  # noqa: S608 - as above


def sessions_ahead(
    *, first: date, last: date, department: str = "", expert: str = "", weekday: int | None = None
) -> list[SessionAhead]:
    """The sessions of these days, those stopped left out; blank means all. One query."""
    rows = _rows(_AHEAD, first=first, last=last, department=department, expert=expert, weekday=weekday or 0)
    return [SessionAhead(*row) for row in rows]


def sessions_on_sale(*, expert_code: str, after: datetime) -> list[ClinicSession]:
    """The expert's sessions to come whose numbers are on sale, soonest first, with their slots. Two queries."""
    ahead = ClinicSession.objects.filter(expert__code=expert_code, opens_at__gt=after)
    return list(ahead.filter(state__in=("released", "open")).prefetch_related("slots").order_by("opens_at"))


def _rows(query: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {**values, "taking": list(APPOINTMENT_TAKES_NUMBER)})
        return list(cursor.fetchall())
