"""The patients of a stopped clinic choose: on a page of their own, or with the desk on the phone."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import services
from booking.domain.cells import quoted
from booking.forms.addresses import CasesAddress
from booking.forms.stops import PhonedForm, StopChoiceForm
from booking.models import Slot, StopCase
from booking.selectors.policies import policy_of_session
from booking.selectors.stops import (
    slots_instead,
    stop_by_code,
    stop_case_for_user,
    stop_cases,
    stop_progress,
    stops_shown,
)
from booking.views.asking import asked_once
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.crypto import unseal
from hospital.common.downloads import CSV, csv_bytes, download
from hospital.common.views import desk_only, role_required, signed_in


@require_http_methods(["GET", "POST"])
@role_required("patient")
def stopped(request: HttpRequest, code: str) -> HttpResponse:
    """The clinic is cancelled: choose another number at no cost, or a refund. Only the POST changes anything."""
    return _choose(request, code, "booking/stopped.html", "booking:stopped")


@require_http_methods(["GET", "POST"])
@desk_only
def case(request: HttpRequest, code: str) -> HttpResponse:
    """The desk chooses for somebody on the phone."""
    return _choose(request, code, "booking/desk_stop_case.html", "booking:desk-stop-case")


@require_POST
@desk_only
def phoned(request: HttpRequest, code: str) -> HttpResponse:
    """Note that somebody was phoned."""
    user, form = signed_in(request), PhonedForm(request.POST)
    found, note = (
        stop_case_for_user(user=user, code=code),
        form.cleaned_data["note"] if form.is_valid() else "",
    )
    services.stop_case_phoned(case_id=found.pk, note=note, actor=Actor.of(user), now=clock.now())
    return redirect("booking:desk-stop", found.stop.code)


@require_safe
@desk_only
def desk_stops(request: HttpRequest) -> HttpResponse:
    """Stopped clinics with people who still have to choose."""
    return render(request, "booking/desk_stops.html", {"stops": stops_shown(now=clock.now())})


@require_safe
@desk_only
def desk_stop(request: HttpRequest, code: str) -> HttpResponse:
    """Who has not chosen, whom to phone, who chose what."""
    found = stop_by_code(code=code)
    show = CasesAddress.read(request.GET)["show"] or "open"
    context = {
        "stop": found,
        "session": found.session,
        "progress": stop_progress(stop=found),
        "show": show,
        "cases": stop_cases(stop=found, show=show),
    }
    return render(request, "booking/desk_stop.html", context)


@require_safe
@desk_only
def people_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The follow-up list as CSV. Phones stand in it by their last digits only."""
    found = stop_by_code(code=code)
    head = [_("Time"), _("Patient"), _("Phone ending"), _("Choice"), _("Phoned"), _("Note")]
    cases = stop_cases(stop=found, show=CasesAddress.read(request.GET)["show"] or "all")
    return download(f"stop-{found.code}.csv", csv_bytes([head, *map(_csv_row, cases)]), CSV)


def _csv_row(each: StopCase) -> list[str]:
    patient, account = each.appointment.patient, each.appointment.account
    return [
        clock.local(each.appointment.slot.starts_at).strftime("%Y-%m-%d %H:%M"),
        quoted(patient.name),
        patient.phone_tail or (account.phone_tail if account else ""),
        str(each.get_choice_display()),
        clock.local(each.phoned_at).strftime("%Y-%m-%d %H:%M") if each.phoned_at else "",
        quoted(each.phone_note),
    ]


def _choose(request: HttpRequest, code: str, template: str, route: str) -> HttpResponse:
    user, form = signed_in(request), StopChoiceForm(request.POST)
    found = stop_case_for_user(user=user, code=code)

    def page(*, error: str = "", status: int = 200) -> HttpResponse:
        context = _context(stop_case_for_user(user=user, code=code), request)
        return render(
            request, template, context | {"slot": form.typed("slot"), "error": error}, status=status
        )

    def work(*, choice: str, slot: str) -> str:
        actor, now = Actor.of(user), clock.now()
        services.stop_case_choose(case_id=found.pk, choice=choice, slot_code=slot, actor=actor, now=now)
        return found.code

    return asked_once(request, form=form, page=page, work=work, then=route)


def _context(found: StopCase, request: HttpRequest) -> dict[str, Any]:
    appointment, now = found.appointment, clock.now()
    open_case = found.state != "settled" and appointment.state == "booked"
    slots: list[Slot] = []
    if open_case:
        slots = slots_instead(session=found.stop.session, fee_fen=appointment.fee_fen, now=now)
    groups = [(session, list(group)) for session, group in groupby(slots, key=lambda slot: slot.session)]
    groups.sort(key=lambda group: (group[0].opens_at, group[0].expert_id != found.stop.session.expert_id))
    return {
        "case": found,
        "stop": found.stop,
        "session": found.stop.session,
        "appointment": appointment,
        "groups": groups,
        "open_case": open_case,
        "key": uuid.uuid4(),
        "refund": _refund(appointment),
        "check_in_from": _check_in_from(found),
        "phone": _phone(found) if signed_in(request).is_hospital_staff else "",
    }


def _phone(found: StopCase) -> str:
    """The number to call, opened for the one case in hand."""
    account = found.appointment.account
    own = found.appointment.patient.phone
    return own or (unseal(account.phone_sealed) if account and account.phone_sealed else "")


def _check_in_from(found: StopCase) -> datetime | None:
    if found.replacement is None:
        return None
    rules = policy_of_session(found.replacement.session)
    return found.replacement.slot.starts_at - timedelta(minutes=rules.arrival_advice_min)


def _refund(appointment: Any) -> Any:
    refunded = {"refunding", "refunded"}
    return next((each for each in appointment.payments.all() if each.state in refunded), None)
