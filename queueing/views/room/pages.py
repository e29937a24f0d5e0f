"""The expert's page and its live region."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from hospital.common import clock
from hospital.common.views import signed_in
from queueing import selectors
from queueing.views.regions import private
from queueing.views.room.answers import (
    Shown,
    at,
    etag,
    expert,
    page_context,
    region_answer,
    session_of,
    stamped,
    state_of,
)


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
    session = session_of(request, code)
    mine = selectors.sessions_of_expert(user=signed_in(request), now=clock.now())
    state = state_of(request, code)
    context = {
        **page_context(request, state, Shown()),
        "session": session,
        "mine": mine,
        "etag": etag(state),
        "at": at(state),
    }
    return private(render(request, "queueing/room.html", context))


@expert
@require_GET
def region(request: HttpRequest, code: str) -> HttpResponse:
    """The live region alone; 304 when the page already shows it."""
    session_of(request, code)
    state = state_of(request, code)
    if request.headers.get("If-None-Match") == etag(state):
        return stamped(HttpResponseNotModified(), state)
    return region_answer(request, state, Shown())
