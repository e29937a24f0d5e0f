"""Random public handles: never a primary key, hard to guess, easy to read aloud."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters without look-alikes (0 O, 1 I L)."""


def random_code(length: int) -> str:
    """Return ``length`` random characters (4.95 bits each)."""
    number = secrets.randbelow(len(ALPHABET) ** length)
    characters = []
    for _place in range(length):
        number, place = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[place])
    return "".join(characters)


def code_8() -> str:
    """A code a person types: check-in codes, 39 bits."""
    return random_code(8)


def code_12() -> str:
    """A public handle in addresses: 59 bits."""
    return random_code(12)


def code_20() -> str:
    """An unguessable link that needs no sign-in: 99 bits."""
    return random_code(20)
