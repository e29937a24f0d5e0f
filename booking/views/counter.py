"""Booking at the desk: find or register the patient, choose a time, take the money. Keyboard first."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from booking import selectors, services
from booking.forms import CounterForm, DeskCancelForm, FindPersonForm, PersonForm
from booking.forms.addresses import CounterAddress
from booking.models import Appointment, Patient, Payment
from booking.views.asking import asked_once
from booking.views.moves import can_move
from hospital.common import clock, idempotency
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from hospital.common.views import desk_only, once, signed_in

PHONE_LENGTH = 11


@require_safe
@desk_only
def book(request: HttpRequest) -> HttpResponse:
    """Nobody in hand, or a patient with the sessions that can be booked."""
    code = CounterAddress.read(request.GET)["patient"]
    patient = selectors.patient_for_user(user=signed_in(request), code=code) if code else None
    return _page(request, patient)


@require_POST
@desk_only
def find(request: HttpRequest) -> HttpResponse:
    """Whatever was typed: a document, a phone, a name, a booking code. Posted, so that it stays out of addresses."""
    form = FindPersonForm(request.POST)
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    people = selectors.patients_find_any(text=typed)
    if len(people) == 1:
        return _with(people[0])
    numbers = [] if people else selectors.appointments_find(code=typed)
    if len(numbers) == 1:
        return redirect("booking:counter-booking", numbers[0].code)
    unknown = PersonForm(initial={_field_of(typed): typed})
    return _page(request, None, people=people, typed=typed, person_form=unknown)


@require_POST
@desk_only
def register(request: HttpRequest) -> HttpResponse:
    """Somebody whom the hospital does not know yet."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, None, person_form=form, status=400)
    try:
        made = services.patient_register(
            **form.cleaned_data, actor=Actor.of(signed_in(request)), now=clock.now()
        )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, translated(error))
        return _page(request, None, person_form=form, status=error.status)
    return _with(made)


@require_POST
@desk_only
def hold(request: HttpRequest) -> HttpResponse:
    """Take the number, and the money with it; or neither."""
    user, form = signed_in(request), CounterForm(request.POST)
    patient = selectors.patient_for_user(user=user, code=form.typed("patient"))
    if not form.is_valid():
        return _page(request, patient, form=form, error=form.first_error(), status=400)
    try:
        code = _book_once(request, form, patient)
    except DomainError as error:
        return _page(request, patient, form=form, error=translated(error), status=error.status)
    return redirect("booking:counter-booking", code)


def _book_once(request: HttpRequest, form: CounterForm, patient: Patient) -> str:
    asked = form.asked()

    def produce() -> idempotency.Answer:
        made = services.appointment_book_at_desk(
            **asked, patient_id=patient.pk, actor=Actor.of(signed_in(request)), now=clock.now()
        )
        return 201, {"code": made.code}

    body = {**asked, "patient": patient.code}
    return str(once(request, key=form.cleaned_data["key"], body=body, produce=produce)["code"])


@require_safe
@desk_only
def booking(request: HttpRequest, code: str) -> HttpResponse:
    """What was booked: codes to read out or print, where to pay, and how to give it back."""
    return _booking(request, code)


@require_POST
@desk_only
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Give the number back: at whose wish, why, and after the deadline with the fee or without."""
    user, now = signed_in(request), clock.now()
    found = selectors.appointment_for_user(user=user, code=code)
    form = DeskCancelForm(request.POST, asks_refund=_asks_refund(found))

    def work(*, wish: str, refund: str, reason: str) -> str:
        return services.appointment_cancel(
            appointment_id=found.pk,
            reason=reason,
            refund={"yes": True, "no": False}.get(refund),
            patients_wish=wish == "patient",
            actor=Actor.of(user),
            now=now,
        ).code

    page = partial(_booking, request, code, form=form)
    return asked_once(request, form=form, page=page, work=work, then="booking:counter-booking")


def _field_of(typed: str) -> str:
    """Where what was looked for belongs when nobody was found."""
    if not any(sign.isdigit() for sign in typed):
        return "name"
    return "phone" if len(typed) == PHONE_LENGTH and typed.isdigit() else "id_number"


def _with(patient: Patient) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('booking:counter')}?patient={patient.code}")


def _asks_refund(found: Appointment) -> bool:
    """Before the deadline a refund is always full; after it the desk decides."""
    return clock.now() >= selectors.cancel_until(found.session) and _payment(found, "paid") is not None


def _payment(found: Appointment, *states: str) -> Payment | None:
    """The latest payment of an appointment in one of these states."""
    return next((one for one in reversed(found.payments.all()) if one.state in states), None)


def _booking(
    request: HttpRequest,
    code: str,
    *,
    form: DeskCancelForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    found = selectors.appointment_for_user(user=signed_in(request), code=code)
    _keep_read(request, [found.patient])
    context = {
        "form": form,
        "key": uuid.uuid4().hex,
        "paid": _payment(found, "paid"),
        "given_back": _payment(found, "refunding", "refunded"),
        "asks_refund": _asks_refund(found),
        "is_late": clock.now() >= selectors.cancel_until(found.session),
        "appointment": found,
        "is_payable": found.account_id is None and found.state == "held" and clock.now() < found.pay_by,
        "may_cancel": found.state in {"held", "booked"},
        "may_move": can_move(found),
        "error": error,
        "place": "counter",
    }
    return render(request, "booking/counter_booking.html", context, status=status)


def _keep_read(request: HttpRequest, patients: list[Patient]) -> None:
    """Who looked at whose record is kept."""
    services.patients_read(patients=patients, actor=Actor.of(signed_in(request)), now=clock.now())


def _page(request: HttpRequest, patient: Patient | None, *, status: int = 200, **shown: Any) -> HttpResponse:
    _keep_read(request, shown.get("people", []) + ([patient] if patient else []))
    department, now = CounterAddress.read(request.POST or request.GET)["department"], clock.now()
    context = {
        "patient": patient,
        "department": department,
        "departments": selectors.departments_with_next(now=now) if patient else [],
        "sessions": _bookable(department) if patient and department else [],
        "ahead": selectors.patient_appointments_ahead(patient_id=patient.pk, ends_after=now)
        if patient
        else [],
        "key": uuid.uuid4().hex,
        "place": "counter",
        **shown,
    }
    return render(request, "booking/counter.html", context, status=status)


def _bookable(department: str) -> list[selectors.SessionView]:
    today = clock.today()
    found = selectors.sessions_of_expert(
        department=department,
        date_from=today,
        date_to=today + timedelta(days=policy().horizon_days),
        now=clock.now(),
    )
    return [view for view in found if view.first_bookable is not None]
