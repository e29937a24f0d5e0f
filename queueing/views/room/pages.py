"""The expert's page and its live region; every action answers with the region as it is then."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hospital.common import clock, idempotency
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import role_required, signed_in
from queueing import selectors, services
from queueing.domain.errors import PageOutOfDate
from queueing.domain.permissions import ROLES_OF
from queueing.forms import RoomActionForm
from queueing.models import Ticket
from queueing.selectors import RoomState
from queueing.views.regions import private
from queueing.views.room.buttons import asks, buttons

if TYPE_CHECKING:
    from booking.models import ClinicSession

expert = role_required(*ROLES_OF["call"])

NEXT_SHOWN = 6
VERBS: dict[str, Callable[..., Ticket]] = {
    "recall": services.ticket_recall,
    "start": services.ticket_start,
    "finish": services.ticket_finish,
    "pass": services.ticket_pass,
    "return": services.ticket_return,
    "undo": services.ticket_undo,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the region says besides the state: an error, or a question."""

    error: str = ""
    ask: str = ""
    status: int = 200


@expert
@require_GET
def rooms(request: HttpRequest) -> HttpResponse:
    """The session of today that is running or comes next."""
    mine = selectors.sessions_of_expert(user=signed_in(request), now=clock.now())
    if mine:
        return redirect("queueing:room", mine[0].code)
    return render(request, "queueing/room_none.html")


@expert
@require_GET
def room(request: HttpRequest, code: str) -> HttpResponse:
    """The whole page."""
    session = _session(request, code)
    mine = selectors.sessions_of_expert(user=signed_in(request), now=clock.now())
    state = _state(request, code)
    context = {
        **_context(state, Shown()),
        "session": session,
        "mine": mine,
        "etag": _etag(state),
        "at": _at(state),
    }
    return private(render(request, "queueing/room.html", context))


@expert
@require_GET
def region(request: HttpRequest, code: str) -> HttpResponse:
    """The live region alone; 304 when the page already shows it."""
    _session(request, code)
    state = _state(request, code)
    if request.headers.get("If-None-Match") == _etag(state):
        return _stamped(HttpResponseNotModified(), state)
    return _region(request, state, Shown())


@expert
@require_POST
def call_next(request: HttpRequest, code: str) -> HttpResponse:
    """Call the next patient; whoever is served is done."""

    def called(_ticket: str, actor: Actor, now: datetime) -> Ticket:
        return services.ticket_call_next(session_code=code, actor=actor, now=now)

    return _do(request, code, "next", called)


@expert
@require_POST
def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Recall, start, finish, pass, take back, put back."""
    if verb not in VERBS:
        raise Http404

    def done(ticket: str, actor: Actor, now: datetime) -> Ticket:
        return VERBS[verb](code=ticket, actor=actor, now=now)

    _session(request, code)
    sure = bool(RoomActionForm(request.POST)["sure"].data)
    if verb == "pass" and not sure and asks(_state(request, code)):
        return _answer(request, code, Shown(ask="pass"))
    return _do(request, code, verb, done)


def _do(
    request: HttpRequest, code: str, verb: str, doing: Callable[[str, Actor, datetime], Ticket]
) -> HttpResponse:
    _session(request, code)
    form = RoomActionForm(request.POST)
    if not form.is_valid():
        return _answer(
            request, code, Shown(error=_("Nothing was done: the page was incomplete."), status=400)
        )
    try:
        _once(request, code, form, verb, doing)
    except DomainError as error:
        return _answer(request, code, Shown(error=translated(error), status=error.status))
    return _answer(request, code, Shown())


def _once(
    request: HttpRequest,
    code: str,
    form: RoomActionForm,
    verb: str,
    doing: Callable[[str, Actor, datetime], Ticket],
) -> None:
    """Do it once for this rendering of the page, to the ticket that the page showed."""
    ticket, actor = form.cleaned_data["ticket"], Actor.of(signed_in(request))

    def produce() -> idempotency.Answer:
        if ticket not in _subjects(verb, _state(request, code)):
            raise PageOutOfDate
        return 200, {"ticket": doing(ticket, actor, clock.now()).code}

    idempotency.once(
        account=actor.account_key,
        route=request.path,
        key=form.cleaned_data["key"],
        body=form.body(),
        now=clock.now(),
        produce=produce,
    )


def _subjects(verb: str, state: RoomState) -> set[str]:
    """Whose tickets this action may be for: the page is this room's, and shows how things are now."""
    if verb == "return":
        return {ticket.code for ticket in state.passed}
    if verb == "undo":
        return {state.undo.code} if state.undo else set()
    return {state.current.code if state.current else ""}


def _answer(request: HttpRequest, code: str, shown: Shown) -> HttpResponse:
    """The region for htmx; without scripts the page again, whole when there is something to say."""
    if request.headers.get("HX-Request"):
        return _region(request, _state(request, code), shown)
    if not shown.error and not shown.ask:
        return redirect("queueing:room", code)
    state = _state(request, code)
    context = {**_context(state, shown), "session": _session(request, code), "etag": "", "at": _at(state)}
    return private(render(request, "queueing/room.html", context, status=shown.status))


def _region(request: HttpRequest, state: RoomState, shown: Shown) -> HttpResponse:
    return _stamped(
        render(request, "queueing/_room.html", _context(state, shown), status=shown.status), state
    )


def _context(state: RoomState, shown: Shown) -> dict[str, Any]:
    actions = buttons(state)
    return {
        "room": state,
        "actions": actions,
        "shown": shown,
        "key": token_urlsafe(18),
        "others": state.waiting[1:NEXT_SHOWN],
        "rest": state.waiting[NEXT_SHOWN:],
        "calls": state.current.recalls + 1 if state.current else 0,
    }


def _session(request: HttpRequest, code: str) -> ClinicSession:
    session = selectors.session_for_user(session_code=code, user=signed_in(request))
    if session is None:
        raise Http404
    return session


def _state(request: HttpRequest, code: str) -> RoomState:
    actor = Actor.of(signed_in(request))
    return selectors.room_state(session_code=code, now=clock.now(), actor=actor)


def _stamped(response: HttpResponse, state: RoomState) -> HttpResponse:
    response["X-Region"] = "room"
    response["ETag"] = _etag(state)
    response["X-Revision"] = str(state.revision)
    response["X-As-Of"] = _at(state)
    return private(response)


def _etag(state: RoomState) -> str:
    """Equal while the region would say the same; keys and tokens in its forms do not count."""
    said = repr((get_language(), replace(state, as_of=state.opens_at)))
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:20]}"'


def _at(state: RoomState) -> str:
    return clock.local(state.as_of).isoformat(timespec="seconds")
