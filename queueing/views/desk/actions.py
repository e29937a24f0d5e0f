"""How people come into the queue at the desk. Each form carries a key: sent twice, done once."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from booking import selectors as booking
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import signed_in
from queueing import services
from queueing.forms import (
    AddOnForm,
    AddOnQuestion,
    CheckInForm,
    KeyedForm,
    NewPatientForm,
    RegistrationForm,
    WalkInForm,
)
from queueing.models import Ticket
from queueing.views.desk.cards import Card, Refusal, new_card, patient_card, refused, respond
from queueing.views.desk.moves import add_on_card
from queueing.views.desk.once import once_code
from queueing.views.desk.pages import staff
from queueing.views.desk.payments import paying_card
from queueing.views.desk.printer import printer_code
from queueing.views.desk.ticket_cards import ticket_card


@staff
@require_POST
def check_in(request: HttpRequest) -> HttpResponse:
    """A booked patient is here: ticket, and print it."""
    form = CheckInForm(request.POST)
    if not form.is_valid():
        return respond(request, Card("empty", status=400))
    appointment = booking.appointment_for_user(user=signed_in(request), code=form.cleaned_data["appointment"])

    def made(actor: Actor) -> Ticket:
        return services.ticket_check_in(appointment_id=appointment.pk, actor=actor, now=clock.now())

    try:
        return respond(request, ticket_card(once_code(request, form, made, prints=True), done="checked_in"))
    except DomainError as error:
        refusal = refused(error, what=_("Not checked in"), rest=_("Nothing was printed."))
        return respond(
            request,
            patient_card(appointment.patient, appointment=appointment, refusal=refusal, status=error.status),
        )


@staff
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """A walk-in of a known patient: number from the pool, money, ticket."""
    form = WalkInForm(request.POST)
    patient = booking.patient_for_user(user=signed_in(request), code=form.typed("patient"))
    if not form.is_valid():
        refusal = Refusal(
            what=_("Not registered"), why=_problems(form), rest=_("Nothing was charged or printed.")
        )
        return respond(request, patient_card(patient, form=form, refusal=refusal, status=400))

    try:
        return _registered(request, form, _made(form), patient_id=patient.pk)
    except DomainError as error:
        return respond(
            request,
            patient_card(patient, form=form, refusal=_not_registered(form, error), status=error.status),
        )


@staff
@require_POST
def register_new(request: HttpRequest) -> HttpResponse:
    """A walk-in of somebody new: the person and the number in one step, or neither."""
    form = NewPatientForm(request.POST)
    if not form.is_valid():
        refusal = Refusal(
            what=_("Not registered"), why=_problems(form), rest=_("Nothing was charged or printed.")
        )
        return respond(request, new_card(form=form, refusal=refusal, status=400))

    try:
        return _registered(request, form, partial(services.walk_in_of_new, _made(form)), **form.person())
    except DomainError as error:
        if error.field in form.fields:
            form.add_error(error.field, _not_registered(form, error).why)
        return respond(
            request, new_card(form=form, refusal=_not_registered(form, error), status=error.status)
        )


def _made(form: RegistrationForm) -> Callable[..., Any]:
    """A number that is kept while the patient pays, or a ticket at once."""
    make: Callable[..., Any] = (
        services.walk_in_reserve if form.through_provider else services.walk_in_register_and_ticket
    )
    return partial(services.walk_in_of_any, make) if form.cleaned_data["any_doctor"] else make


def _registered(
    request: HttpRequest, form: RegistrationForm, made: Callable[..., Any], **who: Any
) -> HttpResponse:
    """The ticket at once, or the code to scan while the patient pays."""
    wanted = form.wanted()
    if form.through_provider:
        wanted["printer_code"] = printer_code(request)
    code = once_code(
        request, form, lambda actor: made(**who, **wanted, actor=actor, now=clock.now()), prints=True
    )
    if form.through_provider:
        return respond(request, paying_card(code, show_code=True))
    return respond(request, ticket_card(code, done="registered"))


@staff
@require_POST
def add_on(request: HttpRequest) -> HttpResponse:
    """One number more for a known patient: given, paid, checked in and printed in one step, or nothing of it."""
    form = AddOnForm(request.POST)
    patient = booking.patient_for_user(user=signed_in(request), code=form.typed("patient"))
    again = partial(add_on_card, patient, session=form.typed("session"), form=form)
    if not form.is_valid():
        return respond(request, again(refusal=_no_number(_problems(form)), status=400))

    def made(actor: Actor) -> Ticket:
        return services.add_on_and_ticket(
            session_code=form.cleaned_data["session"],
            patient_id=patient.pk,
            payment=form.cleaned_data["payment"],
            reason=form.cleaned_data["reason"],
            actor=actor,
            now=clock.now(),
        )

    try:
        return respond(request, ticket_card(once_code(request, form, made, prints=True), done="added"))
    except DomainError as error:
        return respond(request, again(refusal=_no_number(translated(error)), status=error.status))


@staff
@require_POST
def add_on_ask(request: HttpRequest) -> HttpResponse:
    """The question before a number is added: with whom, why, how paid."""
    form = AddOnQuestion(request.POST)
    patient = booking.patient_for_user(user=signed_in(request), code=form.typed("patient"))
    return respond(request, add_on_card(patient, session=form.typed("session")))


def _not_registered(form: KeyedForm, error: DomainError) -> Refusal:
    return refused(
        error,
        what=_("Not registered"),
        rest=_("Nothing was charged or printed."),
        session_code="" if form.cleaned_data.get("any_doctor") else form.cleaned_data.get("session", ""),
    )


def _problems(form: KeyedForm) -> str:
    return " ".join(str(problem) for problems in form.errors.values() for problem in problems)


def _no_number(why: str) -> Refusal:
    return Refusal(what=_("No number added"), why=why, rest=_("Nothing was charged or printed."))
