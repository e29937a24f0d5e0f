"""A hospital's history file: CSV or XLSX, canonical or through a mapping, read row by row."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from analytics.domain.errors import Fault, ImportRefused, RowError
from analytics.domain.mappings import HistoryMapping, translator
from analytics.domain.visits import FIELDS, REQUIRED, VisitRow, visit_of_fields
from analytics.services.text_files import LINES_MAX, Cells, csv_rows
from analytics.services.workbooks import OLD, OLD_EXCEL, xlsx_rows
from hospital.common import clock
from hospital.common.errors import gettext_noop

SAMPLE_LINES = 10_000
"""Somebody waits for a sample: what begins after so many blank lines is not in it."""
SAMPLE_CELL = 200
LONGEST_NAME = 200
UNREADABLE = gettext_noop("this row cannot be read")
logger = logging.getLogger(__name__)
_BREAKS = re.compile(r"\s*[\r\n]+\s*")
"""In a column's name; a browser would send them back otherwise than they were."""


@dataclass(slots=True)
class HistoryFile:
    """A file with the mapping to read it by; ``rows`` reads it from the start each time."""

    path: Path
    mapping: HistoryMapping | None = None
    start: date | None = None
    reached: float = 0.0
    """How much of the file is read, from 0 to 1."""

    def rows(self) -> Iterator[tuple[int, VisitRow | RowError]]:
        """Every row with its line number: a checked visit, or what is wrong with it."""
        cells = self.cells()
        names = _header(next(cells, None))
        _check_header(names, self.mapping)
        translate = translator(self.mapping, self.start) if self.mapping else dict
        for found in cells:
            yield _checked(found, names, translate)

    def sample(self, rows: int) -> tuple[list[str], list[Sequence[str]]]:
        """The header and the first rows that can be read, for somebody to look at.

        Raises
        ------
        ImportRefused
            When it is no table.
        """
        cells = self.cells(lines=SAMPLE_LINES)
        names = _header(next(cells, None))
        found = [one[1] for one in islice(cells, rows) if not isinstance(one, RowError)]
        return names, [[cell[:SAMPLE_CELL] for cell in row] for row in found]

    def cells(self, lines: int = LINES_MAX) -> Iterator[Cells | RowError]:
        """The rows as they stand in the first ``lines`` of the file, the header first."""
        self.reached = 0.0
        with self.path.open("rb") as file:
            start = file.read(4)
        if start == OLD_EXCEL:
            raise ImportRefused((RowError(1, OLD),))
        if start == b"PK\x03\x04" or self.path.suffix.lower() == ".xlsx":
            return xlsx_rows(self.path, self._reach, lines)
        return csv_rows(self.path, self._reach, self.mapping.encoding if self.mapping else "", lines)

    def _reach(self, share: float) -> None:
        self.reached = share


def _header(found: Cells | RowError | None) -> list[str]:
    if isinstance(found, RowError):
        raise ImportRefused((found,))
    if found is None:
        raise ImportRefused((RowError(1, gettext_noop("the file is empty")),))
    names = [_BREAKS.sub(" ", name.replace("\0", "")).strip() for name in found[1]]
    if longest := next((name for name in names if len(name) > LONGEST_NAME), ""):
        reason = gettext_noop("the name of a column is longer than %(longest)s characters: %(text)s")
        raise ImportRefused((RowError(1, reason, longest=LONGEST_NAME, text=longest),))
    return names


def _checked(
    found: Cells | RowError,
    names: Sequence[str],
    translate: Callable[[Mapping[str, str]], dict[str, str]],
) -> tuple[int, VisitRow | RowError]:
    if isinstance(found, RowError):
        return found.line, found
    line, cells = found
    if len(cells) != len(names):
        reason = gettext_noop("%(found)s fields where the header has %(expected)s")
        return line, RowError(line, reason, found=len(cells), expected=len(names))
    try:
        fields = translate(dict(zip(names, cells, strict=True)))
        return line, visit_of_fields(fields, clock.zone())
    except Fault as fault:
        return line, RowError(line, fault.reason, **fault.params)
    except (ArithmeticError, LookupError, TypeError, ValueError):  # else the worker tries the file for ever
        logger.exception("line %s cannot be read", line)
        return line, RowError(line, UNREADABLE)


def _check_header(names: Sequence[str], mapping: HistoryMapping | None) -> None:
    if mapping:
        missing = sorted(mapping.headers - set(names))
    else:
        missing = [name for name in REQUIRED if name not in names]
        if not {"registered_at", "started_at"} & set(names):
            missing.append("registered_at or started_at")
    wanted = mapping.headers if mapping else FIELDS
    repeated = sorted({name for name in names if names.count(name) > 1 and name in wanted})
    for reason, found in (
        (gettext_noop("the header lacks %(names)s"), missing),
        (gettext_noop("the header repeats %(names)s"), repeated),
    ):
        if found:
            raise ImportRefused((RowError(1, reason, names=", ".join(found)),))
