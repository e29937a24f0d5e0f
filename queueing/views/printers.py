"""The managers' page of receipt printers and kiosks: add, change, print a test page, say where a kiosk prints."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.views import manage_page, managers_only, signed_in
from queueing import services
from queueing.forms import KioskSetForm, PrinterForm
from queueing.selectors.kiosks import kiosk_by_code, kiosks_all
from queueing.selectors.printers import (
    printer_by_code,
    printers_in_use,
    printers_lines,
    prints_of_printer,
)
from queueing.views.print_words import why_not_printed


def _page(request: HttpRequest, form: PrinterForm | None = None, *, status: int = 200) -> HttpResponse:
    since = datetime.combine(clock.today(), time(), tzinfo=clock.zone())
    lines = printers_lines(since=since)
    context: dict[str, Any] = {
        "lines": [(line, why_not_printed(line.printer.last_error)) for line in lines],
        "kiosks": kiosks_all(),
        "in_use": printers_in_use(),
        "form": form or PrinterForm(label_suffix=""),
    }
    return manage_page(request, "queueing/printers.html", "printers", context, status=status)


@managers_only
@require_safe
def printers(request: HttpRequest) -> HttpResponse:
    """Every printer and kiosk with how it does."""
    return _page(request)


@managers_only
@require_POST
def printer_add(request: HttpRequest) -> HttpResponse:
    """A new printer."""
    form = PrinterForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, form, status=422)
    made = services.printer_add(values=form.values(), actor=Actor.of(signed_in(request)), now=clock.now())
    messages.success(request, _("Printer “%(name)s” added. Print a test page.") % {"name": made.name})
    return redirect("queueing:printer", made.code)


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def printer(request: HttpRequest, code: str) -> HttpResponse:
    """One printer: its form and its last slips."""
    found = printer_by_code(code=code)
    form = PrinterForm(request.POST or None, instance=printer_by_code(code=code), label_suffix="")
    if request.method == "POST" and form.is_valid():
        services.printer_change(
            printer_id=found.pk, values=form.values(), actor=Actor.of(signed_in(request)), now=clock.now()
        )
        messages.success(request, _("Saved."))
        return redirect("queueing:printer", code)
    rows = [(job, why_not_printed(job.error)) for job in prints_of_printer(printer_id=found.pk)]
    context = {"printer": found, "form": form, "rows": rows, "why": why_not_printed(found.last_error)}
    status = 422 if form.is_bound else 200
    return manage_page(request, "queueing/printer.html", "printers", context, status=status)


@managers_only
@require_POST
def printer_try(request: HttpRequest, code: str) -> HttpResponse:
    """Print a test page."""
    services.printer_try(
        printer_id=printer_by_code(code=code).pk,
        language=get_language() or "zh-hans",
        actor=Actor.of(signed_in(request)),
        now=clock.now(),
    )
    messages.success(request, _("The test page is on its way."))
    return redirect("queueing:printer", code)


@managers_only
@require_POST
def kiosk_set(request: HttpRequest, code: str) -> HttpResponse:
    """Where a kiosk stands and where it prints."""
    kiosk, form = kiosk_by_code(code=code), KioskSetForm(request.POST)
    if form.is_valid():
        services.kiosk_set(
            kiosk_id=kiosk.pk,
            place=form.cleaned_data["place"],
            printer_code=form.cleaned_data["printer"],
            actor=Actor.of(signed_in(request)),
            now=clock.now(),
        )
        messages.success(request, _("Saved."))
    return redirect("queueing:printers")
