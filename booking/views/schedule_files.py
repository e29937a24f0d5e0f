"""Recurring periods in and out as files: looked at first, then taken in as a whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking.domain.schedule_files import COLUMNS, HEADERS, RowError, column_of
from booking.forms.schedules import PeriodsFileForm
from booking.services.schedule_files import (
    as_csv,
    as_workbook,
    templates_import,
    templates_rows,
)
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import manage_page, managers_only, signed_in

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ERRORS_SHOWN = 100


@managers_only
@require_http_methods(["GET", "POST"])
def templates_in(request: HttpRequest) -> HttpResponse:
    """A file is looked at, and what it would do is shown; pressing again takes it in."""
    context: dict[str, Any] = {"columns": COLUMNS, "headers": HEADERS}
    status = 200
    if request.method == "POST":
        try:
            wanted = PeriodsFileForm(request.POST, request.FILES).wanted()
            result = templates_import(**wanted, actor=Actor.of(signed_in(request)), now=clock.now())
        except DomainError as error:
            return _page(request, context | {"error": translated(error)}, error.status)
        if not wanted["dry_run"] and not result.errors:
            text = _("%(added)s periods added, %(changed)s changed, %(same)s as before.")
            counts = {"added": result.added, "changed": result.changed, "same": result.same}
            messages.success(request, text % counts)
            return redirect("booking:schedule-templates")
        named = {column_of(name): name.strip() for name in next(iter(wanted["rows"]), [])}
        shown = [
            {"error": one, "column": named.get(one.column, one.column), "text": _reason(one)}
            for one in result.errors[:ERRORS_SHOWN]
        ]
        context |= {"result": result, "shown": shown, "content": as_csv(wanted["rows"]).decode("utf-8-sig")}
        status = 422 if result.errors else 200
    return _page(request, context, status)


@managers_only
@require_safe
def templates_out(request: HttpRequest, kind: str) -> HttpResponse:
    """All recurring periods as CSV or XLSX, as the import takes them."""
    rows = templates_rows(department=request.GET.get("department", ""))
    content = as_workbook(rows) if kind == "xlsx" else as_csv(rows)
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="schedule.{kind}"'
    return response


def _reason(error: RowError) -> str:
    return _(error.reason) % dict(error.params)


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    return manage_page(request, "booking/schedule_import.html", "schedule", context, status=status)
