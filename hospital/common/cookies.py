"""What a browser keeps for us longer than a visit; no script of the page and no other site gets at it."""

from typing import Literal, TypeVar

from django.conf import settings
from django.http.response import HttpResponseBase

LONGEST_S = 400 * 86_400
"""Browsers keep none longer."""
R = TypeVar("R", bound=HttpResponseBase)


def remembered(
    response: R, name: str, value: str, *, path: str = "/", samesite: Literal["Lax", "Strict"] = "Lax"
) -> R:
    """The answer, with a value that the browser keeps for as long as browsers do."""
    response.set_cookie(
        name,
        value,
        max_age=LONGEST_S,
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite=samesite,
    )
    return response
