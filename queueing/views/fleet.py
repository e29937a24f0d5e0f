"""The managers' list of screens: last signs of life, problems first; add one, revoke one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking.selectors import rooms_all
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.views import managers_only, signed_in
from queueing import services
from queueing.forms import ScreenForm
from queueing.selectors.screens import screens_fleet

PROBLEMS = {"silent": 0, "stale": 1, "never": 2, "ok": 3, "revoked": 4}


def _context(form: ScreenForm | None = None) -> dict[str, object]:
    fleet = sorted(screens_fleet(now=clock.now()), key=lambda one: (PROBLEMS.get(one.state, 0), one.name))
    return {
        "section": "screens",
        "screens": [one for one in fleet if one.state != "revoked"],
        "revoked": [one for one in fleet if one.state == "revoked"],
        "silent": sum(one.state == "silent" for one in fleet),
        "stale": sum(one.state == "stale" for one in fleet),
        "form": form or ScreenForm(rooms=rooms_all()),
    }


@managers_only
@require_safe
def screens(request: HttpRequest) -> HttpResponse:
    """Every screen with its last sign of life."""
    return render(request, "queueing/screens.html", _context())


@managers_only
@require_POST
def screen_add(request: HttpRequest) -> HttpResponse:
    """Add a screen and show its address, this once only."""
    form = ScreenForm(request.POST, rooms=rooms_all())
    if not form.is_valid():
        return render(request, "queueing/screens.html", _context(form), status=422)
    screen, token = services.screen_add(
        **form.cleaned_data, actor=Actor.of(signed_in(request)), now=clock.now()
    )
    url = request.build_absolute_uri(reverse("queueing:screen", args=[token]))
    response = render(
        request, "queueing/screens.html", {**_context(), "added": screen, "added_url": url}, status=201
    )
    response["Cache-Control"] = "no-store"
    return response


@managers_only
@require_POST
def screen_revoke(request: HttpRequest, code: str) -> HttpResponse:
    """Switch a screen off: its address stops working at once."""
    services.screen_revoke(screen_code=code, actor=Actor.of(signed_in(request)), now=clock.now())
    messages.success(request, _("The screen is retired. Its address no longer works."))
    return redirect("queueing:screens")
