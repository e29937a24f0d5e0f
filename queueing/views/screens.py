"""Waiting-room screens: the screen itself by its token, and how a new one joins."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from hospital.common import clock, speech
from hospital.common.throttles import asked_too_often
from queueing import services
from queueing.domain.screen_errors import TooManyPairings
from queueing.forms import ScreenAddress
from queueing.models import Screen
from queueing.screen_regions import page_build, screen_view, spoken
from queueing.selectors.screens import call_on_screen, screen_by_token
from queueing.views.regions import private, region_response

CODES_PER_MIN = 60
"""Of one address: a hospital's screens may share it, and a stranger must not use up everybody's codes."""


@require_safe
def screen(request: HttpRequest, token: str) -> HttpResponse:
    """The whole page. No cookie, no sign-in: the token is the key."""
    found, language = _screen(request, token)
    query = f"?lang={language}&setup={found.setup}"
    with translation.override(language):
        context: dict[str, Any] = {
            "screen": found,
            "name": (found.name_en if language == "en" else "") or found.name,
            "place": (found.place_en if language == "en" else "") or found.place,
            "view": screen_view(screen=found, language=language, now=clock.now()),
            "other": ("zh-hans" if language == "en" else "en") if found.bilingual else "",
            "ws": f"/ws/screens/{token}/{query}",
            "src": reverse("queueing:screen-region", args=[token]) + query,
            "clips": reverse("queueing:screen", args=[token]) + "clips/" if speech.is_possible() else "",
            "build": page_build(),
        }
        return private(render(request, "queueing/screen.html", context))


@require_safe
def screen_region(request: HttpRequest, token: str) -> HttpResponse:
    """The board alone; 205 when the page around it has become another one."""
    found, language = _screen(request, token)
    setup = ScreenAddress.read(request.GET)["setup"]
    if setup and setup != found.setup:
        return private(HttpResponse(status=205))
    return region_response(request, screen_view(screen=found, language=language, now=clock.now()))


@require_safe
def clip(request: HttpRequest, token: str, call: int, language: str) -> HttpResponse:
    """A call of this screen, spoken by the server, for a screen without a voice of its own; 204 when there is none."""
    found, _language = _screen(request, token)
    called = call_on_screen(screen=found, call_id=call, now=clock.now())
    sound = called and speech.clip(spoken(called, language), language)
    return private(HttpResponse(sound, content_type="audio/wav") if sound else HttpResponse(status=204))


@require_safe
def pair(request: HttpRequest) -> HttpResponse:
    """What a new screen shows: six signs for a manager to type."""
    return private(render(request, "queueing/screen_pair.html"))


@require_POST
def pairing_begin(request: HttpRequest) -> HttpResponse:
    """A new code, and the address at which this screen asks whether it was typed."""
    if asked_too_often(request, "pairing", CODES_PER_MIN):
        raise TooManyPairings
    pairing, secret = services.pairing_begin(now=clock.now())
    return private(
        JsonResponse({"code": pairing.code, "url": reverse("queueing:screen", args=[secret])}, status=201)
    )


def _screen(request: HttpRequest, token: str) -> tuple[Screen, str]:
    found = screen_by_token(token=token)
    if found is None:
        raise Http404
    return found, ScreenAddress.read(request.GET)["lang"] or found.language
