"""Recurring periods and absences, as managers keep them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import services
from booking.forms.schedules import AbsenceForm, LastDayForm, ScheduleFilter, TemplateForm
from booking.models import SessionTemplate
from booking.selectors import departments_with_next
from booking.selectors.calendar import absence_by_id, absences_shown, template_by_id, templates_shown
from booking.selectors.schedules import sessions_stopped_in
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from hospital.common.views import manage_page, managers_only, signed_in


@managers_only
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """All recurring periods."""
    _day, department, expert = ScheduleFilter(request.GET).chosen(clock.today())
    context = {
        "templates": templates_shown(department=department, expert=expert),
        "departments": [row[0] for row in departments_with_next(now=clock.now())],
        "department": department,
        "today": clock.today(),
    }
    return manage_page(request, "booking/schedule_templates.html", "schedule", context)


@managers_only
@require_http_methods(["GET", "POST"])
def template_new(request: HttpRequest) -> HttpResponse:
    """Add a recurring period."""
    start: dict[str, Any] = {
        "valid_from": clock.today(),
        "slot_minutes": policy().slot_min,
        **request.GET.dict(),
    }
    return _template_form(request, TemplateForm(request.POST or None, initial=start), None)


@managers_only
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a recurring period."""
    found = _template(pk)
    form = TemplateForm(request.POST or None, initial=TemplateForm.values_of(found))
    return _template_form(request, form, found)


@managers_only
@require_POST
def template_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A period takes place for the last time on a day."""
    _template(pk)
    last_day = LastDayForm(request.POST).day(clock.today())
    services.template_end(
        template_id=pk, last_day=last_day, actor=Actor.of(signed_in(request)), now=clock.now()
    )
    messages.success(request, _("The period ends. Sessions released already stay as they are."))
    return redirect("booking:schedule-template", pk)


@managers_only
@require_http_methods(["GET", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    """Holidays and leaves; adding one asks first what it takes away, and leads to the stops of those with patients."""
    form = AbsenceForm(request.POST or None, initial=request.GET.dict())
    preview = None
    if request.method == "POST" and form.is_valid() and not form.asks_to_change:
        preview = services.absence_preview(**form.facts(), now=clock.now())
        if form.cleaned_data["seen"] == preview.mark:
            return _absence_added(request, form)
    context = {"form": form, "absences": absences_shown(today=clock.today()), "preview": preview}
    status = 422 if form.errors else 200
    return manage_page(request, "booking/schedule_absences.html", "schedule", context, status=status)


def _absence_added(request: HttpRequest, form: AbsenceForm) -> HttpResponse:
    effect = services.absence_add(**form.facts(), actor=Actor.of(signed_in(request)), now=clock.now())
    removed = _("%(n)s sessions without patients were taken away.") % {"n": effect.withdrawn}
    messages.success(request, _("The absence is kept.") + " " + removed)
    return redirect("booking:stops" if effect.to_stop else "booking:schedule-absences")


@managers_only
@require_http_methods(["GET", "POST"])
def absence_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """The days are worked after all; before and after, the page says what does not come back."""
    absence, now = absence_by_id(absence_id=pk), clock.now()
    if absence is None:
        raise Http404
    stopped = sessions_stopped_in(absence, now=now)
    if request.method == "POST":
        planned = services.absence_remove(absence_id=pk, actor=Actor.of(signed_in(request)), now=now)
        messages.success(
            request, _("The absence is removed. Sessions planned again: %(n)s.") % {"n": planned}
        )
    context = {"absence": absence, "stopped": stopped, "removed": request.method == "POST"}
    return manage_page(request, "booking/schedule_absence_remove.html", "schedule", context)


def _template(pk: int) -> SessionTemplate:
    found = template_by_id(template_id=pk)
    if found is None:
        raise Http404
    return found


def _template_form(request: HttpRequest, form: TemplateForm, found: SessionTemplate | None) -> HttpResponse:
    error, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.template_save(
                facts=form.facts(),
                actor=Actor.of(signed_in(request)),
                now=clock.now(),
                template_id=found.pk if found else None,
            )
            messages.success(request, _("Kept. Sessions not released yet follow."))
            return redirect("booking:schedule-template", saved.pk)
        except DomainError as refused:
            error, status = translated(refused), refused.status
    context = {
        "form": form,
        "template": found,
        "error": error,
        "history": list(history.of(found))[::-1] if found else [],
        "today": clock.today(),
    }
    status = 422 if form.errors else status
    return manage_page(request, "booking/schedule_template.html", "schedule", context, status=status)
