"""A shorter way through Django for API calls that no cookie can influence: those with a token, and anonymous reading.

Sessions, CSRF, messages, the second factor of browsers and static files mean nothing there, and running their
middleware took longer than the booking itself. ``settings.SCRIPT_MIDDLEWARE`` lists what stays: transport security,
content policy, language, lengths and framing.
"""

from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

API = "/api/v1/"
TOKEN = "token "  # noqa: S105 - the name of the scheme


def is_for_scripts(environ: dict[str, Any]) -> bool:
    """Whether the answer depends on no cookie: a token decides who asks, or nobody in particular asks to read."""
    if not environ.get("PATH_INFO", "").startswith(API):
        return False
    if environ.get("HTTP_AUTHORIZATION", "")[: len(TOKEN)].lower() == TOKEN:
        return True
    return environ.get("REQUEST_METHOD") in {"GET", "HEAD"} and "HTTP_COOKIE" not in environ


class ScriptHandler(WSGIHandler):
    """Django's own handler with the shorter list of middleware."""

    def load_middleware(self, is_async: bool = False) -> None:
        """Load ``SCRIPT_MIDDLEWARE`` as Django loads ``MIDDLEWARE``; once, before any request."""
        whole = settings.MIDDLEWARE
        settings.MIDDLEWARE = settings.SCRIPT_MIDDLEWARE
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = whole
