"""Waiting-room screens: the screen itself by its token, and the managers' list of all screens."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hospital.common import clock
from queueing.models import Screen
from queueing.regions import screen_view
from queueing.selectors.screens import screen_by_token
from queueing.views.regions import private, region_response


@require_safe
def screen(request: HttpRequest, token: str) -> HttpResponse:
    """The whole page. No cookie, no sign-in: the token is the key."""
    found, language = _screen(request, token)
    query = f"?lang={language}"
    with translation.override(language):
        context: dict[str, Any] = {
            "name": (found.name_en if language == "en" else "") or found.name,
            "place": (found.place_en if language == "en" else "") or found.place,
            "view": screen_view(screen=found, language=language, now=clock.now()),
            "other": "zh-hans" if language == "en" else "en",
            "ws": f"/ws/screens/{token}/{query}",
            "src": reverse("queueing:screen-region", args=[token]) + query,
            "notices": _notices(),
        }
        return private(render(request, "queueing/screen.html", context))


@require_safe
def screen_region(request: HttpRequest, token: str) -> HttpResponse:
    """The board alone."""
    found, language = _screen(request, token)
    return region_response(request, screen_view(screen=found, language=language, now=clock.now()))


def _screen(request: HttpRequest, token: str) -> tuple[Screen, str]:
    found = screen_by_token(token=token)
    if found is None:
        raise Http404
    wanted = request.GET.get("lang", found.language)
    return found, wanted if wanted in {"zh-hans", "en"} else "zh-hans"


def _notices() -> list[str]:
    return [
        _("In each time slot booked patients go first, so numbers may jump."),
        _("Passed? Report to the nurse desk. There is nothing more to pay."),
        _("Scan the code on your slip: your phone shows your place."),
    ]
