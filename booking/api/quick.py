"""The hot path of the rush past DRF's machinery: a patient's script holds a number.

It answers only what is usual, with what the ordinary view would answer; whatever else comes (another role, a body that
is not plain, a missing key) it leaves to that view.
"""

import json
from typing import TypeGuard

from django.http import HttpRequest, HttpResponse

from booking import services
from booking.selectors.risk import suspect_tokens
from booking.services.hold_statement import Request
from hospital.accounts.digests import token_digest
from hospital.accounts.tokens import token_in
from hospital.common import clock, idempotency

CODE_MAX = 12
BODY_MAX = 400


def hold(request: HttpRequest) -> HttpResponse | None:
    """Hold a number in one statement; ``None`` leaves the request to the ordinary view."""
    secret = token_in(request.META.get("HTTP_AUTHORIZATION", ""))
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    body = _body(request)
    if secret is None or body is None or not idempotency.is_key(key):
        return None
    if (digest := token_digest(secret)) in suspect_tokens(now=clock.now()):
        return None
    asked = Request(digest, body["patient"], request.path, key, idempotency.digest(body))
    now = clock.now()
    found = services.drawn_first(
        lambda: services.appointment_hold_once(slot_code=body["slot"], request=asked, now=now),
        session_code=body["slot"],
        now=now,
    )
    if found is None:
        return None
    response = HttpResponse(found.answer, status=201, content_type="application/json")
    if found.verdict == "repeated":
        response["Idempotency-Replayed"] = "true"
    return response


def _body(request: HttpRequest) -> dict[str, str] | None:
    """Slot and patient of a plain body; anything odd is for the ordinary view to name."""
    if request.method != "POST" or request.content_type != "application/json":
        return None
    try:
        sent = json.loads(request.body) if int(request.META.get("CONTENT_LENGTH") or 0) <= BODY_MAX else None
    except ValueError:
        return None
    if not isinstance(sent, dict):
        return None
    given = {name: code for name in ("slot", "patient") if _is_code(code := sent.get(name))}
    return given if len(given) == 2 else None


def _is_code(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isalnum() and value.isascii() and len(value) <= CODE_MAX
