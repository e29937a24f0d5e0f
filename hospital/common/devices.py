"""The device's cookie: random, signed, long-lived. Rows keep its blind index only."""

from typing import TypeVar

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from hospital.common.codes import code_20
from hospital.common.cookies import LONGEST_S
from hospital.common.crypto import blind_index

COOKIE = "device"
_SALT = "booking.device"
R = TypeVar("R", bound=HttpResponseBase)


def device_of(request: HttpRequest) -> str:
    """What the device is called: by its cookie, else a new name that :func:`remembered` hands out."""
    try:
        return str(request.get_signed_cookie(COOKIE, salt=_SALT))
    except (KeyError, BadSignature):
        return code_20()


def device_index(device: str) -> bytes:
    """What is kept of it."""
    return blind_index("device", device)


def known_device(request: HttpRequest | Request) -> bytes | None:
    """What is kept of a device that has its cookie already; a script without cookies has none."""
    try:
        return device_index(str(request.get_signed_cookie(COOKIE, salt=_SALT)))
    except (KeyError, BadSignature):
        return None


def remembered(response: R, device: str) -> R:
    """Let the device keep its name; the cookie is no use to scripts of the page or to other sites."""
    response.set_signed_cookie(
        COOKIE,
        device,
        salt=_SALT,
        max_age=LONGEST_S,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response
