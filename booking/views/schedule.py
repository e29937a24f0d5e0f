"""The managers' calendar: a week of sessions, one session with what can be done, extra sessions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import services
from booking.forms.schedules import ExtraForm, ScheduleFilter, SubstituteForm
from booking.models import ClinicSession
from booking.selectors import departments_with_next, session_by_code, slots_of_session
from booking.selectors.calendar import (
    experts_active,
    room_shared_with,
    session_numbers,
    substitutes_for,
    week_of,
)
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import manage_page, managers_only, signed_in

WEEK = timedelta(days=7)
EDITABLE = frozenset({"planned", "released", "open"})


@managers_only
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A week by expert; the filters stand in the address, so that a view can be shared."""
    today = clock.today()
    day, department, expert = ScheduleFilter(request.GET).chosen(today)
    first = day - timedelta(days=day.weekday())
    rows = week_of(first=first, department=department, expert=expert)
    context = {
        "rows": rows,
        "days": [first + timedelta(days=number) for number in range(7)],
        "first": first,
        "today": today,
        "before": _query(first - WEEK, department, expert),
        "after": _query(first + WEEK, department, expert),
        "this_week": _query(today, department, expert),
        "department": department,
        "expert": expert,
        "departments": [row[0] for row in departments_with_next(now=clock.now())],
        "experts": experts_active(),
        "clashes": sum(each.clash for row in rows for one in row.days for each in one.sessions),
    }
    return manage_page(request, "booking/schedule.html", "schedule", context)


def _query(day: date, department: str, expert: str) -> str:
    parts = {"day": day.isoformat(), "department": department, "expert": expert}
    return "&".join(f"{name}={value}" for name, value in parts.items() if value)


@managers_only
@require_safe
def session(request: HttpRequest, code: str) -> HttpResponse:
    """One session: its numbers by slot, its history, and what can be done."""
    return _session_page(request, session_by_code(code=code))


@managers_only
@require_POST
def substitute(request: HttpRequest, code: str) -> HttpResponse:
    """Another expert takes the session over; patients are told."""
    found, form = session_by_code(code=code), SubstituteForm(request.POST)
    try:
        services.session_substitute(
            session_id=found.pk, **form.wanted(), actor=Actor.of(signed_in(request)), now=clock.now()
        )
    except DomainError as error:
        return _session_page(request, found, error=error, reason=form.wanted()["reason"])
    messages.success(request, _("The session is taken over; its patients are told."))
    return redirect("booking:schedule-session", code)


@managers_only
@require_http_methods(["GET", "POST"])
def extra(request: HttpRequest) -> HttpResponse:
    """Add a session that no recurring period gives."""
    form, error, status = ExtraForm(request.POST or None, initial=request.GET.dict()), "", 200
    if request.method == "POST" and form.is_valid():
        try:
            made = services.session_add(
                facts=form.facts(),
                day=form.cleaned_data["day"],
                actor=Actor.of(signed_in(request)),
                now=clock.now(),
            )
            return redirect("booking:schedule-session", made.code)
        except DomainError as refused:
            error, status = translated(refused), refused.status
    context = {"form": form, "error": error}
    return manage_page(request, "booking/schedule_extra.html", "schedule", context, status=status)


def _session_page(
    request: HttpRequest, found: ClinicSession, *, error: DomainError | None = None, reason: str = ""
) -> HttpResponse:
    now = clock.now()
    editable = found.state in EDITABLE and now < found.closes_at
    context: dict[str, Any] = {
        "session": found,
        "slots": slots_of_session(session_id=found.pk),
        "numbers": session_numbers(session=found),
        "history": history.of(found),
        "substitutes": substitutes_for(session=found) if editable else [],
        "shared": room_shared_with(session=found) if editable else [],
        "editable": editable,
        "stoppable": found.state not in {"stopped", "closed"} and now < found.closes_at,
        "error": translated(error) if error else "",
        "reason": reason,
    }
    status = error.status if error else 200
    return manage_page(request, "booking/schedule_session.html", "schedule", context, status=status)
