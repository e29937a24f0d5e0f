"""The last word when nothing else answered: 503 while the database is away, 500 for our own faults.

The API speaks in problem details also where no view of it was reached.
"""

import sys

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views import defaults

from hospital.common.api import DATABASE_AWAY, PROBLEM_JSON, problem_body
from hospital.common.errors import Busy, NotFound

RETRY_AFTER_S = "2"


API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """A request that cannot be read at all."""
    if request.path.startswith(API):
        return _problem(400, "invalid", gettext("Some values are not valid."))
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """An address that leads nowhere, such as a code with signs that no code has."""
    if request.path.startswith(API):
        return _problem(404, NotFound.code, gettext(NotFound.message))
    return defaults.page_not_found(request, exception)


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    return JsonResponse(problem_body(status, code, detail), status=status, content_type=PROBLEM_JSON)


def server_error(request: HttpRequest) -> HttpResponse:
    """Pages that ask for nothing: the database may be the very thing that is missing."""
    away = isinstance(sys.exc_info()[1], DATABASE_AWAY)
    status = Busy.status if away else 500
    if request.path.startswith(API):
        code = Busy.code if away else "server_error"
        detail = gettext(Busy.message) if away else gettext("Something went wrong here")
        response = _problem(status, code, detail)
    else:
        response = HttpResponse(render_to_string(f"{status}.html"), status=status)
    if away:
        response["Retry-After"] = RETRY_AFTER_S
    return response
