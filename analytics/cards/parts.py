"""What a card of the dashboard is made of; page, CSV and workbook show the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _

from analytics.domain.intervals import is_noise

Chart = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in files and its heading on the page; one without heading stands in files only."""

    key: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value for files with its text for the page. ``span`` 0: the cell before covers it."""

    value: float | str | None = None
    text: str = "–"
    look: str = ""
    span: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A line: its heading, what files call it, and its cells."""

    key: str
    label: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Card:
    """A finding with its chart, its table and how it was worked out; without rows ``empty`` says why."""

    slug: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    chart: Chart
    note: str
    empty: str = ""
    wide: bool = False

    @property
    def shown_columns(self) -> list[Column]:
        """Those of the page."""
        return [column for column in self.columns if column.label]

    @property
    def shown_rows(self) -> list[tuple[str, list[Cell]]]:
        """The rows of the page."""
        return [
            (
                row.label,
                [
                    cell
                    for column, cell in zip(self.columns[1:], row.cells, strict=True)
                    if column.label and cell.span
                ],
            )
            for row in self.rows
        ]

    @property
    def chart_id(self) -> str:
        """The element that holds the chart's figures."""
        return f"{self.slug}-chart"


def number(value: float | None, digits: int = 0, look: str = "") -> Cell:
    """A number, or a dash."""
    if value is None:
        return Cell()
    return Cell(value, minus(floatformat(value, digits)), look)


def signed(value: float, digits: int = 0, look: str = "") -> Cell:
    """A difference with its sign."""
    return Cell(value, signed_text(value, digits), look)


def signed_text(value: float, digits: int = 0) -> str:
    """+3, −30, 0."""
    text = minus(floatformat(value, digits))
    return text if text.startswith("−") or text == floatformat(0, digits) else f"+{text}"


def look_of(difference: float | None, error: float | None) -> str:
    """Less is better; what is noise, or rounds to nothing, is neither."""
    if is_noise(difference, error) or not round(difference or 0.0, 1):
        return "noise"
    return "better" if (difference or 0.0) < 0 else "worse"


def minus(text: str) -> str:
    """A real minus sign; none before a zero."""
    bare = text.removeprefix("-")
    if bare == text:
        return text
    return f"−{bare}" if bare.strip("0.,") else bare


def percent(share: float | None, look: str = "") -> Cell:
    """A share from 0 to 1 as percent; files hold the share."""
    return Cell() if share is None else Cell(share, f"{floatformat(100 * share, 0)}%", look)


def hidden(shown: int, files: int = 0) -> list[Cell]:
    """Cells of a group too small to be shown: one text over those of the page."""
    text = Cell(None, _("under 10, not shown"), "suppressed", shown)
    return [*(Cell(span=0) for _turn in range(files)), text, *(Cell(span=0) for _turn in range(shown - 1))]


def series(name: str, look: str, values: Sequence[float | None], **more: Any) -> dict[str, Any]:
    """What the chart draws in one colour; more than needed to look at is rounded away."""
    return {"name": name, "look": look, "values": rounded(values), **more}


def rounded(values: Sequence[float | None]) -> list[float | None]:
    """To three digits after the point."""
    return [None if value is None else round(value, 3) for value in values]
