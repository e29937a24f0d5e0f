"""A walk-in who pays with a phone: the code to scan, the wait for the money, then the ticket."""

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from booking import selectors as booking
from booking import services as booking_services
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import signed_in
from queueing import selectors, services
from queueing.forms import PaidAddress
from queueing.views.desk.cards import Card, Refusal, refused, respond
from queueing.views.desk.pages import staff
from queueing.views.desk.people import person
from queueing.views.desk.ticket_cards import ticket_card


@staff
@require_GET
def walk_in(request: HttpRequest, code: str) -> HttpResponse:
    """A walk-in in hand: its ticket, or where its payment stands."""
    ticket = selectors.ticket_code_of_walk_in(walk_in_id=booking.walk_in_by_code(code=code).pk)
    if ticket:
        done = "registered" if PaidAddress.read(request.GET)["paid"] else ""
        return respond(request, ticket_card(ticket, done=done))
    return respond(request, paying_card(code))


@staff
@require_GET
def walk_in_state(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the money came; asked every two seconds while the code is shown."""
    found = booking.walk_in_by_code(code=code)
    ticket = selectors.ticket_code_of_walk_in(walk_in_id=found.pk)
    context = {"walk_in": found, "has_ticket": bool(ticket)}
    response = render(request, "queueing/_desk_paying_state.html", context)
    response["X-Region"] = "desk"
    return response


@staff
@require_POST
def walk_in_code(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the provider for the code to scan; asked again it is the same order."""
    return respond(request, paying_card(code, show_code=True))


@staff
@require_POST
def walk_in_cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Give the number back before it is paid; money that comes all the same is refunded."""
    found = booking.walk_in_by_code(code=code)
    try:
        services.walk_in_give_up(
            walk_in_id=found.pk, reason="not paid", actor=Actor.of(signed_in(request)), now=clock.now()
        )
    except DomainError as error:
        ticket = selectors.ticket_code_of_walk_in(walk_in_id=found.pk)
        if ticket:
            refusal = Refusal(what=_("Not cancelled"), why=_("It has just been paid."))
            return respond(request, ticket_card(ticket, refusal=refusal))
        refusal = refused(error, what=_("Not cancelled"), rest=_("Nothing has been changed."))
        return respond(request, paying_card(code, refusal=refusal, status=error.status))
    return respond(request, paying_card(code))


def paying_card(
    code: str, *, show_code: bool = False, refusal: Refusal | None = None, status: int = 200
) -> Card:
    """What is to be paid, by when, and the code to scan if the provider gave one."""
    found = booking.walk_in_by_code(code=code)
    image: SafeString | str = ""
    payment = booking.walk_in_open_payment(found)
    if show_code and payment:
        try:
            image = scannable(booking_services.payment_pay_url(payment_code=payment, now=clock.now()))
        except DomainError as error:
            refusal, status = Refusal(what=_("No code to scan"), why=translated(error)), error.status
    context: dict[str, Any] = {
        "walk_in": found,
        "person": person(found.patient),
        "provider": booking.provider_label(found.payments.all()[0].provider) if found.payments.all() else "",
        "image": image,
        "refusal": refusal,
    }
    return Card("paying", context, status=status)


def scannable(address: str) -> SafeString:
    """A pay address as a QR code with its quiet margin."""
    svg = segno.make(address, error="m").svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(svg)  # noqa: S308 - a drawing of squares, made here
