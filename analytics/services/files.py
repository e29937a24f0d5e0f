"""Reading a hospital's history file: CSV in UTF-8 or GB18030, or XLSX, canonical or through a mapping."""

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zipfile import BadZipFile

from analytics.domain.errors import ImportRefused, RowError
from analytics.domain.mappings import HistoryMapping, mapping_of_toml, translator
from analytics.domain.visits import FIELDS, REQUIRED, VisitRow, visit_of_fields
from hospital.common import clock

MAPPINGS = Path(__file__).resolve().parent.parent / "mappings"
LONGEST_FIELD = 10_000
Cells = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A file with the mapping to read it by; ``rows`` reads it from the start each time."""

    path: Path
    mapping: HistoryMapping | None = None
    start: date | None = None

    def rows(self) -> Iterator[tuple[int, VisitRow | RowError]]:
        """Every row with its line number: a checked visit, or what is wrong with it."""
        cells = _xlsx_rows(self.path) if self.path.suffix.lower() == ".xlsx" else _csv_rows(self.path)
        header = next(cells, None)
        if isinstance(header, RowError):
            raise ImportRefused((header,))
        if header is None:
            raise ImportRefused((RowError(1, "the file is empty"),))
        names = [name.strip() for name in header[1]]
        _check_header(names, self.mapping)
        translate = translator(self.mapping, self.start) if self.mapping else dict
        for found in cells:
            yield _checked(found, names, translate)


def mapping_named(name: str) -> HistoryMapping:
    """The mapping of that name among those shipped, or of that file.

    Raises
    ------
    ValueError
        When there is none, or it cannot be read.
    """
    shipped = MAPPINGS / f"{name}.toml"
    path = shipped if shipped.is_file() else Path(name)
    try:
        return mapping_of_toml(path.read_text("utf-8"))
    except OSError as error:
        known = ", ".join(sorted(found.stem for found in MAPPINGS.glob("*.toml")))
        raise ValueError(f"no mapping '{name}': name a file, or one of {known}") from error


def _checked(
    found: Cells | RowError,
    names: Sequence[str],
    translate: Callable[[Mapping[str, str]], dict[str, str]],
) -> tuple[int, VisitRow | RowError]:
    if isinstance(found, RowError):
        return found.line, found
    line, cells = found
    if len(cells) != len(names):
        return line, RowError(line, f"{len(cells)} fields where the header has {len(names)}")
    try:
        fields = translate(dict(zip(names, cells, strict=True)))
        return line, visit_of_fields(fields, clock.zone())
    except ValueError as error:
        return line, RowError(line, str(error))


def _check_header(names: Sequence[str], mapping: HistoryMapping | None) -> None:
    if mapping:
        missing = sorted(mapping.headers - set(names))
    else:
        missing = [name for name in REQUIRED if name not in names]
        if not {"registered_at", "started_at"} & set(names):
            missing.append("registered_at or started_at")
    repeated = sorted({name for name in names if names.count(name) > 1 and (mapping or name in FIELDS)})
    if missing:
        raise ImportRefused((RowError(1, f"the header lacks {', '.join(missing)}"),))
    if repeated:
        raise ImportRefused((RowError(1, f"the header repeats {', '.join(repeated)}"),))


def _csv_rows(path: Path) -> Iterator[Cells | RowError]:
    encoding = _encoding(path)
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, strict=True)
        line = 1
        try:
            for cells in reader:
                if cells:
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            yield RowError(line, f"not a row of CSV: {error}")


def _encoding(path: Path) -> str:
    """UTF-8 or GB18030; a UTF-8 file with a damaged row is refused, not read as gibberish.

    Raises
    ------
    ImportRefused
        With the first row that is in neither encoding.
    """
    line = 0
    seen_utf8 = False
    with path.open("rb") as file:
        for line, text in enumerate(file, start=1):
            if text.isascii():
                continue
            if line == 1 and text.startswith(codecs.BOM_UTF8):
                seen_utf8 = True
            try:
                text.decode("utf-8")
            except UnicodeDecodeError:
                if seen_utf8:
                    raise ImportRefused((RowError(line, "not UTF-8 text"),)) from None
                break
            seen_utf8 = True
        else:
            return "utf-8-sig"
    return _gb18030(path)


def _gb18030(path: Path) -> str:
    with path.open("rb") as file:
        for line, text in enumerate(file, start=1):
            try:
                text.decode("gb18030")
            except UnicodeDecodeError:
                raise ImportRefused((RowError(line, "neither UTF-8 nor GB18030 text"),)) from None
    return "gb18030"


def _xlsx_rows(path: Path) -> Iterator[Cells | RowError]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
    except (BadZipFile, InvalidFileException, KeyError, IndexError, OSError, ValueError):
        raise ImportRefused((RowError(1, "not a readable XLSX file"),)) from None
    width = 0
    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_cell(value) for value in row]
        if not any(cells):
            continue
        width = width or _used(cells)
        padded = cells[:width] + [""] * (width - len(cells))
        yield line, padded + [cell for cell in cells[width:] if cell]
    book.close()


def _used(cells: Sequence[str]) -> int:
    return max(index for index, cell in enumerate(cells, start=1) if cell)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
