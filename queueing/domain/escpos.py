"""A paper slip as the bytes that a receipt printer takes (ESC/POS); nothing here knows what the slip says.

Why this is our own and no library: ``docs/adr/0025``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from queueing.domain.charsets import encoded, width, wrapped

COLUMNS: Final = (32, 48)
"""Letters in a line of 58 mm and of 80 mm paper."""
SIZE_MAX: Final = 8

_RESET, _CUT = b"\x1b@", b"\x1dVB\x00"
_CHINESE_ON, _UTF8_ON = b"\x1c&", b"\x1c(C\x02\x000\x02"
_CENTRED = b"\x1ba\x01"
_BOLD, _LIGHT = b"\x1bE\x01", b"\x1bE\x00"
_FEED: Final = b"\x1bd"
ASK_PAPER: Final = b"\x10\x04\x04"
"""DLE EOT 4: how much paper is left? A printer that can answers with one byte at once."""
_NO_PAPER: Final = 0b0110_0000


@dataclass(frozen=True, slots=True)
class Line:
    """Text, broken where the paper ends; ``size`` is times as wide and as high, made smaller where it does not fit."""

    text: str
    size: int = 1
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code, which the printer draws itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


Part = Line | Code | Rule


def receipt(parts: Iterable[Part], *, columns: int, encoding: str) -> bytes:
    r"""A whole slip: reset, its parts centred one under the other, fed out and cut.

    Parameters
    ----------
    parts : iterable of Part
        From the top.
    columns : int
        One of :data:`COLUMNS`.
    encoding : str
        One of :data:`ENCODINGS`.

    Returns
    -------
    bytes
        To be sent to the printer as they are.

    Examples
    --------
    >>> receipt([Line("A17", size=2)], columns=32, encoding="gb18030")
    b'\x1b@\x1c&\x1ba\x01\x1bE\x00\x1d!\x11A17\n\x1bd\x04\x1dVB\x00'
    """
    body = b"".join(_part(part, columns, encoding) for part in parts)
    mode = _UTF8_ON if encoding == "utf8" else _CHINESE_ON
    return _RESET + mode + _CENTRED + body + _FEED + b"\x04" + _CUT


def _part(part: Part, columns: int, encoding: str) -> bytes:
    if isinstance(part, Code):
        return _sized(1) + _qr(part.text.encode(), dots=6 if columns < COLUMNS[1] else 8) + b"\n"
    if isinstance(part, Rule):
        return _LIGHT + _sized(1) + b"-" * columns + b"\n"
    size = max(1, min(part.size, SIZE_MAX, columns // max(1, width(part.text, encoding))))
    lines = wrapped(part.text, columns // size, encoding)
    text = b"".join(b"".join(encoded(one, encoding) for one in line) + b"\n" for line in lines)
    return (_BOLD if part.bold else _LIGHT) + _sized(size) + text


def _sized(times: int) -> bytes:
    return b"\x1d!" + bytes([(times - 1) << 4 | (times - 1)])


def _qr(data: bytes, *, dots: int) -> bytes:
    """GS ( k: model 2, so many dots a module, correction M, store, print."""

    def command(function: int, *arguments: int, more: bytes = b"") -> bytes:
        body = bytes([0x31, function, *arguments]) + more
        return b"\x1d(k" + len(body).to_bytes(2, "little") + body

    return (
        command(65, 50, 0)
        + command(67, dots)
        + command(69, 49)
        + command(80, 48, more=data)
        + command(81, 48)
    )


def out_of_paper(answer: bytes) -> bool:
    r"""What a printer answered to :data:`ASK_PAPER`; nothing, or nothing sensible, means that nothing is known.

    Parameters
    ----------
    answer : bytes
        One byte, or none.

    Returns
    -------
    bool
        True when the roll has ended.

    Notes
    -----
    Bits 5 and 6 are set at the end of the roll, bits 2 and 3 near it; bits 1 and 4 are always set, 0 and 7 never.

    Examples
    --------
    >>> out_of_paper(b"\x12"), out_of_paper(b"\x72"), out_of_paper(b""), out_of_paper(b"\xff")
    (False, True, False, False)
    """
    if not answer or answer[0] & 0b1001_0011 != 0b0001_0010:
        return False
    return bool(answer[0] & _NO_PAPER)
