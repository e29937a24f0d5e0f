"""How numbers were sold and used, by department or by expert of one; and what the coming week may bring."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from analytics.domain.coming import Expected, Spread, expected_sum, next_count
from analytics.models import SessionDay
from analytics.selectors.choices import Chosen
from booking.selectors.sales import SessionAhead, SessionSale, session_sales, sessions_ahead
from hospital.common import clock

DAYS_AHEAD = 7


@dataclass(frozen=True, slots=True)
class Sold:
    """How fast the numbers of a department or an expert went; the time is the median of those sold out [min]."""

    key: str
    sessions: int
    sold_out: int
    time_min: float | None

    @property
    def share(self) -> float:
        """Sessions sold out as a share of all."""
        return self.sold_out / self.sessions if self.sessions else 0.0


@dataclass(frozen=True, slots=True)
class Used:
    """Numbers that were planned and what became of them; only of sessions whose visits are in the history."""

    key: str
    sessions: int
    planned: int
    booked: int
    walk_ins: int
    seen: int

    @property
    def share(self) -> float:
        """Patients seen as a share of the numbers planned."""
        return self.seen / self.planned if self.planned else 0.0


@dataclass(frozen=True, slots=True)
class Sales:
    """Answers about one choice, by department or by expert; and who of the booked is still to be confirmed."""

    sold: list[Sold]
    used: list[Used]
    unresolved: int


def sales_of(chosen: Chosen) -> Sales:
    """Speed of sale, use of numbers, no-shows not confirmed yet. Two queries."""
    by_expert = chosen.grouped_by == "expert_code"
    sales = session_sales(
        first=chosen.first,
        last=chosen.last,
        department=chosen.department,
        expert=chosen.expert,
        weekday=chosen.weekday,
    )
    seen = {
        (code, opens_at): number
        for code, opens_at, number in chosen.session_days().values_list("expert_code", "opens_at", "seen")
    }
    groups: dict[str, list[SessionSale]] = defaultdict(list)
    for sale in sales:
        groups[sale.expert_code if by_expert else sale.department].append(sale)
    keys = sorted(groups)
    return Sales(
        sold=[_sold(key, groups[key]) for key in keys],
        used=[found for key in keys if (found := _used(key, groups[key], seen)).sessions],
        unresolved=sum(sale.unresolved for sale in sales),
    )


def _sold(key: str, sales: Iterable[SessionSale]) -> Sold:
    """Sessions all of whose numbers were kept for walk-ins were never on sale."""
    on_sale = [sale for sale in sales if sale.quota]
    times = [
        (sale.sold_out_at - sale.release_at).total_seconds() / 60 for sale in on_sale if sale.sold_out_at
    ]
    return Sold(key, len(on_sale), len(times), median(times) if times else None)


def _used(key: str, sales: Iterable[SessionSale], seen: dict[tuple[str, datetime], int]) -> Used:
    over = [sale for sale in sales if (sale.expert_code, sale.opens_at) in seen]
    return Used(
        key=key,
        sessions=len(over),
        planned=sum(sale.numbers for sale in over),
        booked=sum(sale.taken for sale in over),
        walk_ins=sum(sale.walk_ins for sale in over),
        seen=sum(seen[sale.expert_code, sale.opens_at] for sale in over),
    )


@dataclass(frozen=True, slots=True)
class DayAhead:
    """One day of the coming week: its numbers, those booked so far, and the walk-ins to expect.

    ``unknown`` are sessions whose period has too little history; the others are expected without them.
    """

    day: date
    sessions: int
    numbers: int
    quota: int
    booked: int
    walk_ins: Expected
    unknown: int

    @property
    def left(self) -> int:
        """Numbers that stay for walk-ins if everything on sale is booked."""
        return self.numbers - max(self.quota, self.booked)


def week_ahead(chosen: Chosen, *, today: date, weeks: int) -> list[DayAhead]:
    """The days after today on which there are sessions. Two queries.

    The filters of the page apply, its days do not: what is to come rests on the latest weeks before today.
    """
    ahead = sessions_ahead(
        first=today + timedelta(days=1),
        last=today + timedelta(days=DAYS_AHEAD),
        department=chosen.department,
        expert=chosen.expert,
        weekday=chosen.weekday,
    )
    past = SessionDay.objects.filter(date__range=(today - timedelta(weeks=weeks), today))
    past = past.filter(expert_code__in={session.expert_code for session in ahead})
    counts: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for code, weekday, opens, walk_ins in past.values_list(
        "expert_code", "weekday", "opens_local", "walk_ins"
    ):
        counts[code, weekday, opens].append(walk_ins)
    days: dict[date, list[tuple[SessionAhead, Spread | None]]] = defaultdict(list)
    for session in ahead:
        days[session.date].append((session, next_count(counts[_period(session)])))
    return [_day(day, days[day]) for day in sorted(days)]


def _period(session: SessionAhead) -> tuple[object, ...]:
    opening = clock.local(session.opens_at)
    return session.expert_code, opening.isoweekday(), opening.time().replace(microsecond=0)


def _day(day: date, ahead: list[tuple[SessionAhead, Spread | None]]) -> DayAhead:
    known = [spread for _session, spread in ahead if spread is not None]
    return DayAhead(
        day=day,
        sessions=len(ahead),
        numbers=sum(session.numbers for session, _spread in ahead),
        quota=sum(session.quota for session, _spread in ahead),
        booked=sum(session.booked for session, _spread in ahead),
        walk_ins=expected_sum(known),
        unknown=len(ahead) - len(known),
    )
