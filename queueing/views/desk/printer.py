"""Which receipt printer this browser prints to: a desk stands beside one, whoever sits there."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from hospital.common.cookies import remembered

COOKIE = "printer"


def printer_code(request: HttpRequest) -> str:
    """The printer chosen at this desk; empty: the browser prints."""
    return request.COOKIES.get(COOKIE, "").replace("\0", "")


def printer_remembered(response: HttpResponse, code: str) -> HttpResponse:
    """The answer, with the choice kept in the browser."""
    return remembered(response, COOKIE, code, path=reverse("queueing:desk"))
