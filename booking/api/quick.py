"""The hot paths of a rush past DRF's machinery: a number is held, a list of slots has not changed.

They answer only what is usual, with what the ordinary view would answer; whatever else comes (another role, a body that
is not plain, a missing key) they leave to that view. ``hospital.common.shortcuts`` asks them.
"""

import json
import re
from datetime import datetime
from typing import Any, TypeGuard

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from booking import selectors, services
from booking.selectors.risk import suspect_tokens
from booking.services.hold_statement import Request
from hospital.accounts.digests import token_digest
from hospital.accounts.tokens import token_in
from hospital.common import clock, idempotency
from hospital.common.shortcuts import Answer, Asked, Shortcut

FRESH_S = 5
CODE_MAX = 12


def hold(asked: Asked) -> Answer | None:
    """Hold a number in one statement; ``None`` leaves the request to the ordinary view."""
    secret = token_in(asked.environ.get("HTTP_AUTHORIZATION", ""))
    key = asked.environ.get("HTTP_IDEMPOTENCY_KEY", "")
    body = _body(asked)
    if secret is None or body is None or not idempotency.is_key(key):
        return None
    now = clock.now()
    if (digest := token_digest(secret)) in suspect_tokens(now=now):
        return None
    path = asked.environ["PATH_INFO"]
    request = Request(digest, body["patient"], path, key, idempotency.digest(body))
    found = services.drawn_first(
        lambda: services.appointment_hold_once(slot_code=body["slot"], request=request, now=now),
        session_code=body["slot"],
        now=now,
    )
    if found is None:
        return None
    headers = {"Content-Type": "application/json"}
    if found.verdict == "repeated":
        headers["Idempotency-Replayed"] = "true"
    return Answer(201, headers, found.answer.encode())


def unchanged(request: HttpRequest, code: str) -> HttpResponse | None:
    """Say that a session is as it was (304): one query, nothing built; ``None`` when it is not, or nobody asked."""
    headers = _known_headers(request.META, code) if request.method == "GET" else None
    return None if headers is None else HttpResponseNotModified(headers=headers)


def _unchanged(asked: Asked, code: str) -> Answer | None:
    headers = _known_headers(asked.environ, code)
    return None if headers is None else Answer(304, headers)


def _known_headers(environ: dict[str, Any], code: str) -> dict[str, str] | None:
    """What the caller has is what there is."""
    known = environ.get("HTTP_IF_NONE_MATCH", "")
    if not known:
        return None
    now = clock.now()
    headers = freshness(selectors.session_version(code=code, now=now), now)
    return headers if headers["ETag"] in known else None


def freshness(version: selectors.Version, now: datetime) -> dict[str, str]:
    """ETag, and for how long it may be kept."""
    age = fresh_s(version.next_boundary, now)
    return {"ETag": f'"{version.key}"', "Cache-Control": f"max-age={age}, public"}


def fresh_s(boundary: datetime | None, now: datetime) -> int:
    """For how long an answer may be kept: never across the next release, opening or closing."""
    left = FRESH_S if boundary is None else int((boundary - now).total_seconds())
    return max(0, min(FRESH_S, left))


def _body(asked: Asked) -> dict[str, str] | None:
    """Slot and patient of a plain body; anything odd is for the ordinary view to name."""
    if asked.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        sent = json.loads(asked.body)
    except ValueError:
        return None
    if not isinstance(sent, dict):
        return None
    given = {name: code for name in ("slot", "patient") if _is_code(code := sent.get(name))}
    return given if len(given) == 2 else None


def _is_code(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isalnum() and value.isascii() and len(value) <= CODE_MAX


SHORTCUTS: list[Shortcut] = [
    ("POST", re.compile(r"/api/v1/appointments/"), hold),
    ("GET", re.compile(r"/api/v1/sessions/([-\w]+)/", re.ASCII), _unchanged),
]
"""The addresses of ``booking.urls`` that are asked here first."""
