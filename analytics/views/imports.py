"""Bringing a hospital's history in: the file, what its columns mean, the check, and then all of it or nothing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics.cards.plans import names_of
from analytics.domain.errors import ImportRefused, RowError
from analytics.domain.mapping_files import mapping_as_toml
from analytics.forms.uploads import HistoryFileForm, MappingForm
from analytics.models import HistoryUpload
from analytics.selectors.uploads import (
    imports_lately,
    mapping_by_id,
    mappings_saved,
    upload_by_code,
    upload_progress,
    uploads_open,
)
from analytics.services.faults import faults_csv
from analytics.services.mappings import mapping_for, mapping_save
from analytics.services.upload_parts import upload_faults, upload_sample
from analytics.services.uploads import upload_check, upload_discard, upload_keep, upload_take
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.downloads import CSV, download
from hospital.common.errors import DomainError
from hospital.common.views import manage_page, managers_only, signed_in

FAULTS_SHOWN = 50
ROWS_SHOWN = 4
READING = frozenset({"checking", "taking"})


@managers_only
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """What came in so far, and the way to bring a file."""
    if request.method == "GET":
        return _list(request)
    form = HistoryFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, error=form.first_error(), status=400)
    file, actor = form.cleaned_data["file"], Actor.of(signed_in(request))
    try:
        upload = upload_keep(name=file.name, pieces=file.chunks(), actor=actor, now=clock.now())
    except ImportRefused as refused:
        return _list(request, error=_said(refused.errors[0]), status=refused.status)
    except DomainError as refused:
        return _list(request, error=translated(refused), status=refused.status)
    return redirect("analytics:import", code=upload.code)


@managers_only
@require_safe
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """One file: what its columns mean, how far the worker is, what it found."""
    found = upload_by_code(code)
    return _page(request, found)


@managers_only
@require_POST
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Read the whole file by this mapping, and take nothing in."""
    found = upload_by_code(code)
    form = _form(found, request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=400)
    actor, now, name = Actor.of(signed_in(request)), clock.now(), form.cleaned_data["save_as"]
    try:
        tables = form.tables()
        upload_check(code=code, tables=tables, start=form.cleaned_data["start_date"], actor=actor, now=now)
        if name:
            mapping_save(name=name, tables=tables, actor=actor, now=now)
    except DomainError as error:
        return _page(request, upload_by_code(code), form=form, error=translated(error), status=error.status)
    return redirect("analytics:import", code=code)


@managers_only
@require_POST
def take(request: HttpRequest, code: str) -> HttpResponse:
    """Take the checked file in."""
    upload_take(code=code, actor=Actor.of(signed_in(request)), now=clock.now())
    return redirect("analytics:import", code=code)


@managers_only
@require_POST
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Forget the file."""
    upload_discard(code=code, actor=Actor.of(signed_in(request)), now=clock.now())
    return redirect("analytics:imports")


@managers_only
@require_safe
def progress(request: HttpRequest, code: str) -> HttpResponse:
    """How far the worker is, asked for every second; at the end the page is loaded again."""
    found = upload_by_code(code)
    context = {"upload": found, "progress": upload_progress(found)}
    response = render(request, "analytics/_import_progress.html", context)
    if found.state not in READING:
        response["HX-Refresh"] = "true"
    return response


@managers_only
@require_safe
def faults(request: HttpRequest, code: str) -> HttpResponse:
    """What is wrong with the file, row by row, to mend it by."""
    found = upload_by_code(code)
    errors = upload_faults(found)
    content = faults_csv(errors, found.report.get("errors", len(errors)), _)
    return download(f"errors-{found.code}.csv", content, CSV)


@managers_only
@require_safe
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """A mapping as a file, for the command or for another hospital."""
    saved = mapping_by_id(pk)
    return download("mapping.toml", mapping_as_toml(saved.tables), "application/toml; charset=utf-8")


def _list(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "open": uploads_open(),
        "batches": imports_lately(),
        "mappings": mappings_saved(),
        "form": HistoryFileForm(),
        "error": error,
    }
    return manage_page(request, "analytics/imports.html", "imports", context, status=status)


def _form(found: HistoryUpload, data: Any = None) -> MappingForm:
    names, rows = upload_sample(found)
    tables = found.tables
    if not tables and (saved := mapping_for(names)):
        tables = saved.tables
    return MappingForm(data, names=names, rows=rows, tables=tables)


def _page(request: HttpRequest, found: HistoryUpload, *, status: int = 200, **extra: Any) -> HttpResponse:
    context: dict[str, Any] = {"upload": found, "reading": found.state in READING, "report": found.report}
    if found.state in READING:
        context["progress"] = upload_progress(found)
    elif found.state not in {"taken", "discarded"}:
        names, rows = upload_sample(found)
        context |= {"form": _form(found), "names": names, "rows": rows[:ROWS_SHOWN]}
    if found.report.get("experts"):
        known = names_of().keys()
        context["strangers"] = sorted(set(found.report["experts"]) - known)
        context["strange_departments"] = sorted(set(found.report["departments"]) - known)
    if found.state == "refused":
        errors = upload_faults(found)[:FAULTS_SHOWN]
        context["faults"] = [{"line": each.line, "text": _said(each, line=False)} for each in errors]
    return manage_page(request, "analytics/import.html", "imports", context | extra, status=status)


def _said(error: RowError, *, line: bool = True) -> str:
    text = _(error.reason) % error.params
    return _("Line %(line)s: %(text)s") % {"line": error.line, "text": text} if line else text
