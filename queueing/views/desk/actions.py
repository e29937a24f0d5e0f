"""What the desk does: check in, register, undo. Each form carries a key: sent twice, done once."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from booking import selectors as booking
from hospital.common import clock, idempotency
from hospital.common.actor import Actor
from hospital.common.errors import DomainError
from hospital.common.views import signed_in
from queueing import services
from queueing.forms import (
    CheckInForm,
    KeyedForm,
    NewPatientForm,
    RegistrationForm,
    TicketActionForm,
    WalkInForm,
)
from queueing.models import Ticket
from queueing.selectors.access import ticket_for_user
from queueing.views.desk.cards import Card, Refusal, new_card, patient_card, refused, respond, ticket_card
from queueing.views.desk.pages import staff
from queueing.views.desk.payments import paying_card


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
        return respond(request, ticket_card(_once(request, form, made), done="checked_in"))
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
    patient = booking.patient_for_user(user=signed_in(request), code=str(form["patient"].value() or ""))
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
    return services.walk_in_reserve if form.through_provider else services.walk_in_register_and_ticket


def _registered(
    request: HttpRequest, form: RegistrationForm, made: Callable[..., Any], **who: Any
) -> HttpResponse:
    """The ticket at once, or the code to scan while the patient pays."""
    code = _once(request, form, lambda actor: made(**who, **form.wanted(), actor=actor, now=clock.now()))
    if form.through_provider:
        return respond(request, paying_card(code, show_code=True))
    return respond(request, ticket_card(code, done="registered"))


@staff
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back one's own last step with a ticket."""
    return _act(
        request,
        "undo",
        lambda code, _reason, actor: services.ticket_undo(code=code, actor=actor, now=clock.now()),
        done="undone",
        what=_("Not undone"),
    )


@staff
@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Cancel a ticket: a walk-in gives the number back and gets the money back."""
    return _act(
        request,
        "cancel",
        lambda code, reason, actor: services.ticket_cancel(
            code=code, reason=reason or "undone at the desk", actor=actor, now=clock.now()
        ),
        done="cancelled",
        what=_("Not cancelled"),
    )


@staff
@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    """A passed patient is back."""
    return _act(
        request,
        "return",
        lambda code, _reason, actor: services.ticket_return(code=code, actor=actor, now=clock.now()),
        done="returned",
        what=_("Not put back"),
    )


def _act(
    request: HttpRequest, verb: str, act: Callable[[str, str, Actor], Ticket], *, done: str, what: str
) -> HttpResponse:
    form = TicketActionForm(request.POST)
    if not form.is_valid():
        return respond(request, Card("empty", status=400))
    code, reason = form.cleaned_data["ticket"], form.cleaned_data["reason"]
    ticket_for_user(code=code, user=signed_in(request), verb=verb)
    try:
        _once(request, form, lambda actor: act(code, reason, actor))
    except DomainError as error:
        refusal = refused(error, what=what, rest=_("Nothing has been changed."))
        return respond(request, ticket_card(code, refusal=refusal, status=error.status))
    return respond(request, ticket_card(code, done=done))


def _once(request: HttpRequest, form: KeyedForm, made: Callable[[Actor], Any]) -> str:
    """Do it once for this rendering of the form; the answer is the ticket's code."""
    actor = Actor.of(signed_in(request))
    (_status, answer), _repeated = idempotency.once(
        account=actor.account_key,
        route=request.path,
        key=form.cleaned_data["key"],
        body=form.body(),
        now=clock.now(),
        produce=lambda: (201, {"ticket": made(actor).code}),
    )
    return str(answer["ticket"])


def _not_registered(form: KeyedForm, error: DomainError) -> Refusal:
    return refused(
        error,
        what=_("Not registered"),
        rest=_("Nothing was charged or printed."),
        session_code=form.cleaned_data.get("session", ""),
    )


def _problems(form: KeyedForm) -> str:
    return " ".join(str(problem) for problems in form.errors.values() for problem in problems)
