"""The two key pairs, made once: the gateway's own and the one it hands to the merchant."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

BITS = 2048


@dataclass(frozen=True, slots=True)
class GatewayKeys:
    """What the gateway holds: its own private key, and the public half of the merchant's."""

    private: RSAPrivateKey
    merchant_public: RSAPublicKey


def keys_ensure(folder: Path) -> GatewayKeys:
    """Load the keys of `folder`, making what is missing; only the owner can read the private ones."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = _pair_ensure(folder, "gateway")
    merchant = _pair_ensure(folder, "merchant")
    return GatewayKeys(private, merchant.public_key())


def _pair_ensure(folder: Path, name: str) -> RSAPrivateKey:
    path = folder / f"{name}-private.pem"
    if not path.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
        _write_once(
            path,
            made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
            0o600,
        )
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"{path.name} holds no RSA key")
    public = folder / f"{name}-public.pem"
    if not public.exists():
        _write_once(
            public,
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            0o644,
        )
    return key


def _write_once(path: Path, data: bytes, mode: int) -> None:
    """Write beside, then link into place: of two processes that start together, one key wins."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
