"""Paying a held number, or giving it back before."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from booking import selectors, services
from booking.forms import PaymentForm
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from hospital.common.views import role_required, signed_in

if TYPE_CHECKING:
    from booking.models import Appointment


@require_http_methods(["GET", "POST"])
@role_required("patient")
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """The countdown, the summary and the ways to pay; a POST goes to the provider's page."""
    appointment, now = selectors.appointment_for_user(user=signed_in(request), code=code), clock.now()
    if appointment.state == "expired" or (appointment.state == "held" and now >= appointment.pay_by):
        return render(request, "booking/expired.html", _expired_context(appointment))
    if appointment.state != "held":
        return redirect("booking:appointment", code)
    error, status = "", 200
    form = PaymentForm(request.POST or None)
    if form.is_valid():
        try:
            return HttpResponseRedirect(_pay_url(request, appointment.pk, form.cleaned_data["provider"]))
        except DomainError as refused:
            error, status = translated(refused), refused.status
    elif request.method == "POST":
        error, status = _("Choose a way to pay."), 400
    return _page(request, appointment, error=error, status=status)


def _expired_context(appointment: Appointment) -> dict[str, Any]:
    left = selectors.left_of_slot(appointment=appointment, now=clock.now())
    return {"appointment": appointment, "left": left, "key": uuid.uuid4()}


def _pay_url(request: HttpRequest, appointment_id: int, provider_name: str) -> str:
    """Open the order and return the provider's page; asking twice gives the same order."""
    now = clock.now()
    payment = services.payment_create(
        appointment_id=appointment_id,
        provider_name=provider_name,
        actor=Actor.of(signed_in(request)),
        now=now,
    )
    return services.payment_pay_url(payment_code=payment.code, now=now)


def _page(request: HttpRequest, appointment: Appointment, *, error: str, status: int) -> HttpResponse:
    rules, now = policy(), clock.now()
    context = {
        "appointment": appointment,
        "check_in_from": appointment.slot.starts_at - timedelta(minutes=rules.arrival_advice_min),
        "seconds_left": max(0, round((appointment.pay_by - now).total_seconds())),
        "hold_seconds": rules.hold_min * 60,
        "providers": selectors.payment_choices(),
        "key": uuid.uuid4(),
        "error": error,
        "demo": settings.DEMO,
    }
    return render(request, "booking/pay.html", context, status=status)


@require_POST
@role_required("patient")
def release(request: HttpRequest, code: str) -> HttpResponse:
    """Give a held number back before paying."""
    appointment = selectors.appointment_for_user(user=signed_in(request), code=code)
    if appointment.state == "held":
        services.appointment_cancel(
            appointment_id=appointment.pk, actor=Actor.of(signed_in(request)), now=clock.now()
        )
        messages.success(request, _("The number was released. Nothing was charged."))
    return redirect("booking:expert", appointment.session.expert.code)
