"""The desk's page on which two records of one person become one: find, compare, confirm."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking import selectors, services
from booking.forms import MergeFindForm, MergeForm
from booking.models import Patient
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import desk_only, signed_in


@desk_only
@require_safe
def merge(request: HttpRequest) -> HttpResponse:
    """Two search fields, nothing found yet."""
    return _page(request, {"form": MergeFindForm()})


@desk_only
@require_POST
def merge_find(request: HttpRequest) -> HttpResponse:
    """Records that may be of one person. Posted, so that names and numbers stay out of addresses."""
    form = MergeFindForm(request.POST)
    if not form.is_valid():
        return _page(request, {"form": form}, status=400)
    typed = [form.cleaned_data[name] for name in ("first", "second") if form.cleaned_data[name]]
    found = {row.pk: row for text in typed for row in selectors.patients_find_any(text=text)}
    services.patients_read(patients=list(found.values()), actor=Actor.of(signed_in(request)), now=clock.now())
    return _page(request, {"form": form, "found": list(found.values()), "searched": True})


@desk_only
@require_POST
def merge_preview(request: HttpRequest) -> HttpResponse:
    """What would move, and what stands in the way; nothing has happened yet."""
    form = MergeForm(request.POST)
    pair = _pair(request, form)
    if pair is None:
        return _page(
            request, {"form": MergeFindForm(), "error": _("Choose two different records.")}, status=400
        )
    survivor, duplicate = reversed(pair) if form.cleaned_data["swap"] else pair
    preview = selectors.merge_preview(survivor=survivor, duplicate=duplicate)
    return _page(request, {"preview": preview, "form": MergeFindForm()})


@desk_only
@require_POST
def merge_do(request: HttpRequest) -> HttpResponse:
    """Merge; a refusal shows the preview again with the reason."""
    form = MergeForm(request.POST)
    pair = _pair(request, form)
    if pair is None:
        return redirect("booking:merge")
    try:
        services.patients_merge(
            survivor_id=pair[0].pk,
            duplicate_id=pair[1].pk,
            reason=form.cleaned_data["reason"],
            actor=Actor.of(signed_in(request)),
            now=clock.now(),
        )
    except DomainError as error:
        preview = selectors.merge_preview(survivor=pair[0], duplicate=pair[1])
        context = {"preview": preview, "form": MergeFindForm(), "error": translated(error)}
        return _page(request, context, status=error.status)
    messages.success(request, _("Merged. Both documents lead to one record now."))
    return redirect("booking:merge")


def _pair(request: HttpRequest, form: MergeForm) -> tuple[Patient, Patient] | None:
    """The two chosen; None when they are not two."""
    if not form.is_valid():
        return None
    user = signed_in(request)
    survivor = selectors.patient_for_user(user=user, code=form.cleaned_data["survivor"])
    duplicate = selectors.patient_for_user(user=user, code=form.cleaned_data["duplicate"])
    return None if survivor == duplicate else (survivor, duplicate)


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, "booking/desk_merge.html", context, status=status)
