"""What the desk does with a number in hand: undo, cancel, back in, another stream, another queue."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.errors import DomainError
from hospital.common.views import signed_in
from queueing import services
from queueing.forms import PriorityForm, SettleForm, TicketActionForm, TransferForm
from queueing.models import Ticket
from queueing.selectors.access import ticket_for_user
from queueing.views.desk.cards import Card, Refusal, refused, respond
from queueing.views.desk.moves import transfer_card
from queueing.views.desk.once import once_code
from queueing.views.desk.pages import staff
from queueing.views.desk.ticket_cards import ticket_card


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


@staff
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """A passed patient has gone home; the number is used up."""
    return _act(
        request,
        "leave",
        lambda code, reason, actor: services.ticket_leave(
            code=code, reason=reason, actor=actor, now=clock.now()
        ),
        done="left",
        what=_("Still in the queue"),
    )


def _act(
    request: HttpRequest,
    verb: str,
    act: Callable[[str, str, Actor], Ticket],
    *,
    done: str,
    what: str,
    form: TicketActionForm | None = None,
) -> HttpResponse:
    form = form or TicketActionForm(request.POST)
    if not form.is_valid():
        return respond(request, Card("empty", status=400))
    code, reason = form.cleaned_data["ticket"], form.cleaned_data["reason"]
    ticket_for_user(code=code, user=signed_in(request), verb=verb)
    try:
        once_code(request, form, lambda actor: act(code, reason, actor))
    except DomainError as error:
        refusal = refused(error, what=what, rest=_("Nothing has been changed."))
        return respond(request, ticket_card(code, refusal=refusal, status=error.status))
    return respond(request, ticket_card(code, done=done))


@staff
@require_POST
def prioritise(request: HttpRequest) -> HttpResponse:
    """Another stream, with a reason."""
    form = PriorityForm(request.POST)
    priority = form.typed("priority")
    return _act(
        request,
        "prioritise",
        lambda code, reason, actor: services.ticket_set_priority(
            code=code, priority=priority, reason=reason, actor=actor, now=clock.now()
        ),
        done="prioritised",
        what=_("Priority not changed"),
        form=form,
    )


@staff
@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """The difference of the fees after a transfer was taken or handed back."""
    form = SettleForm(request.POST)
    return _act(
        request,
        "settle",
        lambda code, _reason, actor: services.ticket_settle_fee(
            code=code, fen=form.cleaned_data["fen"], actor=actor, now=clock.now()
        ),
        done="settled",
        what=_("Not settled"),
        form=form,
    )


@staff
@require_GET
def transfer_ask(request: HttpRequest, code: str) -> HttpResponse:
    """Where to: the sessions that take patients now, with what each would cost."""
    ticket_for_user(code=code, user=signed_in(request), verb="transfer")
    return respond(request, transfer_card(code))


@staff
@require_POST
def transfer(request: HttpRequest) -> HttpResponse:
    """The patient goes to another queue with a new number; the card shows the new one."""
    form = TransferForm(request.POST)
    code = form.typed("ticket")
    ticket_for_user(code=code, user=signed_in(request), verb="transfer")
    if not form.is_valid():
        refusal = Refusal(what=_("Not transferred"), why=form.first_error())
        return respond(request, transfer_card(code, refusal=refusal, status=400))

    def made(actor: Actor) -> Ticket:
        return services.ticket_transfer(
            code=code,
            target_session_code=form.cleaned_data["session"],
            actor=actor,
            now=clock.now(),
            reason=form.cleaned_data["reason"],
        )

    try:
        code = once_code(request, form, made, prints=True)
        return respond(request, ticket_card(code, done="transferred"))
    except DomainError as error:
        refusal = refused(error, what=_("Not transferred"), rest=_("Nothing has been changed."))
        return respond(request, transfer_card(code, refusal=refusal, status=error.status))
