"""The few addresses of a rush, answered before Django's middleware and routing: those cost more than the answers.

A quick answer is a function of the request that says what is usual, or ``None``: then Django answers as ever. The
headers around it are those that ``settings.SCRIPT_MIDDLEWARE`` gives: it runs once for each kind of request (host,
scheme, language), and what it refuses or redirects is left to Django, as is every request with a cookie.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from http.client import responses
from io import BytesIO
from typing import Any, NamedTuple

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


class Asked(NamedTuple):
    """A request as the server handed it over, and its body."""

    environ: dict[str, Any]
    body: bytes


class Answer(NamedTuple):
    """Status, headers and body: Django's own response takes as long to build as the rest of a quick answer."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    @classmethod
    def of(cls, response: HttpResponse) -> "Answer":
        """The same as a response of Django's."""
        return cls(response.status_code, dict(response.items()), response.content)


Quick = Callable[..., Answer | None]
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
        answer, headers = answered
        headers = [*answer.headers.items(), *headers]
        if answer.status != 304:
            headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{answer.status} {responses[answer.status]}", headers)
        return [answer.body]

    def _answered(self, environ: dict[str, Any]) -> tuple[Answer, list[tuple[str, str]]] | None:
        method, address = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        ways = (
            (quick, asked.fullmatch(address)) for wanted, asked, quick in self._shortcuts if wanted == method
        )
        quick, found = next((way for way in ways if way[1]), (None, None))
        if quick is None or found is None or "HTTP_COOKIE" in environ or environ.get("SCRIPT_NAME"):
            return None
        length = environ.get("CONTENT_LENGTH", "")
        size = int(length) if length.isdecimal() else 0
        frame = self._frame(tuple(environ.get(name) for name in self._kind)) if size <= BODY_MAX else None
        if frame is None:
            return None
        language, headers = frame
        body = environ["wsgi.input"].read(size)
        answer = _ask(quick, Asked(environ, body), found.groups(), language)
        environ["wsgi.input"] = BytesIO(body)
        return None if answer is None else (answer, headers)

    def _frame_of(self, kind: tuple[str | None, ...]) -> Frame | None:
        """The frame of such requests; ``None`` when the middleware answers them itself."""
        environ = {name: value for name, value in zip(self._kind, kind, strict=True) if value is not None}
        request = WSGIRequest({"REQUEST_METHOD": "GET", "wsgi.input": BytesIO(), **environ})
        with translation.override(None):
            response = self._around.get_response(request)
            language = translation.get_language()
        varying = {"content-length", "content-type", "etag"}
        headers = [(name, value) for name, value in response.items() if name.lower() not in varying]
        return (str(language), headers) if response.status_code == 200 else None


def _ask(quick: Quick, asked: Asked, groups: tuple[str, ...], language: str) -> Answer | None:
    """The answer, refusals and failures included, in the caller's language."""
    try:
        return quick(asked, *groups)
    except DomainError as error:
        with translation.override(language):
            return Answer.of(refused(error))
    except DATABASE_AWAY:
        with translation.override(language):
            return Answer.of(refused(Busy()))
    except Exception as error:  # noqa: BLE001 - as Django does for every view
        asked.environ["wsgi.input"] = BytesIO(asked.body)
        with translation.override(language):
            return Answer.of(response_for_exception(WSGIRequest(asked.environ), error))
    finally:
        connection.close_if_unusable_or_obsolete()
