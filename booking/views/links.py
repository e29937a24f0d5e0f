"""Paying a number that the desk or an expert gave: no sign-in, the unguessable link is the key; no name on it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from booking import selectors
from booking.models import Appointment
from booking.views.payments import ask_to_pay, summary
from hospital.common import clock
from hospital.common.actor import Actor


@never_cache
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """The countdown, the number and the ways to pay; a POST goes to the provider's page."""
    found = selectors.appointment_by_link(code=code)
    if found.state != "held" or clock.now() >= found.pay_by or _is_stopped(found):
        return redirect("booking:link", code)
    return ask_to_pay(request, found, actor=Actor.device("link", code))


@never_cache
@require_safe
def link(request: HttpRequest, code: str) -> HttpResponse:
    """What became of it: paid, waited for, not paid, over, the clinic stopped."""
    found, now = selectors.appointment_by_link(code=code), clock.now()
    payments = list(found.payments.all())
    state = "stopped" if _is_stopped(found) else found.state
    if state == "held":
        if now < found.pay_by and not payments:
            return redirect("booking:link-pay", code)
        state = "expired" if now >= found.pay_by else "failed" if payments[-1].state == "failed" else "paying"
    context = {
        **summary(found, by_link=True),
        "state": state,
        "is_over": state in {"stopped", "expired"},
        "refund": next((one for one in payments if one.state in {"refunding", "refunded"}), None),
        "paid": next((one for one in payments if one.state == "paid"), None),
    }
    return render(request, "booking/link.html", context)


def _is_stopped(found: Appointment) -> bool:
    """Whether the clinic was cancelled and nothing is chosen yet."""
    case = getattr(found, "stop_case", None)
    return case is not None and case.state != "settled"
