"""What makes a patient's ticket installable: manifest, service worker, and the frame it shows without a connection."""

import hashlib
import json
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hospital.common import clock
from hospital.common.language import LANGUAGES
from queueing.forms import ScreenAddress
from queueing.selectors.tickets import ticket_live
from queueing.views.regions import private

SCOPE = "/t/"
FRAME = (
    "js/ticket-worker.js",
    "js/live.js",
    "js/offline.js",
    "css/ticket.css",
    "css/patient.css",
    "css/tokens.css",
)
"""What the frame is made of: when one changes, phones fetch it anew."""
ICONS = (("img/icon-192.png", "192x192", "any"), ("img/icon-512.png", "512x512", "any"),
         ("img/icon-maskable.png", "512x512", "maskable"))  # fmt: skip


@require_safe
def manifest(request: HttpRequest, code: str) -> HttpResponse:
    """The ticket as an app of its own on the home screen; no name in it. Browsers fetch it without cookies."""
    live = ticket_live(code=code, now=clock.now())
    language = ScreenAddress.read(request.GET)["lang"] or LANGUAGES[0]
    address = reverse("queueing:ticket", args=[live.code])
    with translation.override(language):
        about: dict[str, Any] = {
            "id": address,
            "start_url": address,
            "scope": SCOPE,
            "name": _("Queue number %(number)s") % {"number": live.number},
            "short_name": live.number,
            "lang": language,
            "display": "standalone",
            "background_color": "#f2f6f7",
            "theme_color": "#0a6570",
            "icons": [
                {"src": static(src), "sizes": sizes, "type": "image/png", "purpose": purpose}
                for src, sizes, purpose in ICONS
            ],
        }
    return private(JsonResponse(about, content_type="application/manifest+json"))


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of every ticket: here, because its scope is the address it comes from."""
    text = f"self.RELEASE = {json.dumps(frame_release())};\nimportScripts({json.dumps(static(FRAME[0]))});\n"
    answer = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@cache
def frame_release() -> str:
    """A digest of the names of the frame's files, which hold digests of their own."""
    return hashlib.sha256("\n".join(static(name) for name in FRAME).encode()).hexdigest()[:8]


@require_safe
def offline(request: HttpRequest, language: str) -> HttpResponse:
    """The frame without anybody's data: the service worker puts the last known state into it."""
    if language not in LANGUAGES:
        raise Http404
    with translation.override(language):
        context = {
            "ticket": {"code": "KEPT-CODE"},
            "view": {"html": "KEPT-REGION", "at": "KEPT-AT", "revision": -1, "etag": ""},
            "language": language,
        }
        return private(render(request, "queueing/ticket_offline.html", context))
