"""The managers' page of what patients ask about their data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking import selectors, services
from booking.forms import DataAnswerForm
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import managers_only, signed_in


@managers_only
@require_safe
def data_requests(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, with the records it is about."""
    return _page(request)


@managers_only
@require_POST
def data_request_answer(request: HttpRequest, code: str) -> HttpResponse:
    """Carry out or refuse, in words the patient gets."""
    found, form = selectors.request_by_code(code=code), DataAnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, asked=code, form=form, status=400)
    told = {"answer": form.cleaned_data["answer"], "actor": Actor.of(signed_in(request)), "now": clock.now()}
    try:
        if form.cleaned_data["verb"] == "grant":
            services.data_request_grant(request_id=found.pk, corrected=form.corrected(), **told)
        else:
            services.data_request_refuse(request_id=found.pk, **told)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, translated(error))
        return _page(request, asked=code, form=form, status=error.status)
    messages.success(request, _("Answered. The patient is told."))
    return redirect("booking:data-requests")


def _page(
    request: HttpRequest, *, asked: str = "", form: DataAnswerForm | None = None, status: int = 200
) -> HttpResponse:
    now, waiting = clock.now(), selectors.requests_open()
    services.patients_read(
        patients=[one.patient for one in waiting], actor=Actor.of(signed_in(request)), now=now
    )
    rows: list[dict[str, Any]] = [
        {"request": one, "text": selectors.request_text(one), "blockers": _blockers(one, now)}
        for one in waiting
    ]
    context = {
        "section": "requests",
        "rows": rows,
        "answered": selectors.requests_answered(),
        "asked": asked,
        "form": form,
    }
    return render(request, "booking/manage_requests.html", context, status=status)


def _blockers(one: Any, now: Any) -> list[str]:
    if one.kind != "deletion":
        return []
    return blockers_in_words(selectors.erasure_blockers(patient_id=one.patient_id, now=now))


def blockers_in_words(reasons: Iterable[str]) -> list[str]:
    """What stands in the way of a deletion."""
    words = {
        "number": _("a live number"),
        "waiting": _("a place on a waitlist"),
        "money": _("open money"),
        "ban": _("a ban"),
        "appeal": _("an appeal"),
    }
    return [words[reason] for reason in reasons]
