"""The same request again gets the same answer: one row per (account, route, key), in the caller's transaction."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hospital.common.errors import DomainError, gettext_noop
from hospital.common.models import IdempotencyKey
from hospital.common.sql import prepared_cursor
from hospital.common.transactions import transactional

KEY_MAX = 120
CLAIM_SQL = """
INSERT INTO hospital_idempotencykey (account, route, key, body_digest, created_at)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
"""
KEEP_SQL = "UPDATE hospital_idempotencykey SET status = %s, answer = %s::jsonb WHERE id = %s"

KEPT = timedelta(hours=24)
"""How long a request may be repeated: longer than any client tries, shorter than the table grows."""

Answer = tuple[int, dict[str, Any]]


class IdempotencyKeyMissing(DomainError):
    """The header ``Idempotency-Key`` is required here."""

    code = "idempotency_key_missing"
    status = 400
    message = gettext_noop("The header Idempotency-Key is missing.")


class IdempotencyMismatch(DomainError):
    """The key was used before with another body."""

    code = "idempotency_mismatch"
    status = 422
    message = gettext_noop("This Idempotency-Key was used before for another request.")


def is_key(key: str) -> bool:
    """Whether this may be a key at all."""
    return bool(key) and len(key) <= KEY_MAX and key.isprintable()


def digest(body: object) -> bytes:
    """A digest of ``body`` that does not depend on the order of its fields."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).digest()


@transactional
def once(
    *, account: str, route: str, key: str, body: object, now: datetime, produce: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """Answer a request once: ``produce`` runs in this transaction, and its 2xx answer is kept with the key.

    A concurrent twin waits at the unique index and then gets the same answer. An error rolls the key back too.

    Returns
    -------
    ((status, answer), repeated)

    Raises
    ------
    IdempotencyKeyMissing
        Without a key, or with one longer than 120 characters.
    IdempotencyMismatch
        When the key was used for another body.
    """
    if not is_key(key):
        raise IdempotencyKeyMissing
    body_digest = digest(body)
    with prepared_cursor() as cursor:
        cursor.execute(CLAIM_SQL, [account, route, key, body_digest, now])
        inserted = cursor.fetchone()
    if inserted is None:
        row = IdempotencyKey.objects.get(account=account, route=route, key=key)
        if bytes(row.body_digest) != body_digest:
            raise IdempotencyMismatch
        return (row.status or 200, row.answer or {}), True
    status, answer = produce()
    with prepared_cursor() as cursor:
        cursor.execute(KEEP_SQL, [status, json.dumps(answer), inserted[0]])
    return (status, answer), False


def keys_forget(*, now: datetime) -> int:
    """Keys older than :data:`KEPT` are deleted; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()[0]
