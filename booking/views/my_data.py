"""A patient's own data: a copy to take away, and wishes to have something corrected or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking import selectors, services
from booking.domain.errors import ErasureBlocked
from booking.forms import DataRequestForm
from booking.views.data_requests import blockers_in_words
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.downloads import download
from hospital.common.errors import DomainError
from hospital.common.views import role_required, signed_in
from hospital.models import User


@role_required("patient")
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """What can be done, and what was asked."""
    return _page(request)


@role_required("patient")
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Everything kept about the account and its family, as a file."""
    user = signed_in(request)
    packed = services.data_export(user=user, actor=Actor.of(user), now=clock.now())
    return download("my-data.zip", packed, "application/zip")


@role_required("patient")
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a correction or a deletion."""
    form, user = DataRequestForm(request.POST), signed_in(request)
    if not form.is_valid():
        return _page(request, error=_("Choose a person and what you ask for."), status=400)
    patient = selectors.patient_for_user(user=user, code=form.cleaned_data["patient"])
    try:
        services.data_request_make(
            kind=form.cleaned_data["kind"],
            patient_id=patient.pk,
            account_id=user.pk,
            text=form.cleaned_data["text"],
            actor=Actor.of(user),
            now=clock.now(),
        )
    except DomainError as error:
        matters = _matters(user, patient.pk) if isinstance(error, ErasureBlocked) else []
        return _page(request, error=translated(error), matters=matters, status=error.status)
    messages.success(request, _("Sent. The hospital answers here and by a message."))
    return redirect("booking:my-data")


def _matters(user: User, patient_id: int) -> list[dict[str, Any]]:
    """What is open, each in a line with a link to its page."""
    found = selectors.erasure_matters(user=user, patient_id=patient_id, now=clock.now())
    words = blockers_in_words(matter.reason for matter in found)
    return [
        {"word": word, "session": matter.session, "address": _address(matter)}
        for matter, word in zip(found, words, strict=True)
    ]


def _address(matter: selectors.Matter) -> str:
    """Its own page; a ban stands among the appointments."""
    if matter.page == "appointments":
        return f"{reverse('booking:appointments')}#ban-{matter.code}"
    return reverse(f"booking:{matter.page}", args=[matter.code]) if matter.page else ""


def _page(
    request: HttpRequest, *, error: str = "", matters: Sequence[dict[str, Any]] = (), status: int = 200
) -> HttpResponse:
    user = signed_in(request)
    context = {
        "nav": "patients",
        "links": list(selectors.patients_of_user(user=user)),
        "requests": selectors.requests_of_user(user=user),
        "error": error,
        "matters": matters,
        "asked": request.POST,
    }
    return render(request, "booking/my_data.html", context, status=status)
