"""The start page: departments, experts, search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booking import selectors
from booking.domain.matching import match_rank
from booking.forms import SearchForm
from booking.selectors import ExpertCard
from hospital.common import clock
from hospital.common.policy import policy
from hospital.models import User

if TYPE_CHECKING:
    from booking.models import Appointment, Department

CHIPS = 4
FIRST_SHOWN = 8
SHOWN = 3
LOOK_BACK = timedelta(days=1)


def home(request: HttpRequest) -> HttpResponse:
    """Departments and experts with the next free number; what matches a search."""
    now = clock.now()
    search = SearchForm(request.GET).wishes()
    cards = selectors.experts_for_booking(now=now, department=search["department"], q=search["q"])
    departments = selectors.departments_with_next(now=now)
    experts = _best_first(cards, search["q"]) if search["sort"] == "match" else cards
    whole = bool(search["q"] or search["department"] or "all" in request.GET)
    shown = experts if whole else experts[:FIRST_SHOWN]
    context = {
        "nav": "home",
        "search": search,
        "departments": departments,
        "department": next((one for one, _, _ in departments if one.code == search["department"]), None),
        "doctors": sum(count for _, _, count in departments),
        "experts": experts,
        "shown": shown,
        "hidden": len(experts) - len(shown),
        "symptoms": _symptoms(departments),
        **_own(request, now),
        "policy": policy(),
    }
    return render(request, "booking/home.html", context)


def _best_first(cards: list[ExpertCard], q: str) -> list[ExpertCard]:
    def rank(card: ExpertCard) -> int:
        expert = card.expert
        names = (expert.name, expert.name_en, expert.pinyin, expert.initials)
        return match_rank(q, names=names, specialty=(expert.specialty, expert.specialty_en))

    return sorted(cards, key=rank)


def _symptoms(departments: Sequence[tuple[Department, datetime | None, int]]) -> list[str]:
    """The first symptom of each of the first departments, in the reader's language."""
    firsts = [
        re.split(r"[、，,;；]", department.symptoms_label)[0].strip() for department, _, _ in departments
    ]
    return [first for first in firsts if first][:CHIPS]


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
