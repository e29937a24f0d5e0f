"""An account's appointments: the list, the ticket, the calendar file, cancelling."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from booking import selectors, services
from booking.domain.bans import counts_against
from booking.domain.deadlines import is_late_cancel
from booking.domain.moves import may_move
from booking.forms import KeyForm
from booking.views.asking import asked_once
from booking.views.calendars import appointment_calendar
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.downloads import download
from hospital.common.views import role_required, signed_in

if TYPE_CHECKING:
    from booking.models import Appointment

COMING = frozenset({"held", "booked", "arrived"})
SHOWN = 40


@role_required("patient")
def appointments(request: HttpRequest) -> HttpResponse:
    """What is ahead, soonest first, and what was."""
    now = clock.now()
    user = signed_in(request)
    mine = list(selectors.appointments_of_user(user=user)[:SHOWN])
    coming = [one for one in mine if _is_coming(one, now)]
    earlier = [one for one in mine if one not in coming]
    released = {one.pk for one in earlier if one.booked_at is None}
    context = {
        "nav": "appointments",
        "draws": selectors.draw_requests_of_user(user=user),
        "waits": selectors.waitlist_entries_of_user(user=user),
        "bans": selectors.bans_of_user(user=user, now=now),
        "coming": sorted(coming, key=lambda one: (one.state != "held", one.slot.starts_at)),
        "earlier": earlier,
        "released": released,
    }
    return render(request, "booking/appointments.html", context)


def _is_coming(one: Appointment, now: datetime) -> bool:
    """Whether the number is still the patient's, whatever a job has yet to write down."""
    if one.state == "held":
        return bool(one.pay_by > now)
    return one.state in COMING and (one.slot.ends_at > now or one.state == "arrived")


@role_required("patient")
def appointment(request: HttpRequest, code: str) -> HttpResponse:
    """The ticket with its QR code; before that, the page that waits for the payment or says that it failed."""
    found = selectors.appointment_for_user(user=signed_in(request), code=code)
    context = _context(found)
    if found.state == "held":
        payments = list(found.payments.all())
        if context["now"] >= found.pay_by or not payments:
            return redirect("booking:pay", code)
        page = "not_paid" if payments[-1].state == "failed" else "paying"
        return render(request, f"booking/{page}.html", context)
    return render(request, "booking/appointment.html", context | _said(found))


def _said(found: Appointment) -> dict[str, Any]:
    """Appeals about an appointment that counts against its patient, and whether there may be another."""
    if not counts_against(state=found.state, late_cancel=found.late_cancel):
        return {}
    appeals = selectors.appeals_of_appointment(appointment_id=found.pk)
    return {"appeals": appeals, "can_appeal": all(one.state != "open" for one in appeals)}


@require_http_methods(["GET", "POST"])
@role_required("patient")
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Ask once more on a page of its own; only the POST changes anything."""
    found = selectors.appointment_for_user(user=signed_in(request), code=code)
    if found.state not in {"held", "booked"}:
        return redirect("booking:appointment", code)

    def page(*, error: str = "", status: int = 200) -> HttpResponse:
        context = _context(found) | {"key": uuid.uuid4().hex, "error": error}
        return render(request, "booking/cancel.html", context, status=status)

    def work() -> str:
        actor = Actor.of(signed_in(request))
        return services.appointment_cancel(appointment_id=found.pk, actor=actor, now=clock.now()).code

    return asked_once(request, form=KeyForm(request.POST), page=page, work=work, then="booking:appointment")


@role_required("patient")
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """The appointment as a calendar file."""
    found = selectors.appointment_for_user(user=signed_in(request), code=code)
    content = appointment_calendar(found, now=clock.now())
    return download(f"{found.code}.ics", content, "text/calendar; charset=utf-8")


def _context(found: Appointment) -> dict[str, Any]:
    now, rules = clock.now(), selectors.policy_of_session(found.session)
    until, payments = selectors.may_cancel_until(found), list(found.payments.all())
    late = is_late_cancel(
        by_patient=True,
        patients_wish=False,
        deadline=until,
        now=now,
        before_h=rules.late_cancel_before_deadline_h,
    )
    limit = rules.moves_per_appointment
    return {
        "appointment": found,
        "now": now,
        "check_in_from": found.slot.starts_at - timedelta(minutes=rules.arrival_advice_min),
        "cancellable": found.state in {"held", "booked"} and now < until,
        "cancel_until": until,
        "policy": rules,
        "counts_as_late": found.state == "booked" and late,
        "movable": may_move(state=found.state, moves=found.moves, limit=limit, deadline=until, now=now),
        "refund": next((one for one in payments if one.state in {"refunding", "refunded"}), None),
        "paid": next((one for one in payments if one.state == "paid"), None),
    }
