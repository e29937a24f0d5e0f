"""The start page: departments, experts, search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booking import selectors
from booking.domain.symptoms import nearest_departments
from booking.forms import SearchForm
from booking.selectors import ExpertCard
from hospital.common import clock
from hospital.common.policy import policy
from hospital.common.public_pages import for_everybody
from hospital.models import User

if TYPE_CHECKING:
    from booking.models import Appointment, Department

CHIPS = 4
FIRST_SHOWN = 8
SHOWN = 3
WAYS = ("draw", "full", "walk_in", "none")
LOOK_BACK = timedelta(days=1)


@for_everybody(until=selectors.next_boundary)
def home(request: HttpRequest) -> HttpResponse:
    """Departments and experts with the next free number; what matches a search."""
    now = clock.now()
    search = SearchForm(request.GET).wishes()
    experts = selectors.experts_for_booking(
        now=now, department=search["department"], q=search["q"], order=search["sort"]
    )
    departments = selectors.departments_with_next(now=now)
    whole = bool(search["q"] or search["department"] or search["all"])
    shown = experts if whole else experts[:FIRST_SHOWN]
    context = {
        "nav": "home",
        "search": search,
        "departments": _tiles(departments, experts),
        "department": next((one for one, _, _ in departments if one.code == search["department"]), None),
        "doctors": sum(count for _, _, count in departments),
        "experts": experts,
        "shown": shown,
        "hidden": len(experts) - len(shown),
        "symptoms": selectors.symptom_words_featured(limit=CHIPS),
        "proposed": _proposed(departments, search["q"], experts),
        **_own(request, now),
        "policy": policy(),
    }
    return render(request, "booking/home.html", context)


def _tiles(
    departments: Sequence[tuple[Department, datetime | None, int]], cards: Sequence[ExpertCard]
) -> list[tuple[Department, datetime | None, str]]:
    """Each department with its next number, and what there is instead while it has none."""
    ways: dict[int, set[str]] = {}
    for card in cards:
        ways.setdefault(card.expert.department_id, set()).add(card.instead)
    return [
        (department, following, next((way for way in WAYS if way in ways.get(department.pk, ())), ""))
        for department, following, _count in departments
    ]


def _proposed(
    departments: Sequence[tuple[Department, datetime | None, int]], q: str, cards: Sequence[ExpertCard]
) -> list[Department]:
    """Where to look when nothing was found: departments of similar words."""
    if cards or not q:
        return []
    codes = nearest_departments(q, selectors.symptoms_known())
    return [department for department, _, _ in departments if department.code in codes]


def _own(request: HttpRequest, now: datetime) -> dict[str, list[Appointment]]:
    """What comes first on the page: live tickets, then numbers to be paid and what is booked for today."""
    if not isinstance(request.user, User):
        return {"today": [], "soon": []}
    live = selectors.appointments_ahead(user=request.user, ends_after=now - LOOK_BACK)
    day = clock.local(now).date()
    soon = [
        one
        for one in live
        if (one.state == "held" and one.pay_by > now)
        or (one.state == "booked" and one.session.date == day and one.slot.ends_at > now)
    ]
    return {"today": [one for one in live if one.state == "arrived"][:SHOWN], "soon": soon[:SHOWN]}
