"""Slips at the desk: where they are printed, what became of them, and printing one again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.errors import DomainError
from queueing import selectors, services
from queueing.forms import PrinterChoiceForm, TicketActionForm
from queueing.models import PrintJob
from queueing.selectors.printers import prints_failed
from queueing.views.desk.cards import Card, refused, respond
from queueing.views.desk.once import once_code
from queueing.views.desk.pages import staff
from queueing.views.desk.printer import printer_code, printer_remembered
from queueing.views.desk.ticket_cards import ticket_card
from queueing.views.print_words import why_not_printed


@staff
@require_POST
def printer_choose(request: HttpRequest) -> HttpResponse:
    """Where the slips of this desk come out from now on: there, or from its browser."""
    form = PrinterChoiceForm(request.POST)
    chosen = form.cleaned_data["printer"] if form.is_valid() else ""
    return printer_remembered(redirect("queueing:desk"), chosen)


@staff
@require_POST
def reprint(request: HttpRequest) -> HttpResponse:
    """One more slip from the desk's printer, which says that it is one more."""
    form = TicketActionForm(request.POST)
    if not form.is_valid():
        return respond(request, Card("empty", status=400))
    code = form.cleaned_data["ticket"]

    def made(actor: Actor) -> PrintJob:
        return services.slip_reprint(
            code=code, printer_code=printer_code(request), actor=actor, now=clock.now()
        )

    try:
        once_code(request, form, made)
    except DomainError as error:
        refusal = refused(error, what=_("Not printed"), rest=_("Nothing has been changed."))
        return respond(request, ticket_card(code, refusal=refusal, status=error.status))
    return respond(request, ticket_card(code, done="reprinted"))


@staff
@require_GET
def print_state(request: HttpRequest, code: str) -> HttpResponse:
    """What became of a slip; asked every second until it is known."""
    job = selectors.print_job(code=code)
    return _part(request, "queueing/_desk_print.html", {"slip": job, "why": why_not_printed(job.error)})


@staff
@require_GET
def prints(request: HttpRequest) -> HttpResponse:
    """Slips that did not come out and nobody printed again."""
    return _part(request, "queueing/_desk_prints.html", {"failed": prints_failed(now=clock.now())})


def _part(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    response = render(request, template, context)
    response["X-Region"] = "desk"
    return response
