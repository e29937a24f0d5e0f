"""Which pages may open a WebSocket: those of this very host. A browser always says where a page came from."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings


def same_origin(scope: dict[str, Any]) -> bool:
    """Whether the Origin header names this host, or one of ``CSRF_TRUSTED_ORIGINS``.

    No Origin at all comes from a program, not from a browser, so nobody's cookie is being misused.
    """
    headers = dict(scope.get("headers", ()))
    if b"origin" not in headers:
        return True
    origin = headers[b"origin"].decode("latin-1")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        return urlsplit(origin).scheme in {"http", "https"} and urlsplit(origin).netloc == headers[
            b"host"
        ].decode("latin-1")
    except (KeyError, ValueError):
        return False
