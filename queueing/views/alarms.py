"""Calls for help out of the rooms: on every page of the desk and the managers, at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import desk_only, signed_in
from queueing import services
from queueing.regions import alarms_view
from queueing.views.regions import region_response


@desk_only
@require_GET
def region(request: HttpRequest) -> HttpResponse:
    """What rings now, and who went to the last ones."""
    return region_response(request, alarms_view(language=get_language() or "zh-hans", now=clock.now()))


@desk_only
@require_POST
def acknowledge(request: HttpRequest, code: str) -> HttpResponse:
    """Whoever presses goes there; the room reads the name."""
    person, error = signed_in(request), ""
    try:
        services.alarm_acknowledge(code=code, name=person.shown_name, actor=Actor.of(person), now=clock.now())
    except DomainError as refusal:
        error = translated(refusal)
    if not request.headers.get("HX-Request"):
        return redirect("queueing:desk")
    view = alarms_view(language=get_language() or "zh-hans", now=clock.now())
    response = render(request, "queueing/_alarms_answer.html", {"view": view, "error": error})
    response["X-Region"] = "alarms"
    return response
