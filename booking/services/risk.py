"""Against scalpers: signals are written down, and whoever has many proves that no robot is at work.

Everything is decided from rows of the database: with Valkey down nothing of it is weaker.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from altcha.v1 import ChallengeOptions, create_challenge, verify_solution
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction

from booking.domain.errors import ChallengeRequired
from booking.domain.risk import Facts, Signal, signals
from booking.locks import lock_account, lock_payer
from booking.models import Appointment, RiskSignal, SpentChallenge
from booking.selectors.risk import (
    accounts_active,
    payer_patients,
    payer_people_besides,
    risk_facts,
    risk_score,
)
from hospital.common import jobs
from hospital.common.crypto import blind_index
from hospital.common.policy import policy
from hospital.common.transactions import transactional
from hospital.models import User

CHALLENGE_MIN = 5
WORK = 60_000
"""Numbers to try at most: about a second of a phone, for every single number that is held."""
PROOF_MAX = 1_000
KEPT = timedelta(days=1)
ACTIVE = timedelta(hours=1)
ADDRESS_S, ADDRESS_STEP = 600, 100


def risk_check(*, user: User, proof: str, now: datetime) -> None:
    """Before a patient's account asks for a number: one that looks like a robot's has to bring a proof of work.

    Holding a number, entering a draw and joining a waitlist ask for it; staff are not asked. Part of the same
    transaction: the proof is spent with what it was for, and only with it.

    Raises
    ------
    ChallengeRequired
        With a fresh challenge, when a proof is missing, wrong, too old, another account's or spent.
    """
    if not _is_asked(user, now):
        return
    salt = _salt_of_valid(proof, user.pk, now) if proof else None
    if salt is None or not _spend(salt, now):
        raise ChallengeRequired(challenge=challenge_new(account_id=user.pk, now=now))


def _is_asked(user: User, now: datetime) -> bool:
    return user.role == "patient" and risk_score(account_id=user.pk, now=now) >= policy().challenge_from_score


def challenge_new(*, account_id: int, now: datetime) -> dict[str, Any]:
    """A challenge for one account, valid for minutes; solving it takes a machine about a second."""
    made = create_challenge(
        ChallengeOptions(
            algorithm="SHA-256",
            max_number=WORK,
            hmac_key=_key(),
            expires=now + timedelta(minutes=CHALLENGE_MIN),
            params={"for": _owner(account_id)},
        )
    )
    return dict(made.to_dict())


def challenge_wanted(*, user: User, now: datetime) -> dict[str, Any] | None:
    """A challenge for the page, when this account will need one."""
    return challenge_new(account_id=user.pk, now=now) if _is_asked(user, now) else None


def _salt_of_valid(proof: str, account_id: int, now: datetime) -> str | None:
    """The salt of a right solution that is this account's and not too old; the expiry goes by our own clock."""
    try:
        given = json.loads(base64.b64decode(proof, validate=True)) if len(proof) <= PROOF_MAX else None
    except (ValueError, binascii.Error):
        return None
    if not isinstance(given, dict) or not all(isinstance(given.get(name), str) for name in _TEXTS):
        return None
    if type(given.get("number")) is not int:
        return None
    try:
        is_right, _why = verify_solution(proof, _key(), check_expires=False)
    except (ValueError, TypeError, KeyError):
        return None
    facts = parse_qs(given["salt"].partition("?")[2])
    expires = facts.get("expires", ["0"])[0]
    is_fresh = expires.isdigit() and now < datetime.fromtimestamp(int(expires), UTC)
    is_own = facts.get("for") == [_owner(account_id)]
    return str(given["salt"]) if is_right and is_fresh and is_own else None


_TEXTS = ("algorithm", "challenge", "salt", "signature")


def _spend(salt: str, now: datetime) -> bool:
    """Whether this proof was not used before; a twin that is under way makes this wait."""
    try:
        with transaction.atomic():
            SpentChallenge.objects.create(salt=salt[:120], spent_at=now)
    except IntegrityError:
        return False
    return True


def _key() -> str:
    return blind_index("altcha", settings.SECRET_KEY).hex()


def _owner(account_id: int) -> str:
    return blind_index("challenge", str(account_id)).hex()[:16]


def risk_look(now: datetime) -> int:
    """Look at the accounts that booked lately and write down what is noticeable; forget old proofs."""
    SpentChallenge.objects.filter(spent_at__lt=now - KEPT).delete()
    active = accounts_active(since=now - ACTIVE)
    found = {account: _signals(facts) for account, facts in risk_facts(account_ids=active, now=now).items()}
    noticeable = [account for account, signs in found.items() if signs]
    done = jobs.each(
        "note signals",
        noticeable,
        lambda account: signals_note(account_id=account, found=found[account], now=now),
    )
    return len(done)


@transactional
def signals_note(*, account_id: int, found: Iterable[Signal], now: datetime) -> None:
    """Write signals down, each kind once for an account; seen again, it counts from now."""
    lock_account(account_id)
    _write(account_id, found, now)


def _signals(facts: Facts) -> list[Signal]:
    return signals(facts, payer_limit=policy().patients_per_payer_30_days)


def _write(account_id: int, found: Iterable[Signal], now: datetime) -> None:
    for one in found:
        RiskSignal.objects.update_or_create(
            account_id=account_id,
            kind=one.kind,
            defaults={"weight": one.weight, "at": now, "data": {"count": one.count}},
        )


def address_tried(*, account_id: int, address: str, now: datetime) -> None:
    """Count a try to book from an address; so many within minutes are a weak signal for the account that tries.

    The count lives in the cache, under a keyed digest, for minutes: nothing is decided by it, and with Valkey down
    every process counts for itself.
    """
    key = f"tries.{blind_index('address', address).hex()[:32]}"
    cache.add(key, 0, ADDRESS_S)
    try:
        tries = cache.incr(key)
    except ValueError:  # it ran out just now
        return
    if tries % ADDRESS_STEP == 0:
        signals_note(account_id=account_id, found=_signals(Facts(address_tries=tries)), now=now)


def payer_noticed(*, account_id: int | None, now: datetime) -> None:
    """After a payment: a payer of as many people as may be is noted at once, in the payment's own transaction."""
    if account_id is None:
        return
    people = payer_patients(account_ids=[account_id], now=now).get(account_id, 0)
    _write(account_id, _signals(Facts(payer_patients=people)), now)


def payer_over(*, appointment: Appointment, payer_index: bytes, now: datetime) -> str:
    """That a payer paid for as many other people as may be, in words; nothing while there are fewer.

    A new account has no payer before its first payment. What the desk gave is not limited.
    """
    if appointment.account_id is None:
        return ""
    lock_payer(payer_index)
    limit = policy().patients_per_payer_30_days
    people = payer_people_besides(payer_index=payer_index, patient_id=appointment.patient_id, now=now)
    return f"this payer paid for {people} other people in 30 days, at most {limit}" if people >= limit else ""
