"""Departments and experts with their next free number."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from booking.domain.errors import UnknownNumber
from booking.models import Department, Expert, Slot


@dataclass(frozen=True, slots=True)
class NextFree:
    """The next number that can be booked; ``left`` counts the whole session."""

    session: str
    starts_at: datetime
    left: int


@dataclass(frozen=True, slots=True)
class ExpertCard:
    """An expert on the home page."""

    expert: Expert
    next_free: NextFree | None


def _free_slots(now: datetime) -> QuerySet[Slot]:
    """Slots with numbers left whose window is open; :func:`booking_window` as a condition."""
    return Slot.objects.filter(
        bookable=True,
        booked__lt=F("quota") - F("withheld"),
        session__state="released",
        session__release_at__lte=now,
        session__walk_in_opens_at__gt=now,
    )


def departments_with_next(*, now: datetime) -> list[tuple[Department, datetime | None, int]]:
    """Every department, when its next free number is (``None``: nothing free), and how many experts it has."""
    next_of = dict(
        _free_slots(now).values_list("session__expert__department").annotate(Min("starts_at")).order_by()
    )
    found = Department.objects.annotate(n=Count("experts", filter=Q(experts__active=True))).order_by(
        "pinyin", "code"
    )
    return [(department, next_of.get(department.pk), department.n) for department in found]


def expert_by_code(*, code: str) -> Expert:
    """One active expert with the department. Raises ``UnknownNumber``."""
    expert = Expert.objects.select_related("department").filter(code=code, active=True).first()
    if expert is None:
        raise UnknownNumber(field="expert")
    return expert


def experts_for_booking(*, now: datetime, department: str = "", q: str = "") -> list[ExpertCard]:
    """Active experts, earliest free number first; ``q`` searches names, pinyin, initials, specialty, department."""
    found = Expert.objects.filter(active=True).select_related("department")
    if department:
        found = found.filter(department__code=department)
    for word in q.split()[:5]:
        found = found.filter(_matches(word))
    experts = list(found)
    free = _next_free(now, [expert.pk for expert in experts])
    cards = [ExpertCard(expert, free.get(expert.pk)) for expert in experts]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(
        cards, key=lambda card: (card.next_free.starts_at if card.next_free else far, card.expert.pinyin)
    )


def _matches(word: str) -> Q:
    plain = word.lower()
    return (
        Q(name__icontains=word)
        | Q(name_en__icontains=word)
        | Q(pinyin__startswith=plain)
        | Q(initials__startswith=plain)
        | Q(specialty__icontains=word)
        | Q(specialty_en__icontains=word)
        | Q(department__name__icontains=word)
        | Q(department__name_en__icontains=word)
        | Q(department__pinyin__startswith=plain)
        | Q(department__symptoms__icontains=word)
        | Q(department__symptoms_en__icontains=word)
    )


def _next_free(now: datetime, experts: list[int]) -> dict[int, NextFree]:
    rows = (
        _free_slots(now)
        .filter(session__expert_id__in=experts)
        .values_list("session__expert_id", "session__code")
        .annotate(first=Min("starts_at"), free=Sum(F("quota") - F("booked") - F("withheld")))
        .order_by("-first")
    )
    return {expert: NextFree(session, first, left) for expert, session, first, left in rows}
