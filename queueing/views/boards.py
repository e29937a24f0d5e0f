"""A session's queue for everybody, without a ticket: numbers only, live."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from hospital.common import clock
from queueing.public_regions import board_view
from queueing.regions import LiveView
from queueing.views.regions import private, region_response


@require_safe
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The whole page."""
    context = {"code": code, "view": _view(code), "language": get_language()}
    return private(render(request, "queueing/public_board.html", context))


@require_safe
def board_region(request: HttpRequest, code: str) -> HttpResponse:
    """The live region alone."""
    return region_response(request, _view(code))


def _view(code: str) -> LiveView:
    return board_view(code=code, language=get_language() or "zh-hans", now=clock.now())
