"""A patient's live ticket: no sign-in, the unguessable code is the key; no name on it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from hospital.common import clock
from hospital.common.actor import Actor
from queueing import services
from queueing.regions import LiveView, ticket_view
from queueing.selectors.tickets import ticket_live
from queueing.views.regions import private, region_response


@require_safe
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """The whole page."""
    now = clock.now()
    live = ticket_live(code=code, now=now)
    context: dict[str, Any] = {"ticket": live, "view": _view(code), "language": get_language()}
    return private(render(request, "queueing/ticket.html", context))


@require_safe
def ticket_region(request: HttpRequest, code: str) -> HttpResponse:
    """The live region alone."""
    return region_response(request, _view(code))


@require_http_methods(["GET", "POST"])
def ticket_leave(request: HttpRequest, code: str) -> HttpResponse:
    """Ask first; leave the queue on POST only."""
    now = clock.now()
    if request.method == "POST":
        services.ticket_leave(code=code, actor=Actor.device("ticket", code), now=now, reason="patient")
        return redirect("queueing:ticket", code)
    live = ticket_live(code=code, now=now)
    if "leave" not in live.allowed:
        return redirect("queueing:ticket", code)
    return private(render(request, "queueing/ticket_leave.html", {"ticket": live}))


def _view(code: str) -> LiveView:
    return ticket_view(code=code, language=get_language() or "zh-hans", now=clock.now())
