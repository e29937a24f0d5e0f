"""Random public handles: never a primary key, hard to guess, easy to read aloud."""

import os

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters without look-alikes (0 O, 1 I L)."""
_LETTER_OF = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNEVEN = bytes(range(256 - 256 % len(ALPHABET), 256))
"""Bytes that would make some letters likelier than others."""


def random_code(length: int) -> str:
    """Return ``length`` random characters (4.95 bits each)."""
    code = b""
    while len(code) < length:
        code += os.urandom(2 * length).translate(_LETTER_OF, _UNEVEN)
    return code[:length].decode()


def code_8() -> str:
    """A code a person types: check-in codes, 39 bits."""
    return random_code(8)


def code_12() -> str:
    """A public handle in addresses: 59 bits."""
    return random_code(12)


def code_20() -> str:
    """An unguessable link that needs no sign-in: 99 bits."""
    return random_code(20)
