"""Recurring periods in and out as files: looked at first, then taken in as a whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking.domain.schedule_columns import COLUMNS, HEADERS, column_of
from booking.domain.schedule_files import RowError
from booking.forms.addresses import DepartmentAddress
from booking.forms.schedules import PeriodsFileForm
from booking.services.schedule_files import ImportResult, as_workbook, templates_import, templates_rows
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.downloads import CSV, XLSX, csv_bytes, download
from hospital.common.errors import DomainError
from hospital.common.views import manage_page, managers_only, signed_in

TYPES = {"csv": CSV, "xlsx": XLSX}
ERRORS_SHOWN = 100


@managers_only
@require_http_methods(["GET", "POST"])
def templates_in(request: HttpRequest) -> HttpResponse:
    """A file is looked at, and what it would do is shown; pressing again takes it in."""
    if request.method == "GET":
        return _page(request, {}, 200)
    try:
        wanted = PeriodsFileForm(request.POST, request.FILES).wanted()
        result = templates_import(**wanted, actor=Actor.of(signed_in(request)), now=clock.now())
    except DomainError as error:
        return _page(request, {"error": translated(error)}, error.status)
    if wanted["dry_run"] or result.errors:
        return _page(request, _preview(wanted["rows"], result), 422 if result.errors else 200)
    text = _("%(added)s periods added, %(changed)s changed, %(same)s as before.")
    counts = {"added": result.added, "changed": result.changed, "same": result.same}
    messages.success(request, text % counts)
    return redirect("booking:schedule-templates")


def _preview(rows: list[list[str]], result: ImportResult) -> dict[str, Any]:
    """What taking the file in would do, what is wrong with it, and the file itself, to be sent once more."""
    named = {column_of(name): name.strip() for name in next(iter(rows), [])}
    shown = [
        {"error": one, "column": named.get(one.column, one.column), "text": _reason(one)}
        for one in result.errors[:ERRORS_SHOWN]
    ]
    return {"result": result, "shown": shown, "content": csv_bytes(rows).decode("utf-8-sig")}


@managers_only
@require_safe
def templates_out(request: HttpRequest, kind: str) -> HttpResponse:
    """All recurring periods as CSV or XLSX, as the import takes them."""
    rows = templates_rows(department=DepartmentAddress.read(request.GET)["department"])
    content = as_workbook(rows) if kind == "xlsx" else csv_bytes(rows)
    return download(f"schedule.{kind}", content, TYPES[kind])


def _reason(error: RowError) -> str:
    return _(error.reason) % dict(error.params)


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    context = {"columns": COLUMNS, "headers": HEADERS, **context}
    return manage_page(request, "booking/schedule_import.html", "schedule", context, status=status)
