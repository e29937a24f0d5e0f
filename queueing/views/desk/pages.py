"""The desk's page and what it finds. Finding changes nothing, but is posted: names and IDs stay out of addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from booking import selectors as booking
from hospital.common import clock
from hospital.common.errors import NotFound
from hospital.common.roles import DESK
from hospital.common.views import role_required
from hospital.models import User
from queueing.forms import DOCUMENTS, FindForm, PatientChoiceForm, Recognised, recognised
from queueing.selectors.numbers import ticket_code_of_number
from queueing.views.desk.cards import (
    Card,
    Refusal,
    chip_of,
    new_card,
    patient_card,
    respond,
)
from queueing.views.desk.people import person
from queueing.views.desk.sessions import sessions_view
from queueing.views.desk.ticket_cards import ticket_card
from queueing.views.regions import region_response

if TYPE_CHECKING:
    from booking.models import Patient

staff = role_required(*DESK)


@staff
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The page with nothing in hand."""
    return respond(request, Card("empty"))


@staff
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """The sessions of the day alone."""
    return region_response(request, sessions_view())


@staff
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Whatever was scanned or typed."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return respond(request, Card("empty"))
    return respond(request, found(form.cleaned_data["q"]))


@staff
@require_POST
def patient(request: HttpRequest) -> HttpResponse:
    """One of several people was chosen."""
    form = PatientChoiceForm(request.POST)
    if not form.is_valid():
        return redirect("queueing:desk")
    chosen = booking.patient_for_user(user=cast("User", request.user), code=form.cleaned_data["patient"])
    seen = Recognised("name", chosen.name)
    return respond(
        request, patient_card(chosen, seen=seen, namesakes=len(booking.patients_find(name=chosen.name)))
    )


@staff
@require_GET
def new_patient(request: HttpRequest) -> HttpResponse:
    """An empty form for somebody whom the hospital does not know yet."""
    return respond(request, new_card())


@staff
@require_GET
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """A ticket in hand."""
    return respond(request, ticket_card(code))


@staff
@require_GET
def appointment(request: HttpRequest, code: str) -> HttpResponse:
    """A booking in hand, with the person whose it is."""
    found = booking.appointment_for_user(user=cast("User", request.user), code=code)
    return respond(request, patient_card(found.patient, appointment=found))


@staff
@require_GET
def slip(request: HttpRequest, code: str) -> HttpResponse:
    """The paper ticket, for printing without scripts."""
    return render(request, "queueing/desk_slip.html", ticket_card(code).context)


def found(typed: str) -> Card:
    """The card for what was scanned or typed."""
    seen = recognised(typed)
    if seen.kind == "digits":
        return _nothing(seen, _("The number is incomplete."), what=_("Check the number"))
    if not seen.valid:
        return _nothing(
            seen, _("This number cannot be right. Please check every digit."), what=_("Check the number")
        )
    if seen.kind == "ticket":
        return _ticket(seen)
    if seen.kind in {"code", "qr"}:
        return _booked(seen, typed)
    if seen.kind == "number":
        return _number(seen)
    return _people(seen)


def _ticket(seen: Recognised) -> Card:
    try:
        return ticket_card(seen.value)
    except NotFound:
        return _nothing(seen, _("No ticket has this code."))


def _number(seen: Recognised) -> Card:
    code = ticket_code_of_number(number=seen.value, now=clock.now())
    if code is None:
        return _nothing(seen, _("No ticket of today has this number."))
    return ticket_card(code)


def _booked(seen: Recognised, typed: str) -> Card:
    """An appointment by its code; what only looks like a code may still be a passport, a phone or a name."""
    appointments = booking.appointments_find(code=seen.value)
    if len(appointments) == 1:
        return patient_card(appointments[0].patient, seen=seen, appointment=appointments[0])
    if seen.kind == "code" and not appointments:
        permit = "taiwan" if seen.value.isdigit() else "passport"
        for kind, by in ((permit, "id_number"), ("phone", "phone"), ("name", "name")):
            people = booking.patients_find(**{by: typed if kind == "name" else seen.value})
            if people:
                return _chosen(Recognised(kind, typed), people)
    return _nothing(seen, _("No appointment has this code."))


def _people(seen: Recognised) -> Card:
    by = "id_number" if seen.kind in DOCUMENTS else seen.kind
    people = booking.patients_find(**{by: seen.value})
    if people:
        return _chosen(seen, people)
    if seen.kind == "name" and len(seen.value) == 1:
        return _nothing(seen, _("No patient named “%(name)s”; type the whole name.") % {"name": seen.value})
    return new_card(seen=seen)


def _chosen(seen: Recognised, people: list[Patient]) -> Card:
    """The one person found, or all of them with none chosen."""
    if len(people) == 1:
        return patient_card(people[0], seen=seen)
    chip, tone = chip_of(seen)
    return Card("several", {"people": [person(one) for one in people]}, chip, tone, read=tuple(people))


def _nothing(seen: Recognised, why: str, *, what: str = "") -> Card:
    chip, tone = chip_of(seen)
    refusal = Refusal(what=what or _("Not found"), why=why, rest=_("Nothing has been changed."))
    return Card("empty", {"refusal": refusal}, chip, tone or "bad", seen.value, 404)
