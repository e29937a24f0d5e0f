"""What the expert does; every action answers with the region as it is then. Sent twice, done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import once, signed_in
from hospital.common.words import yuan
from queueing import selectors, services
from queueing.domain.errors import PageOutOfDate
from queueing.forms import ChosenForm, HelpForm, KeyedForm, PauseForm, RoomActionForm, RoomTransferForm
from queueing.models import Ticket
from queueing.selectors import RoomState
from queueing.selectors.access import ticket_for_user
from queueing.views.room.answers import Shown, answer, expert, session_of, state_of
from queueing.views.room.buttons import asks

VERBS: dict[str, Callable[..., Ticket]] = {
    "recall": services.ticket_recall,
    "start": services.ticket_start,
    "finish": services.ticket_finish,
    "pass": services.ticket_pass,
    "return": services.ticket_return,
    "undo": services.ticket_undo,
}


@expert
@require_POST
def call_next(request: HttpRequest, code: str) -> HttpResponse:
    """Call the next patient; whoever is served is done."""

    def called(form: RoomActionForm, actor: Actor, now: datetime) -> object:
        _check_page(request, code, "next", form)
        return services.ticket_call_next(session_code=code, actor=actor, now=now)

    return _do(request, code, RoomActionForm(request.POST), called)


@expert
@require_POST
def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Recall, start, finish, pass, take back, put back."""
    if verb not in VERBS:
        raise Http404

    def done(form: RoomActionForm, actor: Actor, now: datetime) -> object:
        _check_page(request, code, verb, form)
        return VERBS[verb](code=form.cleaned_data["ticket"], actor=actor, now=now)

    session_of(request, code)
    form = RoomActionForm(request.POST)
    if verb == "pass" and not form["sure"].data and asks(state_of(request, code)):
        return answer(request, code, Shown(ask="pass"))
    return _do(request, code, form, done)


@expert
@require_POST
def chosen(request: HttpRequest, code: str) -> HttpResponse:
    """Call a certain patient before the turn, with a reason."""

    def called(form: ChosenForm, actor: Actor, now: datetime) -> object:
        return services.ticket_call_chosen(session_code=code, **form.chosen(), actor=actor, now=now)

    return _do(request, code, ChosenForm(request.POST), called)


@expert
@require_POST
def transfer(request: HttpRequest, code: str) -> HttpResponse:
    """Send who waits or sits inside to a colleague, or to another department."""

    def sent(form: RoomTransferForm, actor: Actor, now: datetime) -> Ticket:
        ticket = ticket_for_user(code=form.cleaned_data["ticket"], user=signed_in(request), verb="transfer")
        kind, target = form.wanted()
        more = {"code": ticket.code, "reason": form.cleaned_data["reason"], "actor": actor, "now": now}
        if kind == "department":
            return services.ticket_transfer_to_department(department_code=target, **more)
        return services.ticket_transfer(target_session_code=target, **more)

    return _do(request, code, RoomTransferForm(request.POST), sent, say=_sent_to)


def _sent_to(code: str) -> tuple[str, ...]:
    """Where the patient goes now, and what that leaves to be settled."""
    ticket = selectors.ticket_by_code(code)
    words = {"number": ticket.display, "room": ticket.session.room.name}
    said = _("Transferred: new number %(number)s, room %(room)s.") % words
    due = selectors.fee_due_fen(ticket=ticket)
    if not due:
        return (said,)
    more = _("To pay at the desk: %(amount)s.") if due > 0 else _("To get back at the desk: %(amount)s.")
    return said, more % {"amount": yuan(abs(due))}


@expert
@require_POST
def pause(request: HttpRequest, code: str) -> HttpResponse:
    """Call nobody for a while, or for longer than said."""

    def paused(form: PauseForm, actor: Actor, now: datetime) -> object:
        return services.session_pause(session_code=code, **form.wanted(), actor=actor, now=now)

    return _do(request, code, PauseForm(request.POST), paused)


@expert
@require_POST
def resume(request: HttpRequest, code: str) -> HttpResponse:
    """Call again."""

    def resumed(_form: KeyedForm, actor: Actor, now: datetime) -> object:
        return services.session_resume(session_code=code, actor=actor, now=now)

    return _do(request, code, KeyedForm(request.POST), resumed)


@expert
@require_POST
def ask_help(request: HttpRequest, code: str) -> HttpResponse:
    """One press calls somebody into the room."""

    def raised(_form: KeyedForm, actor: Actor, now: datetime) -> object:
        return services.alarm_raise(session_code=code, actor=actor, now=now)

    return _do(request, code, KeyedForm(request.POST), raised)


@expert
@require_POST
def help_over(request: HttpRequest, code: str) -> HttpResponse:
    """It was pressed by mistake."""

    def withdrawn(form: HelpForm, actor: Actor, now: datetime) -> object:
        alarm, name = state_of(request, code).alarm, signed_in(request).shown_name
        if alarm is None or alarm.code != form.cleaned_data["alarm"]:
            raise PageOutOfDate
        return services.alarm_withdraw(code=alarm.code, name=name, actor=actor, now=now)

    return _do(request, code, HelpForm(request.POST), withdrawn)


def _do(
    request: HttpRequest,
    code: str,
    form: Any,
    doing: Callable[[Any, Actor, datetime], object],
    *,
    say: Callable[[str], tuple[str, ...]] = lambda _code: (),
) -> HttpResponse:
    """Do it once for this rendering of the page, and show what came of it; ``say`` puts that into words."""
    session_of(request, code)
    if not form.is_valid():
        return answer(request, code, Shown(error=_("Nothing was done: the page was incomplete."), status=400))

    def produce() -> tuple[int, dict[str, Any]]:
        made = doing(form, Actor.of(signed_in(request)), clock.now())
        return 200, {"code": getattr(made, "code", "")}

    try:
        done = once(request, key=form.cleaned_data["key"], body=form.body(), produce=produce)
    except DomainError as error:
        return answer(request, code, Shown(error=translated(error), status=error.status))
    return answer(request, code, Shown(said=say(done["code"])))


def _check_page(request: HttpRequest, code: str, verb: str, form: RoomActionForm) -> None:
    """The page is this room's, and shows how things are now."""
    if form.cleaned_data["ticket"] not in _subjects(verb, state_of(request, code)):
        raise PageOutOfDate


def _subjects(verb: str, state: RoomState) -> set[str]:
    """Whose tickets this action may be for."""
    if verb == "return":
        return {ticket.code for ticket in state.passed}
    if verb == "undo":
        return {state.undo.code} if state.undo else set()
    return {state.current.code if state.current else ""}
