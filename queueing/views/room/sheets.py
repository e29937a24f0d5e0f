"""What the expert is asked beside the page, in a dialog over it; without scripts on a page of its own."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from booking import selectors as booking
from booking import services
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.views import signed_in
from queueing import selectors
from queueing.domain.states import SERVING
from queueing.models import Pause
from queueing.selectors.access import ticket_for_user
from queueing.views.desk.ticket_cards import VERBS
from queueing.views.regions import private
from queueing.views.room.answers import expert, session_of, state_of

MINUTES = (5, 10, 15, 30, 60)
FIRST_MINUTES = 10


@expert
@require_GET
def pause(request: HttpRequest, code: str) -> HttpResponse:
    """Why the room calls nobody, and how long."""
    session = session_of(request, code)
    most = booking.policy_of_session(session).pause_max_min
    state = state_of(request, code)
    context = {
        "reasons": Pause.Reason.choices,
        "reason": state.pause.reason if state.pause else Pause.Reason.BREAK.value,
        "minutes": [minutes for minutes in MINUTES if minutes <= most],
        "first": min(FIRST_MINUTES, most),
        "room": state,
    }
    return _sheet(request, "pause", session, context)


@expert
@require_GET
def chosen(request: HttpRequest, code: str) -> HttpResponse:
    """Who is called before the turn, and why."""
    session = session_of(request, code)
    may = signed_in(request).may_call_out_of_order
    return _sheet(request, "chosen", session, {"room": state_of(request, code), "may_choose": may})


@expert
@require_GET
def transfer(request: HttpRequest, code: str) -> HttpResponse:
    """Who goes where: to a colleague who takes patients, or to whoever of a department has the least to do."""
    session = session_of(request, code)
    state = state_of(request, code)
    inside = (state.current,) if state.current and state.current.state == SERVING else ()
    targets = selectors.transfer_targets(
        queue_id=state.queue_id, role=signed_in(request).role, now=clock.now()
    )
    context = {"people": (*inside, *state.waiting), "targets": targets, "room": state}
    return _sheet(request, "transfer", session, context)


@expert
@require_GET
def history(request: HttpRequest, code: str, ticket: str) -> HttpResponse:
    """What a patient of the own queue went through; that it was looked at is kept."""
    session = session_of(request, code)
    found = ticket_for_user(code=ticket, user=signed_in(request), verb="transfer")
    services.patients_read(patients=[found.patient], actor=Actor.of(signed_in(request)), now=clock.now())
    path = selectors.patient_path(ticket=found)
    steps = [(step, VERBS.get(step.verb, step.verb)) for step in path.steps]
    context = {"ticket": found, "steps": steps, "visits": path.visits}
    return _sheet(request, "history", session, context)


def _sheet(request: HttpRequest, kind: str, session: Any, context: dict[str, Any]) -> HttpResponse:
    """The dialog's content for htmx, else a page around it."""
    htmx = bool(request.headers.get("HX-Request"))
    context = {
        **context,
        "session": session,
        "key": token_urlsafe(18),
        "sheet": f"queueing/_sheet_{kind}.html",
        "kind": kind,
    }
    response = render(request, context["sheet"] if htmx else "queueing/room_sheet.html", context)
    response["X-Region"] = "room"
    return private(response)
