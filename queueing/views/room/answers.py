"""How the expert's page answers: its region as it is now, with what there is to say or to ask."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.views import role_required, signed_in
from queueing import selectors
from queueing.domain.permissions import ROLES_OF
from queueing.selectors import RoomState
from queueing.views.regions import private
from queueing.views.room.buttons import buttons

if TYPE_CHECKING:
    from booking.models import ClinicSession

expert = role_required(*ROLES_OF["call"])

NEXT_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """What the region says besides the state: an error, what was done, or a question."""

    error: str = ""
    said: tuple[str, ...] = ()
    ask: str = ""
    status: int = 200


def session_of(request: HttpRequest, code: str) -> ClinicSession:
    """The session, if it is the signed-in expert's own."""
    session = selectors.session_for_user(session_code=code, user=signed_in(request))
    if session is None:
        raise Http404
    return session


def state_of(request: HttpRequest, code: str) -> RoomState:
    """Everything the page shows, now."""
    actor = Actor.of(signed_in(request))
    return selectors.room_state(session_code=code, now=clock.now(), actor=actor)


def answer(request: HttpRequest, code: str, shown: Shown) -> HttpResponse:
    """The region for htmx; without scripts the page again, whole when there is something to say."""
    if request.headers.get("HX-Request"):
        return region_answer(request, state_of(request, code), shown)
    if not shown.error and not shown.ask and not shown.said:
        return redirect("queueing:room", code)
    state = state_of(request, code)
    context = {
        **page_context(request, state, shown),
        "session": session_of(request, code),
        "etag": "",
        "at": at(state),
    }
    return private(render(request, "queueing/room.html", context, status=shown.status))


def region_answer(request: HttpRequest, state: RoomState, shown: Shown) -> HttpResponse:
    """The region alone."""
    context = page_context(request, state, shown)
    return stamped(render(request, "queueing/_room.html", context, status=shown.status), state)


def page_context(request: HttpRequest, state: RoomState, shown: Shown) -> dict[str, Any]:
    """What the region's template reads."""
    return {
        "room": state,
        "actions": buttons(state),
        "shown": shown,
        "key": token_urlsafe(18),
        "others": state.waiting[1:NEXT_SHOWN],
        "rest": state.waiting[NEXT_SHOWN:],
        "calls": state.current.recalls + 1 if state.current else 0,
        "may_choose": signed_in(request).may_call_out_of_order,
    }


def stamped(response: HttpResponse, state: RoomState) -> HttpResponse:
    """Say what was read and when, for the page to compare."""
    response["X-Region"] = "room"
    response["ETag"] = etag(state)
    response["X-Revision"] = str(state.revision)
    response["X-As-Of"] = at(state)
    return private(response)


def etag(state: RoomState) -> str:
    """Equal while the region would say the same; keys and tokens in its forms do not count."""
    said = repr((get_language(), replace(state, as_of=state.opens_at)))
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:20]}"'


def at(state: RoomState) -> str:
    """When the database was read, on the hospital's wall clock."""
    return clock.local(state.as_of).isoformat(timespec="seconds")
