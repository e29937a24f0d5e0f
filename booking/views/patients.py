"""The people whom an account books for."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import selectors, services
from booking.forms import SELF, PatientForm
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.forms import back_of
from hospital.common.policy import policy
from hospital.common.views import role_required, signed_in


@require_http_methods(["GET", "POST"])
@role_required("patient")
def patients(request: HttpRequest) -> HttpResponse:
    """The family, and a form to add somebody; a wrong number is said at its field."""
    user, limit = signed_in(request), policy().patients_per_account
    links = list(selectors.patients_of_user(user=user))
    form = PatientForm(request.POST or None, has_self=any(link.relation == SELF for link in links))
    if request.method == "POST" and form.is_valid():
        try:
            added = services.account_patient_add(
                account_id=user.pk, actor=Actor.of(user), now=clock.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, translated(error))
        else:
            messages.success(request, _("Saved."))
            return redirect(_chosen(back_of(request, otherwise=request.path), added.code, request.path))
    context = {
        "nav": "patients",
        "form": form,
        "patients": links,
        "can_add": len(links) < limit,
        "patients_limit": limit,
        "next": back_of(request, otherwise=request.path),
    }
    return render(request, "booking/patients.html", context, status=400 if form.errors else 200)


def _chosen(back: str, patient: str, here: str) -> str:
    """The page to come back to, with the new person chosen there."""
    if back == here:
        return back
    parts = urlsplit(back)
    query = dict(parse_qsl(parts.query)) | {"patient": patient}
    return urlunsplit(parts._replace(query=urlencode(query)))
