"""Admission to booking: a few at a time, a short line behind them, and an honest "later" for whoever is beyond it.

A rush would otherwise wait in line for the database with every thread of the server, pages included. The refusal costs
no query and hardly any time; it is 429 with Retry-After, which differs from person to person so that they do not all
come back in the same second.
"""

import json
import random
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any

from csp.constants import HEADER
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from hospital.common.api import PROBLEM_JSON, problem_body
from hospital.common.content_policy import content_policy

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

BOOKS = re.compile(
    r"/api/v1/(appointments|waitlist|draw-requests)/|/experts/[^/]+/hold/|/sessions/[^/]+/(waitlist|draw/enter)/"
)
"""Addresses that take numbers, or a chance of one, by POST."""
PATIENCE_S = 1.0
RETRY_AFTER_S = (1, 6)
CODE = "overloaded"
MESSAGE = gettext_noop(
    "Very many people are booking right now. Nothing was changed. Try again in a few seconds."
)


class Gate:
    """Lets ``at_once`` through, has ``waiting`` more wait for at most ``PATIENCE_S``, and turns the others away.

    Who leaves hands the place to whoever has waited longest: a semaphore would give it to somebody who comes just then,
    and the line would starve.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = at_once
        self._waiting = waiting
        self._line: deque[threading.Lock] = deque()
        self._guard = threading.Lock()

    def enter(self) -> bool:
        """Whether one may go on; then :meth:`leave` must follow."""
        with self._guard:
            if self._free:
                self._free -= 1
                return True
            if len(self._line) >= self._waiting:
                return False
            turn = threading.Lock()
            turn.acquire()
            self._line.append(turn)
        if turn.acquire(timeout=PATIENCE_S):
            return True
        with self._guard:
            if turn not in self._line:
                return True  # it was handed over in this very moment
            self._line.remove(turn)
        return False

    def leave(self) -> None:
        """Hand the place on, or leave it free."""
        with self._guard:
            if self._line:
                self._line.popleft().release()
            else:
                self._free += 1


def admitted(application: Application, gate: Gate) -> Application:
    """The application behind the gate: only what takes numbers passes it, everything else passes by."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "POST" or not BOOKS.fullmatch(environ.get("PATH_INFO", "")):
            return application(environ, start_response)
        if not gate.enter():
            return _later(environ, start_response)
        try:
            return application(environ, start_response)
        finally:
            gate.leave()

    return answer


def gate_of_settings() -> Gate:
    """As many at once as leave a connection for pages."""
    return Gate(settings.BOOKINGS_AT_ONCE, settings.BOOKINGS_WAITING)


def _later(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    is_api = environ.get("PATH_INFO", "").startswith("/api/")
    body = _problem(_language(environ)) if is_api else _page(_language(environ), environ["PATH_INFO"])
    start_response(
        "429 Too Many Requests",
        [
            ("Content-Type", PROBLEM_JSON if is_api else "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Retry-After", str(random.randint(*RETRY_AFTER_S))),  # noqa: S311 - jitter, no secret
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            (HEADER, content_policy()),
        ],
    )
    return [body]


def _language(environ: dict[str, Any]) -> str:
    """Of the cookie, else the browser's first; as Django chooses it, without a request."""
    cookie = re.search(rf"\b{settings.LANGUAGE_COOKIE_NAME}=([\w-]+)", environ.get("HTTP_COOKIE", ""))
    wanted = cookie[1] if cookie else environ.get("HTTP_ACCEPT_LANGUAGE", "").split(",")[0].partition(";")[0]
    try:
        return translation.get_supported_language_variant(wanted)
    except LookupError:
        return str(settings.LANGUAGE_CODE)


@cache
def _problem(language: str) -> bytes:
    with translation.override(language):
        problem = problem_body(429, CODE, gettext(MESSAGE))
    return json.dumps(problem, ensure_ascii=False, separators=(",", ":")).encode()


@lru_cache(maxsize=1000)
def _page(language: str, path: str) -> bytes:
    """A page that leads back to the times of the expert whose number was wanted."""
    chinese = language.startswith("zh")
    with translation.override(language):
        context = {
            "message": gettext(MESSAGE),
            "back": path.removesuffix("hold/"),
            "hospital_name": settings.HOSPITAL_NAME if chinese else settings.HOSPITAL_NAME_EN,
        }
        return render_to_string("busy.html", context).encode()
