"""Files that pages and commands hand out."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import HttpResponse
from django.utils.http import content_disposition_header

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_bytes(rows: Iterable[Sequence[object]], *, for_spreadsheet: bool = True) -> bytes:
    """A table in UTF-8, with the mark by which spreadsheets know it; scripts do not expect one.

    Texts that somebody else wrote are to be ``quoted`` before: no cell may be a formula.
    """
    table = StringIO(newline="")
    csv.writer(table).writerows(rows)
    return table.getvalue().encode("utf-8-sig" if for_spreadsheet else "utf-8")


def download(name: str, content: str | bytes, content_type: str) -> HttpResponse:
    """A file to be kept under this name."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": disposition or ""}
    )
