"""The managers' page of bans: who cannot book online and why; close and open it by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking import selectors, services
from booking.forms import BanForm, ReasonForm
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from hospital.common.views import managers_only, signed_in


@managers_only
@require_safe
def bans(request: HttpRequest) -> HttpResponse:
    """Bans in force."""
    return _page(request, BanForm())


@managers_only
@require_POST
def ban_add(request: HttpRequest) -> HttpResponse:
    """Close online booking for a patient, found by document or phone."""
    form = BanForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    found = selectors.patients_find_any(text=form.cleaned_data["patient"])
    if len(found) != 1:
        form.add_error("patient", _("Not found.") if not found else _("Several people: enter the ID number."))
        return _page(request, form, status=404)
    try:
        services.ban_add(
            patient_id=found[0].pk,
            days=form.cleaned_data["days"],
            reason=form.cleaned_data["reason"],
            actor=Actor.of(signed_in(request)),
            now=clock.now(),
        )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, translated(error))
        return _page(request, form, status=error.status)
    messages.success(request, _("Online booking is closed for this patient."))
    return redirect("booking:bans")


@managers_only
@require_POST
def ban_lift(request: HttpRequest, code: str) -> HttpResponse:
    """Open online booking again."""
    ban, form = selectors.ban_by_code(code=code), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        services.ban_lift(ban_id=ban.pk, reason=reason, actor=Actor.of(signed_in(request)), now=clock.now())
    except DomainError as error:
        return _page(request, BanForm(), error=translated(error), status=error.status)
    messages.success(request, _("Online booking is open again for this patient."))
    return redirect("booking:bans")


def _page(request: HttpRequest, form: BanForm, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "section": "no_shows",
        "bans": selectors.bans_in_force(now=clock.now()),
        "form": form,
        "error": error,
        "policy": policy(),
    }
    return render(request, "booking/manage_bans.html", context, status=status)
