"""How a new screen joins: it shows six signs, a manager types them. No address is typed on a television."""

import secrets
from datetime import datetime, timedelta

from hospital.common.codes import random_code
from hospital.common.transactions import transactional
from queueing.domain.screen_errors import PairingUnknown, TooManyPairings
from queueing.models import ScreenPairing
from queueing.selectors.screens import token_digest

CODE_LENGTH = 6
CODE_HOLDS = timedelta(minutes=15)
OPEN_MAX = 2000
"""More than any one address can have waiting (:data:`queueing.views.screens.CODES_PER_MIN`)."""
SECRET_BYTES = 24


@transactional
def pairing_begin(*, now: datetime) -> tuple[ScreenPairing, str]:
    """A code for somebody to type, and the secret that becomes the screen's token once that is done.

    Raises
    ------
    TooManyPairings (``too_many_pairings``)
        When more codes wait than any hospital hangs up screens.
    """
    ScreenPairing.objects.filter(expires_at__lte=now).delete()
    if ScreenPairing.objects.count() >= OPEN_MAX:
        raise TooManyPairings
    secret = secrets.token_urlsafe(SECRET_BYTES)
    pairing = ScreenPairing.objects.create(
        code=random_code(CODE_LENGTH),
        token_digest=token_digest(secret),
        created_at=now,
        expires_at=now + CODE_HOLDS,
    )
    return pairing, secret


def pairing_use(*, code: str, now: datetime) -> bytes:
    """The digest of the secret behind ``code``, which is used up; part of the caller's transaction.

    Raises
    ------
    PairingUnknown (``pairing_unknown``)
        When no screen shows that code, or not any longer.
    """
    plain = "".join(code.split()).replace("-", "").upper()
    pairing = ScreenPairing.objects.select_for_update().filter(code=plain, expires_at__gt=now).first()
    if pairing is None:
        raise PairingUnknown(field="pairing")
    pairing.delete()
    return bytes(pairing.token_digest)
