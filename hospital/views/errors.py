"""The last word when nothing else answered: 503 while the database is away, 500 for our own faults."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from hospital.common.api import DATABASE_AWAY, PROBLEM_JSON
from hospital.common.errors import Busy

RETRY_AFTER_S = "2"


def server_error(request: HttpRequest) -> HttpResponse:
    """Pages that ask for nothing: the database may be the very thing that is missing."""
    away = isinstance(sys.exc_info()[1], DATABASE_AWAY)
    status = Busy.status if away else 500
    if request.path.startswith("/api/"):
        code = Busy.code if away else "server_error"
        detail = gettext(Busy.message) if away else gettext("Something went wrong here")
        problem = {"type": f"urn:fenliu:problem:{code}", "title": code, "status": status, "code": code}
        response: HttpResponse = JsonResponse(
            {**problem, "detail": detail}, status=status, content_type=PROBLEM_JSON
        )
    else:
        response = HttpResponse(render_to_string(f"{status}.html"), status=status)
    if away:
        response["Retry-After"] = RETRY_AFTER_S
    return response
