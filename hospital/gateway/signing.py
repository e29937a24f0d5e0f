"""Signatures of the gateway's side: SHA-256 with RSA (PKCS#1 v1.5) over lines ended by a newline."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

SCHEME = "FENLIU-SHA256-RSA2048"
TOLERANCE_S = 300
_FIELD = re.compile(r'([a-z_]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a merchant's Authorization header says."""

    merchant: str
    serial: str
    timestamp: int
    nonce: str
    signature: str


def lines(*parts: bytes | str) -> bytes:
    """The bytes that are signed: every part followed by a newline, the last one too."""
    return b"".join((part.encode() if isinstance(part, str) else part) + b"\n" for part in parts)


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """The Base64 signature of a message."""
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def verifies(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether the signature was made over the message with the private half of the key."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def serial(key: RSAPublicKey) -> str:
    """A short name of a public key, so that each side sees at once when the other uses another key."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:16].upper()


def credentials(header: str) -> Credentials | None:
    """Read `SCHEME merchant="..",nonce="..",signature="..",..`; None if it is not that."""
    scheme, _, rest = header.partition(" ")
    fields = dict(_FIELD.findall(rest))
    if scheme != SCHEME or not {"merchant", "nonce", "signature", "timestamp", "serial"} <= set(fields):
        return None
    if not re.fullmatch(r"[0-9]{1,12}", fields["timestamp"]) or not re.fullmatch(
        r"\w{8,64}", fields["nonce"]
    ):
        return None
    return Credentials(
        fields["merchant"], fields["serial"], int(fields["timestamp"]), fields["nonce"], fields["signature"]
    )
