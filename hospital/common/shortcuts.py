"""The few addresses of a rush, answered before Django's middleware and routing: those cost more than the answers.

A quick answer is a function of the request that says what is usual, or ``None``: then Django answers as ever. The
headers around it are those that ``settings.SCRIPT_MIDDLEWARE`` gives: it runs once for each kind of request (host,
scheme, language), and what it refuses or redirects is left to Django, as is every request with a cookie.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.exception import response_for_exception
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from hospital.common.api import DATABASE_AWAY, refused
from hospital.common.errors import Busy, DomainError
from hospital.common.scripts import ScriptHandler

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Quick = Callable[..., HttpResponse | None]
Shortcut = tuple[str, re.Pattern[str], Quick]
"""A method, its addresses (their groups become arguments), and what answers."""
Frame = tuple[str, list[tuple[str, str]]]
"""The language of a request, and the headers of its answer that do not depend on what is answered."""

BODY_MAX = 400
KINDS_MAX = 1000
_KIND = ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme", "HTTP_ACCEPT_LANGUAGE")


class _Around(ScriptHandler):
    """The middleware of scripts around an empty answer."""

    def _get_response(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse()


class Shortcuts:
    """An application with quick answers in front of it."""

    def __init__(self, application: Application, shortcuts: Sequence[Shortcut]) -> None:
        self._application = application
        self._shortcuts = shortcuts
        self._around = _Around()
        self._kind = (*_KIND, *(settings.SECURE_PROXY_SSL_HEADER or ())[:1])
        self._frame = lru_cache(maxsize=KINDS_MAX)(self._frame_of)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        answered = self._answered(environ)
        if answered is None:
            return self._application(environ, start_response)
        response, headers = answered
        headers = [*response.items(), *headers]
        if response.status_code != 304:
            headers.append(("Content-Length", str(len(response.content))))
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        return [response.content]

    def _answered(self, environ: dict[str, Any]) -> tuple[HttpResponse, list[tuple[str, str]]] | None:
        method, address = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        ways = (
            (quick, asked.fullmatch(address)) for wanted, asked, quick in self._shortcuts if wanted == method
        )
        quick, found = next((way for way in ways if way[1]), (None, None))
        if quick is None or found is None or "HTTP_COOKIE" in environ:
            return None
        length = environ.get("CONTENT_LENGTH", "")
        size = int(length) if length.isdecimal() else 0
        frame = self._frame(tuple(environ.get(name) for name in self._kind)) if size <= BODY_MAX else None
        if frame is None:
            return None
        language, headers = frame
        body = environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(size))
        response = _ask(quick, WSGIRequest(environ), found.groups(), language)
        body.seek(0)
        return None if response is None else (response, headers)

    def _frame_of(self, kind: tuple[str | None, ...]) -> Frame | None:
        """The frame of such requests; ``None`` when the middleware answers them itself."""
        environ = {name: value for name, value in zip(self._kind, kind, strict=True) if value is not None}
        request = WSGIRequest({"REQUEST_METHOD": "GET", "wsgi.input": BytesIO(), **environ})
        with translation.override(None):
            response = self._around.get_response(request)
            language = translation.get_language()
        varying = {"content-length", "content-type"}
        headers = [(name, value) for name, value in response.items() if name.lower() not in varying]
        return (str(language), headers) if response.status_code == 200 else None


def _ask(quick: Quick, request: HttpRequest, groups: tuple[str, ...], language: str) -> HttpResponse | None:
    """The answer, refusals and failures included, in the caller's language."""
    with translation.override(language):
        try:
            return quick(request, *groups)
        except DomainError as error:
            return refused(error)
        except DATABASE_AWAY:
            return refused(Busy())
        except Exception as error:  # noqa: BLE001 - as Django does for every view
            return response_for_exception(request, error)
        finally:
            connection.close_if_unusable_or_obsolete()
