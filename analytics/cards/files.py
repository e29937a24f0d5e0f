"""Cards as files: a table as CSV, all of them as the sheets of a workbook. What is hidden on the page is empty here."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from analytics.cards.board import Board
from analytics.cards.parts import Card
from booking.domain.cells import quoted
from hospital.common.downloads import CSV, XLSX, csv_bytes, download

SHEET_NAME_LONGEST = 31
DIGITS = 4
Value = float | str | None


def lines_of(card: Card) -> Iterable[list[Value]]:
    """The table as values, its heading first; a number stays a number."""
    yield [column.key for column in card.columns]
    for row in card.rows:
        yield [file_value(row.key), *(file_value(cell.value) for cell in row.cells)]


def file_value(value: Value) -> Value:
    """A cell as files have it: no text is a formula, and figures are rounded."""
    if isinstance(value, str):
        return quoted(value)
    return round(value, DIGITS) if isinstance(value, float) else value


def csv_of(card: Card) -> HttpResponse:
    """One table."""
    return download(f"{card.slug}.csv", csv_bytes(lines_of(card), for_spreadsheet=False), CSV)


def workbook_of(cards: Iterable[Card], board: Board) -> HttpResponse:
    """A first sheet that says what was chosen, then one for each card."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _cover(book.create_sheet(_("Choice")), board)
    for card in cards:
        sheet = book.create_sheet(card.slug[:SHEET_NAME_LONGEST])
        sheet.append([quoted(card.title)])
        for line in lines_of(card):
            sheet.append(line)
        sheet.append([quoted(card.note)])
    out = BytesIO()
    book.save(out)
    chosen = board.chosen
    name = f"fenliu-{chosen.first.isoformat()}-{chosen.last.isoformat()}.xlsx"
    return download(name, out.getvalue(), XLSX)


def _cover(sheet: Any, board: Board) -> None:
    chosen = board.chosen
    for label, value in (
        (_("From"), chosen.first.isoformat()),
        (_("To"), chosen.last.isoformat()),
        (_("Department"), board.name(chosen.department) or _("All")),
        (_("Expert"), board.name(chosen.expert) or _("All")),
        (_("Weekday"), chosen.weekday or _("All")),
    ):
        sheet.append([label, quoted(value) if isinstance(value, str) else value])
    sheet.append([_("Groups of fewer than 10 patients are left empty.")])
