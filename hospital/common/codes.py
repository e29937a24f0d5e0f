"""Random public handles: never a primary key, hard to guess, easy to read aloud."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters without look-alikes (0 O, 1 I L)."""
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]


def random_code(length: int) -> str:
    """Return ``length`` random characters (4.95 bits each)."""
    number = secrets.randbelow(len(_PAIRS) ** ((length + 1) // 2))
    pairs = []
    for _place in range(0, length, 2):
        number, place = divmod(number, len(_PAIRS))
        pairs.append(_PAIRS[place])
    return "".join(pairs)[:length]


def code_8() -> str:
    """A code a person types: check-in codes, 39 bits."""
    return random_code(8)


def code_12() -> str:
    """A public handle in addresses: 59 bits."""
    return random_code(12)


def code_20() -> str:
    """An unguessable link that needs no sign-in: 99 bits."""
    return random_code(20)
