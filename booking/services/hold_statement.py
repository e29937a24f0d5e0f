"""The one statement that decides about a number and writes it: ``booking_hold`` in the database.

Its text is ``booking/migrations/0014_hold.sql``; ``docs/adr/0013`` says why the hot path is SQL and where each
of its rules stands besides.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction

from booking.domain.errors import SoldOut
from booking.selectors.limits import limits
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.codes import code_8, code_12
from hospital.common.policy import policy
from hospital.common.sql import LoneStatement

LAST_NUMBER_GONE = "FL409"
"""What the statement raises when somebody else took the last number after it had looked: then it looks again."""
LOOKS = 3

STATEMENT = LoneStatement("""
SELECT outcome, appointment_id, slot_id, session_id, patient_id, account_id, fee_fen, pay_by, answer
FROM booking_hold(%(slot)s, %(patient_code)s, %(token)s, %(account)s, %(patient)s, %(kind)s, %(actor)s, %(name)s,
    %(now)s, %(pay_by)s, %(day_begins)s, %(code)s, %(checkin)s, %(device)s, %(per_department)s, %(departments)s,
    %(per_account)s, %(unpaid)s, %(per_device)s, %(per_payer)s, %(route)s, %(key)s, %(digest)s, %(answer)s, %(own)s)
""")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is answered once: by whose token, for which of the account's patients, under which key."""

    token_digest: bytes
    patient_code: str
    route: str
    key: str
    body_digest: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the statement said.

    ``verdict`` is ``held``; ``repeated`` or ``mismatch`` for a key that was used before; or why not:
    ``unknown_patient`` (or a token that is nobody's), ``unknown_slot``, ``not_open``, ``sold_out``, ``banned``,
    ``already_booked``, ``departments``, ``account``, ``unpaid``, ``device``, ``payer``. ``answer`` is JSON.
    """

    code: str
    checkin_code: str
    verdict: str
    appointment_id: int
    slot_id: int
    session_id: int
    patient_id: int
    account_id: int | None
    fee_fen: int
    pay_by: datetime
    answer: str


def hold(
    *,
    slot_code: str,
    actor: Actor,
    now: datetime,
    patient_id: int | None = None,
    account_id: int | None = None,
    device_index: bytes | None = None,
    request: Request | None = None,
) -> Outcome:
    """Run the statement: for a patient by key, or for a ``request``, which names account and patient itself."""
    rules = policy()
    pay_by = now + timedelta(minutes=rules.hold_min)
    code, checkin_code = code_12(), code_8()
    arguments: dict[str, Any] = {
        "slot": slot_code,
        "patient": patient_id,
        "account": account_id,
        "kind": actor.kind,
        "actor": actor.user_id,
        "name": actor.name,
        "now": now,
        "pay_by": pay_by,
        "code": code,
        "checkin": checkin_code,
        "device": device_index,
        **limits(rules, now),
        "patient_code": request and request.patient_code,
        "token": request and request.token_digest,
        "route": request and request.route,
        "key": request and request.key,
        "digest": request and request.body_digest,
        "answer": request and json.dumps({"code": code, "state": "held", "pay_by": clock.stated(pay_by)}),
    }
    return Outcome(code, checkin_code, *_run(arguments))


def _run(arguments: dict[str, Any]) -> tuple[Any, ...]:
    for _look in range(LOOKS):
        try:
            return _once(arguments)
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", "") != LAST_NUMBER_GONE:
                raise
    raise SoldOut(slot=arguments["slot"])


def _once(arguments: dict[str, Any]) -> tuple[Any, ...]:
    """In a transaction of its own, or behind a savepoint of the caller's."""
    if transaction.get_connection().in_atomic_block:
        with transaction.atomic():
            return STATEMENT.row(arguments)
    return STATEMENT.row(arguments)
