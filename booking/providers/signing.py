"""Signatures as payment providers use them: SHA-256 with RSA over lines ended by a newline."""

import base64
import binascii
import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


def signed_lines(*parts: str | bytes) -> bytes:
    """The bytes under a signature: every part and a newline after each."""
    return b"".join((part.encode() if isinstance(part, str) else part) + b"\n" for part in parts)


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """The Base64 signature of ``message``."""
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def verifies(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether ``signature`` was made over ``message`` with the private half of ``key``."""
    try:
        decoded = base64.b64decode(signature, validate=True)
        key.verify(decoded, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def key_serial(key: RSAPublicKey) -> str:
    """A short name of a public key."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:16].upper()


def private_key(path: Path) -> RSAPrivateKey:
    """Read an RSA private key. Raises OSError or ValueError."""
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{path.name} holds no RSA key")
    return key


def public_key(path: Path) -> RSAPublicKey:
    """Read an RSA public key. Raises OSError or ValueError."""
    key = serialization.load_pem_public_key(path.read_bytes())
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"{path.name} holds no RSA key")
    return key
