"""Stopping a clinic, step by step: choose the session, look at what it means, what is said, carry it out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import services
from booking.domain.stops import answer_deadlines
from booking.forms.addresses import NewStopAddress, StopAddress
from booking.forms.stops import StopForm, StopPrepareForm
from booking.models import Stop
from booking.selectors import departments_with_next, session_by_code
from booking.selectors.stop_previews import Affected, Preview, stop_preview
from booking.selectors.stops import sessions_to_stop, stop_by_code, stop_progress, stops_shown
from booking.services.notices import stopped_text
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.language import LANGUAGES
from hospital.common.policy import policy
from hospital.common.views import manage_page, managers_only, signed_in

PAGE = 6


@managers_only
@require_safe
def stops(request: HttpRequest) -> HttpResponse:
    """Stops under way and lately finished."""
    context = {"stops": stops_shown(now=clock.now())}
    return manage_page(request, "booking/stops.html", "stops", context)


@managers_only
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Step 1: which session, and why."""
    if request.method == "GET":
        return _new_page(request, StopForm(initial=NewStopAddress.read(request.GET)))
    form = StopForm(request.POST)
    if not form.is_valid():
        return _new_page(request, form, form.first_error(), 400)
    try:
        found = session_by_code(code=form.cleaned_data["session"])
        actor, reason = Actor.of(signed_in(request)), form.cleaned_data["reason"]
        stop = services.stop_propose(session_id=found.pk, reason=reason, actor=actor, now=clock.now())
    except DomainError as refused:
        return _new_page(request, form, translated(refused), refused.status)
    return redirect("booking:stop", stop.code)


def _new_page(request: HttpRequest, form: StopForm, error: str = "", status: int = 200) -> HttpResponse:
    now, department, chosen = (
        clock.now(),
        NewStopAddress.read(request.GET)["department"],
        form.typed("session"),
    )
    context = {
        "sessions": sessions_to_stop(now=now, department=department, code=chosen),
        "departments": [row[0] for row in departments_with_next(now=now)],
        "department": department,
        "chosen": chosen,
        "reason": form.typed("reason"),
        "error": error,
        "step": "session",
    }
    return manage_page(request, "booking/stop_new.html", "stops", context, status=status)


@managers_only
@require_safe
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """The step that the stop is at; while it is proposed, any of the last three."""
    found = stop_by_code(code=code)
    if found.state == "discarded":
        return redirect("booking:stops")
    if found.state != "proposed":
        return manage_page(request, "booking/stop_progress.html", "stops", _progress(found))
    return _step(request, found, StopAddress.read(request.GET)["step"])


@managers_only
@require_POST
def prepare(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the deadline or the reason, then on to the next step."""
    found, form = stop_by_code(code=code), StopPrepareForm(request.POST)
    if not form.is_valid():
        return _step(request, found, form.typed("step"), error=form.first_error(), status=400)
    try:
        services.stop_prepare(code=code, actor=Actor.of(signed_in(request)), now=clock.now(), **form.kept())
    except DomainError as error:
        return _step(request, found, form.typed("step"), error=translated(error), status=error.status)
    return redirect(f"{request.path.removesuffix('prepare/')}?step={form.following}")


@managers_only
@require_POST
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """The clinic takes place after all."""
    services.stop_discard(code=code, actor=Actor.of(signed_in(request)), now=clock.now())
    return redirect("booking:stops")


@managers_only
@require_POST
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """Step 4: from here on it happens. Pressing twice, or going on after a break, is no harm."""
    actor, now = Actor.of(signed_in(request)), clock.now()
    try:
        services.stop_apply(code=code, actor=actor, now=now)
    except DomainError as error:
        return _step(request, stop_by_code(code=code), "apply", error=translated(error), status=error.status)
    return redirect("booking:stop", code)


@managers_only
@require_safe
def progress(request: HttpRequest, code: str) -> HttpResponse:
    """How far it is carried out; the page asks again every two seconds."""
    return render(request, "booking/_stop_progress.html", _progress(stop_by_code(code=code)))


def _progress(found: Stop) -> dict[str, Any]:
    return {"stop": found, "session": found.session, "progress": stop_progress(stop=found), "step": "apply"}


def _step(
    request: HttpRequest, found: Stop, step: str, *, error: str = "", status: int = 200
) -> HttpResponse:
    now = clock.now()
    seen = stop_preview(session=found.session, now=now)
    context: dict[str, Any] = {
        "stop": found,
        "session": found.session,
        "seen": seen,
        "step": step if step in StopPrepareForm.STEPS[1:] else "preview",
        "today": found.session.date == clock.local(now).date(),
        "error": error,
        "deadlines": _deadlines(found, now),
    }
    if context["step"] == "preview":
        context |= _people(request, seen, clock.local(now).date())
    if context["step"] == "notice":
        context["texts"] = _texts(found, seen)
    return manage_page(request, f"booking/stop_{context['step']}.html", "stops", context, status=status)


def _people(request: HttpRequest, seen: Preview, today: date) -> dict[str, Any]:
    """The chosen part of the people affected, a page at a time."""
    parts = {"all": list(seen.people), "phone": seen.to_phone, "none": seen.without_that_day}
    asked = StopAddress.read(request.GET)
    page = Paginator(parts[asked["show"]], PAGE).get_page(asked["page"])
    rows = [{"one": one, "age": _age(one, today)} for one in page]
    counts = {name: len(part) for name, part in parts.items()}
    return {"show": asked["show"], "page": page, "rows": rows, "counts": counts}


def _age(one: Affected, today: date) -> int | None:
    born = one.appointment.patient.birth_date
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _deadlines(found: Stop, now: datetime) -> list[datetime]:
    offered = answer_deadlines(now=clock.local(now), hours=policy().stop_choice_h)
    kept = found.choose_by
    return offered if kept is None or kept in offered or kept <= now else sorted([*offered, kept])


def _texts(found: Stop, seen: Preview) -> list[dict[str, str]]:
    """What a patient will read, in both languages, shown with an invented address."""
    booked = next((one.appointment for one in seen.booked), None)
    if booked is None:
        return []
    booked.session = found.session
    texts = []
    for language in LANGUAGES:
        with translation.override(language):
            texts.append({"language": language, "text": stopped_text(found, booked, "XXXXXX")})
    return texts
