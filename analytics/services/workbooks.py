"""Rows of an Excel workbook's first sheet, as text, read while it is unpacked."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.domain.errors import ImportRefused, RowError
from analytics.services.text_files import COLUMNS_MAX, LINES_MAX, REPORTED_EVERY, TOO_WIDE, Cells, Reached
from analytics.services.unpacking import Unpacked, UnpacksTooMuch
from hospital.common.errors import gettext_noop

if TYPE_CHECKING:
    from openpyxl import Workbook

ROWS_MAX = 1_048_576
SHEET_MAX = 4_000_000_000
IN_MEMORY_MAX = 64_000_000
"""Shared texts, styles and the like, unpacked: they are read whole."""

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
OLD = gettext_noop("an old or a locked Excel file: save it as XLSX without a password, or as CSV")
NOT_XLSX = gettext_noop("not a readable XLSX file")
TOO_LARGE = gettext_noop("an XLSX file that unpacks to more than can be read: save it as CSV")


def xlsx_rows(path: Path, reached: Reached, last: int = LINES_MAX) -> Iterator[Cells | RowError]:
    """The rows that are not blank, each with its number in the sheet.

    Raises
    ------
    ImportRefused
        When it is no workbook, is locked, or would unpack to more than can be read.
    """
    with closing(_opened(path)) as book:
        sheet, width = book.worksheets[0], 0
        rows = max(1, min(sheet.max_row or ROWS_MAX, ROWS_MAX))
        read = enumerate(sheet.iter_rows(values_only=True), start=1)
        line = 0
        while True:
            try:
                line, row = next(read)
            except StopIteration:
                return
            except UnpacksTooMuch:
                yield RowError(line + 1, TOO_LARGE)
                return
            except Exception:  # noqa: BLE001 - damaged inside, as only reading shows: whatever it is called
                yield RowError(line + 1, NOT_XLSX)
                return
            if line > last:
                return
            if line > ROWS_MAX:
                yield RowError(line, NOT_XLSX)
                return
            if line % REPORTED_EVERY == 0:
                reached(line / rows)
            beyond = row[COLUMNS_MAX:]
            if beyond.count(None) < len(beyond):
                yield RowError(line, TOO_WIDE, columns=COLUMNS_MAX)
                return
            cells = [_cell(value) for value in row[:COLUMNS_MAX]]
            if any(cells):
                width = width or _used(cells)
                padded = cells[:width] + [""] * (width - len(cells))
                yield line, padded + [cell for cell in cells[width:] if cell]


def _opened(path: Path) -> "Workbook":
    try:
        packed = Unpacked(path)
    except Exception as error:
        raise ImportRefused((RowError(1, NOT_XLSX),)) from error
    try:
        return _read(path, packed)
    except ImportRefused:
        packed.close()
        raise
    except Exception as error:  # locked, no sheet, entities without end: somebody else's file
        packed.close()
        reason = TOO_LARGE if isinstance(error, UnpacksTooMuch) else NOT_XLSX
        raise ImportRefused((RowError(1, reason),)) from error


def _read(path: Path, packed: Unpacked) -> "Workbook":
    from openpyxl.reader.excel import ExcelReader

    sizes = {each.filename: each.file_size for each in packed.infolist()}
    others = sum(size for name, size in sizes.items() if not name.startswith("xl/worksheets/"))
    if others > IN_MEMORY_MAX or sum(sizes.values()) > SHEET_MAX:
        raise ImportRefused((RowError(1, TOO_LARGE),))
    reader = ExcelReader(path, read_only=True, data_only=True, keep_links=False)
    reader.archive.close()
    reader.archive = packed
    reader.read()
    book: Workbook = reader.wb
    book.worksheets[0]
    return book


def _used(cells: Sequence[str]) -> int:
    return max(index for index, cell in enumerate(cells, start=1) if cell)


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return _rounded(value).isoformat(sep=" ")
    if isinstance(value, time):
        return _rounded(datetime.combine(date(1900, 1, 1), value)).time().isoformat()
    if isinstance(value, timedelta):
        return str(timedelta(seconds=round(value.total_seconds())))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _rounded(moment: datetime) -> datetime:
    """To the second: a sheet keeps parts of a day, and 08:30:40 may come as 08:30:39.999."""
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
