"""Reading what a provider wrote: words and amounts are checked, never trusted. Raises ValueError."""

import hashlib
import re
from decimal import Decimal, InvalidOperation

WORD_MAX = 64
_YUAN = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?")


def word(value: object) -> str:
    """A number or name of at most 64 printable ASCII characters."""
    if not isinstance(value, str) or len(value) > WORD_MAX or not value.isascii() or not value.isprintable():
        raise ValueError("not a word")
    return value


def whole(value: object) -> int:
    """A whole number that is no truth value."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("not a whole number")
    return value


def fen_of_yuan(value: object) -> int:
    """An amount written in yuan with at most two decimals, in fen and without any float in between.

    >>> fen_of_yuan("50.00"), fen_of_yuan("0.1"), fen_of_yuan("-7")
    (5000, 10, -700)
    """
    if not isinstance(value, str) or not _YUAN.fullmatch(value):
        raise ValueError("not an amount in yuan")
    try:
        return int(Decimal(value) * 100)
    except InvalidOperation as error:  # pragma: no cover - the pattern leaves none
        raise ValueError("not an amount in yuan") from error


def yuan_of_fen(amount_fen: int) -> str:
    """An amount in yuan as providers want it.

    >>> yuan_of_fen(5000), yuan_of_fen(7)
    ('50.00', '0.07')
    """
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def short(text: str) -> str:
    """A notice's number as it is kept: longer ones by their digest, so that two never become one."""
    return text if len(text) <= WORD_MAX else hashlib.sha256(text.encode()).hexdigest()
