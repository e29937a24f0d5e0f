"""Text as a receipt printer can take it: sign by sign in its character set, broken where the paper ends."""

import unicodedata
from typing import Final

MISSING: Final = "〓"
"""Printed for a character that the printer cannot have: the mark that Chinese and Japanese typesetters use."""

_CHARSETS: Final = {
    "gb18030": ("gb18030", 2),
    "gb18030_full": ("gb18030", 4),
    "gb2312": ("gb2312", 2),
    "utf8": ("utf-8", 4),
}
"""``name: (codec, longest character in bytes)``."""
ENCODINGS: Final = tuple(_CHARSETS)
_ALIKE: Final = {"¥": "￥", "\u00a0": " ", "–": "-", "’": "'", "‘": "'"}
"""Instead of characters that take four bytes in GB18030, which most printers show as rubbish, or that a font lacks."""


def encoded(character: str, encoding: str) -> bytes:
    r"""One character as a printer of this encoding takes it.

    Parameters
    ----------
    character : str
        A single character.
    encoding : str
        One of :data:`ENCODINGS`.

    Returns
    -------
    bytes
        Nothing for control characters: text never becomes a command. A letter with an accent that the printer lacks
        loses the accent; any other character it lacks becomes :data:`MISSING`.

    Examples
    --------
    >>> encoded("王", "gb18030"), encoded("A", "gb18030"), encoded("\x1b", "gb18030")
    (b'\xcd\xf5', b'A', b'')
    >>> encoded("ñ", "gb18030"), encoded("𬭚", "gb18030") == encoded("〓", "gb18030")
    (b'n', True)
    >>> encoded("𬭚", "gb18030_full").hex(), encoded("¥", "gb18030") == encoded("￥", "gb18030")
    ('9933aa34', True)
    """
    if unicodedata.category(character) in {"Cc", "Cf", "Cs"}:
        return b""
    codec, longest = _CHARSETS[encoding]
    plain = unicodedata.normalize("NFKD", character)[:1]
    for one in (_ALIKE.get(character, character), plain if plain.isascii() else MISSING, MISSING):
        try:
            found = one.encode(codec)
        except UnicodeEncodeError:
            continue
        if len(found) <= longest:
            return found
    return b"?"


def width(text: str, encoding: str) -> int:
    """How many columns a text takes: Chinese characters two, as the printer draws them.

    Parameters
    ----------
    text : str
        What is printed.
    encoding : str
        One of :data:`ENCODINGS`.

    Returns
    -------
    int
        Columns.

    Examples
    --------
    >>> width("A17 王芳", "gb18030"), width("A17 王芳", "utf8")
    (8, 8)
    """
    return sum(_wide(character, encoding) for character in text)


def _wide(character: str, encoding: str) -> int:
    size = len(encoded(character, encoding))
    if encoding == "utf8" and size:
        return 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return min(size, 2)


def wrapped(text: str, columns: int, encoding: str) -> list[str]:
    """Break a text into lines: between words, inside Chinese text anywhere but before a closing mark.

    Parameters
    ----------
    text : str
        What is printed.
    columns : int
        In one line, at least 2.
    encoding : str
        One of :data:`ENCODINGS`.

    Returns
    -------
    list of str
        At least one line.

    Examples
    --------
    >>> wrapped("Scan to see the queue", 12, "gb18030")
    ['Scan to see', 'the queue']
    >>> wrapped("扫码看排队，不用登录", 10, "gb18030")
    ['扫码看排', '队，不用登', '录']
    """
    lines, line = [], ""
    for word in _words(text):
        if line and width((line + word).rstrip(), encoding) > columns:
            lines.append(line.rstrip())
            line = ""
        for character in word if line else word.lstrip():
            if line and width((line + character).rstrip(), encoding) > columns:
                lines.append(line.rstrip())
                line = ""
            line += character
    return [*lines, line.rstrip()]


_CLOSING: Final = "，。、；：！？）》」”’,.;:!?)"


def _words(text: str) -> list[str]:
    """What stays together: a Latin word with the space after it, a Chinese character with its closing marks."""
    words: list[str] = []
    for character in text:
        latin = character.isascii() and not character.isspace()
        after_latin = bool(words) and words[-1][-1:].isascii() and not words[-1][-1:].isspace()
        if words and (character in _CLOSING or character.isspace() or (latin and after_latin)):
            words[-1] += character
        else:
            words.append(character)
    return words
