"""Add a number to a session: for the expert in the room, the desk with the permission, and managers."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from booking import selectors, services
from booking.forms import CounterForm, FindPersonForm
from booking.forms.addresses import GivenAddress
from booking.models import Patient
from hospital.common import clock, idempotency
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import once, signed_in, staff_only


@require_http_methods(["GET", "POST"])
@staff_only
def add_on(request: HttpRequest, code: str) -> HttpResponse:
    """The session, and who shall have the number; the POST only looks for the person."""
    form = FindPersonForm(request.POST or None)
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    people = selectors.patients_find_any(text=typed) if typed else []
    found = people[0] if len(people) == 1 else None
    given = selectors.add_on_given(session_code=code, code=GivenAddress.read(request.GET)["given"])
    return _page(request, code, people=people, typed=typed, patient=found, given=given)


@require_POST
@staff_only
def give(request: HttpRequest, code: str) -> HttpResponse:
    """Give the number and show it, or say why not."""
    form = CounterForm(request.POST)
    patient = selectors.patient_by_code(code=form.typed("patient"))
    if patient is None or not form.is_valid():
        return _page(request, code, patient=patient, form=form, error=_first(form), status=400)
    try:
        given = _give_once(request, form, patient)
    except DomainError as error:
        shown = {"patient": patient, "form": form, "error": translated(error)}
        return _page(request, code, **shown, status=error.status)
    return redirect(f"{reverse('booking:add-on', args=[code])}?given={given['code']}")


def _give_once(request: HttpRequest, form: CounterForm, patient: Patient) -> dict[str, Any]:
    asked, actor = form.asked(), Actor.of(signed_in(request))

    def produce() -> idempotency.Answer:
        made = services.appointment_add_on(**asked, patient_id=patient.pk, actor=actor, now=clock.now())
        return 201, {"code": made.code}

    body = {**asked, "patient": patient.code}
    return once(request, key=form.cleaned_data["key"], body=body, produce=produce)


def _first(form: CounterForm) -> str:
    return "" if form.is_valid() else form.first_error()


def _page(request: HttpRequest, code: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    session = selectors.session_by_code(code=code)
    given = shown.get("given")
    read = [*shown.get("people", []), shown.get("patient"), given and given.patient]
    patients = [one for one in read if one is not None]
    services.patients_read(patients=patients, actor=Actor.of(signed_in(request)), now=clock.now())
    context = {
        "session": session,
        "slots": selectors.slots_of_session(session_id=session.pk),
        "key": uuid.uuid4().hex,
        **shown,
    }
    return render(request, "booking/add_on.html", context, status=status)
