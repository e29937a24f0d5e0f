"""Departments and experts with their next free number."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, F, Min, Q, Sum

from booking.domain.errors import UnknownNumber
from booking.domain.matching import Fit
from booking.domain.priority import Score, priority_score
from booking.models import ClinicSession, Department, Expert, Slot
from booking.selectors.symptoms import fits_of, symptoms_known
from booking.selectors.waits import UsualWaitView, Waits, usual_wait, waits_known
from hospital.common.policy import policy


@dataclass(frozen=True, slots=True)
class NextFree:
    """The next number that can be booked; ``left`` counts the whole session."""

    session: str
    starts_at: datetime
    left: int


@dataclass(frozen=True, slots=True)
class Closed:
    """Sessions without a free number: when the next draw is held, how many are at the desk only, or sold out."""

    draws_at: datetime | None = None
    walk_in: int = 0
    sold_out: int = 0


@dataclass(frozen=True, slots=True)
class ExpertCard:
    """An expert on the home page."""

    expert: Expert
    next_free: NextFree | None
    fit: Fit | None
    score: Score
    usual_wait: UsualWaitView | None
    closed: Closed = Closed()

    @property
    def instead(self) -> str:
        """What there is while nothing can be booked: ``draw``, ``walk_in``, ``full``, or no clinic at all."""
        if self.next_free:
            return ""
        if self.closed.draws_at:
            return "draw"
        if self.closed.sold_out:
            return "full"
        return "walk_in" if self.closed.walk_in else "none"


def departments_with_next(*, now: datetime) -> list[tuple[Department, datetime | None, int]]:
    """Every department, when its next free number is (``None``: nothing free), and how many experts it has."""
    next_of = dict(
        Slot.objects.open_for_booking(now)
        .values_list("session__expert__department")
        .annotate(Min("starts_at"))
        .order_by()
    )
    found = Department.objects.annotate(n=Count("experts", filter=Q(experts__active=True))).order_by(
        "pinyin", "code"
    )
    return [(department, next_of.get(department.pk), department.n) for department in found]


def departments_all() -> list[Department]:
    """All departments, in the order of their names."""
    return list(Department.objects.all())


def department_by_code(*, code: str) -> Department:
    """One department. Raises ``UnknownNumber``."""
    department = Department.objects.filter(code=code).first()
    if department is None:
        raise UnknownNumber(field="department")
    return department


def expert_by_code(*, code: str) -> Expert:
    """One active expert with the department. Raises ``UnknownNumber``."""
    expert = Expert.objects.select_related("department").filter(code=code, active=True).first()
    if expert is None:
        raise UnknownNumber(field="expert")
    return expert


def experts_for_booking(
    *, now: datetime, department: str = "", q: str = "", order: str = "earliest"
) -> list[ExpertCard]:
    """Active experts in one of four orders; ``q`` searches names, pinyin, initials, specialty, symptoms, department.

    ``earliest``: the next free number (time slots). ``priority``: fit, soon and title together. ``match``: fit alone.
    ``wait``: the shortest usual wait at the next free number. Five queries, however many experts there are.
    """
    found = Expert.objects.filter(active=True).select_related("department")
    if department:
        found = found.filter(department__code=department)
    fits = fits_of(list(found), q, symptoms_known() if q.strip() else [])
    experts = [expert for expert, _fit in fits]
    free = _next_free(now, [expert.pk for expert in experts])
    waits = waits_known([expert.pk for expert in experts])
    closed = _closed(now, [expert.pk for expert in experts if expert.pk not in free])
    cards = [
        replace(_card(expert, fit, free.get(expert.pk), waits, now), closed=closed.get(expert.pk, Closed()))
        for expert, fit in fits
    ]
    return sorted(cards, key=lambda card: (_ORDERS[order](card), _when(card, now), card.expert.pinyin))


def _card(expert: Expert, fit: Fit | None, free: NextFree | None, waits: Waits, now: datetime) -> ExpertCard:
    hours = (free.starts_at - now).total_seconds() / 3600 if free else None
    score = priority_score(
        points=fit.points if fit else None,
        hours_until=hours,
        horizon_days=policy().horizon_days,
        title=expert.title,
    )
    wait = usual_wait(waits, expert.pk, free.starts_at) if free else None
    return ExpertCard(expert, free, fit, score, wait)


def _when(card: ExpertCard, now: datetime) -> datetime:
    return card.next_free.starts_at if card.next_free else datetime.max.replace(tzinfo=now.tzinfo)


_ORDERS: dict[str, Callable[[ExpertCard], int]] = {
    "earliest": lambda _card: 0,
    "priority": lambda card: -card.score.total,
    "match": lambda card: -(card.fit.points if card.fit else 0),
    "wait": lambda card: card.usual_wait.p80 if card.usual_wait else 10_000,
}


def _next_free(now: datetime, experts: list[int]) -> dict[int, NextFree]:
    rows = (
        Slot.objects.open_for_booking(now)
        .filter(session__expert_id__in=experts)
        .values_list("session__expert_id", "session__code")
        .annotate(first=Min("starts_at"), free=Sum(F("quota") - F("booked") - F("withheld")))
        .order_by("-first")
    )
    return {expert: NextFree(session, first, left) for expert, session, first, left in rows}


def _closed(now: datetime, experts: list[int]) -> dict[int, Closed]:
    """Why nothing is free with these experts, of the sessions that are on sale or at the desk."""
    released = Q(state="released", walk_in_opens_at__gt=now)
    drawing = released & Q(draw_ends_at__isnull=False, drawn_at=None)
    rows = (
        ClinicSession.objects.filter(expert_id__in=experts, release_at__lte=now, closes_at__gt=now)
        .exclude(state__in=["stopped", "closed", "planned"])
        .order_by()
        .values_list("expert_id")
        .annotate(
            draws=Min("draw_ends_at", filter=drawing),
            at_desk=Count("pk", filter=Q(walk_in_opens_at__lte=now)),
            on_sale=Count("pk", filter=released),
        )
    )
    return {expert: Closed(*found) for expert, *found in rows}
