"""What is looked up by: the blind index of a phone, the digest of a token."""

import hashlib

from hospital.common.crypto import blind_index

PHONE_PURPOSE = "phone"


def phone_index(phone: str) -> bytes:
    """The keyed digest of a canonical phone number."""
    return blind_index(PHONE_PURPOSE, phone)


def token_digest(token: str) -> bytes:
    """What is kept of a token: it is random enough (256 bits) that a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).digest()
