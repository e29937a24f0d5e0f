"""Rows of a CSV file in whatever encoding and with whatever separator a hospital's system writes it."""

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper
from itertools import chain
from pathlib import Path

from analytics.domain.errors import ImportRefused, RowError
from hospital.common.errors import gettext_noop

LONGEST_FIELD = 10_000
LONGEST_LINE = 1_000_000
LINES_MAX = 1 << 40
COLUMNS_MAX = 500
TOO_WIDE = gettext_noop("more than %(columns)s columns")
CHUNK = 1 << 16
SEPARATORS = ",\t;|"
REPORTED_EVERY = 1000
FEW_NULS = 3
"""In UTF-16 each comma has a NUL, always in the same half; in other text a NUL is damage."""
Cells = tuple[int, Sequence[str]]
Reached = Callable[[float], None]
"""Is told how much of the file is read, from 0 to 1."""

_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "gb18030": "GB18030"}


def csv_rows(
    path: Path, reached: Reached, encoding: str = "", last: int = LINES_MAX
) -> Iterator[Cells | RowError]:
    """The rows that are not blank, each with the line where it begins; one that is no CSV ends the file.

    Raises
    ------
    ImportRefused
        When the file is in no encoding that it could be in, or not in the one that is said.
    """
    csv.field_size_limit(LONGEST_FIELD)
    size = max(1, path.stat().st_size)
    with path.open("rb") as raw:
        file = TextIOWrapper(raw, encoding_of(path, encoding), newline="")
        line, told = 1, 0
        try:
            lines = _Lines(file)
            first = next(lines, "")
            reader = csv.reader(chain([first], lines), strict=True, delimiter=_separator(first))
            for cells in reader:
                lines.of_row = 0
                if any(cells[COLUMNS_MAX:]):
                    yield RowError(line, TOO_WIDE, columns=COLUMNS_MAX)
                    return
                if reader.line_num >= told + REPORTED_EVERY:
                    told = reader.line_num
                    reached(raw.tell() / size)
                if any(cells):
                    yield line, cells
                line = reader.line_num + 1
                if line > last:
                    return
        except csv.Error as error:
            yield RowError(line, gettext_noop("not a row of CSV: %(error)s"), error=str(error))
        except UnicodeDecodeError:
            yield RowError(line, gettext_noop("not UTF-16 text"))


class _Lines:
    """Lines as the file has them; a line, or a row of many lines, without end would be read into the memory whole."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file
        self.of_row = 0
        """Characters read since the last row was whole."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_LINE)
        self.of_row += len(line)
        if self.of_row >= LONGEST_LINE:
            message = "a line longer than a million characters"
            raise csv.Error(message)
        if not line:
            raise StopIteration
        return line


def _separator(header: str) -> str:
    return max(SEPARATORS, key=header.count)


def encoding_of(path: Path, said: str = "") -> str:
    """UTF-8, UTF-16 or GB18030; a UTF-8 file with a damaged row is refused, not read as gibberish.

    Raises
    ------
    ImportRefused
        With the first row that is in neither encoding, or not in the one that is ``said``.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(_UTF32):
        raise ImportRefused((RowError(1, gettext_noop("UTF-32 text: save it as UTF-8")),))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    halves = {offset % 2 for offset, byte in enumerate(start) if not byte}
    if said == "utf-16" or (start.count(b"\0") >= FEW_NULS and len(halves) == 1):
        return "utf-16-be" if halves == {0} else "utf-16-le"
    utf8 = said == "utf-8" or start.startswith(codecs.BOM_UTF8)
    for encoding in ["utf-8-sig"] if utf8 else ["gb18030"] if said else ["utf-8-sig", "gb18030"]:
        line, foreign = _undecodable(path, encoding)
        if not line:
            return encoding
        if utf8 or said or (foreign and encoding == "utf-8-sig"):
            break
        reason = gettext_noop("neither UTF-8 nor GB18030 text")
    else:
        raise ImportRefused((RowError(line, reason),))
    raise ImportRefused((RowError(line, gettext_noop("not %(encoding)s text"), encoding=_NAMES[encoding]),))


def _undecodable(path: Path, encoding: str) -> tuple[int, bool]:
    """The first line that is not in this encoding, or 0; and whether a line before it is more than ASCII."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, foreign = 1, False
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = bytes(error.object[: error.start])
                whole = before[: before.rfind(b"\n") + 1]
                return lines + before.count(b"\n"), foreign or not whole.isascii()
            if not chunk:
                return 0, foreign
            lines += chunk.count(b"\n")
            foreign = foreign or not chunk.isascii()
