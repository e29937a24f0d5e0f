"""Sealed personal data: encrypted at rest, found again through a keyed blind index.

AES-GCM through ``cryptography``; the keys come from ``FIELD_KEY`` and ``INDEX_KEY`` in the settings, so a copy of
the database alone tells nothing about identity numbers or phones.
"""

import hashlib
import hmac
import os
from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


@cache
def _cipher(key: str) -> AESGCM:
    return AESGCM(hashlib.sha256(b"fenliu field " + key.encode()).digest())


def seal(text: str) -> bytes:
    """Encrypt ``text``; every call gives other bytes."""
    return seal_bytes(text.encode())


def seal_bytes(content: bytes) -> bytes:
    """Encrypt ``content``; every call gives other bytes."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(settings.FIELD_KEY).encrypt(nonce, content, None)


def unseal(sealed: bytes | memoryview) -> str:
    """Decrypt what :func:`seal` made. Raises ``cryptography.exceptions.InvalidTag`` when it was changed."""
    return unseal_bytes(sealed).decode()


def unseal_bytes(sealed: bytes | memoryview) -> bytes:
    """Decrypt what :func:`seal_bytes` made. Raises ``cryptography.exceptions.InvalidTag`` when it was changed."""
    data = bytes(sealed)
    return _cipher(settings.FIELD_KEY).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None)


def blind_index(purpose: str, text: str) -> bytes:
    """A keyed digest (32 bytes) to look ``text`` up by; equal texts of one purpose give equal digests."""
    message = f"{purpose}\0{text}".encode()
    return hmac.digest(settings.INDEX_KEY.encode(), message, "sha256")
