"""Paying a held number."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import selectors, services
from booking.forms import PaymentForm
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
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
    return ask_to_pay(request, appointment, actor=Actor.of(signed_in(request)))


def ask_to_pay(request: HttpRequest, appointment: Appointment, *, actor: Actor) -> HttpResponse:
    """The ways to pay a held number; a POST goes on to the chosen one."""
    error, status = "", 200
    form = PaymentForm(request.POST or None)
    if form.is_valid():
        try:
            return _to_pay(request, appointment, form.cleaned_data["provider"], actor)
        except DomainError as refused:
            error, status = translated(refused), refused.status
    elif request.method == "POST":
        error, status = _("Choose a way to pay."), 400
    context = _page_context(appointment, error) | summary(appointment, by_link=actor.kind != "patient")
    return render(request, "booking/pay.html", context, status=status)


def _expired_context(appointment: Appointment) -> dict[str, Any]:
    left = selectors.left_of_slot(appointment=appointment, now=clock.now())
    return {"appointment": appointment, "left": left, "key": uuid.uuid4()}


def _to_pay(request: HttpRequest, appointment: Appointment, provider_name: str, actor: Actor) -> HttpResponse:
    """Open the order (asking twice gives the same one) and go to the provider's page, or show its code to scan."""
    now = clock.now()
    payment = services.payment_create(
        appointment_id=appointment.pk, provider_name=provider_name, actor=actor, now=now
    )
    payer_ip = get_adapter().get_client_ip(request)
    address = services.payment_pay_url(payment_code=payment.code, now=now, payer_ip=payer_ip)
    if address.startswith(("https://", "http://")):
        return HttpResponseRedirect(address)
    name = selectors.provider_label(provider_name)
    context = {"address": address, "provider": name, **summary(appointment, by_link=actor.kind != "patient")}
    return render(request, "booking/scan.html", context)


def summary(appointment: Appointment, *, by_link: bool) -> dict[str, Any]:
    """What every page of a payment says about the number; ``by_link``: to whoever has the link, so without a name."""
    advice = timedelta(minutes=selectors.policy_of_session(appointment.session).arrival_advice_min)
    return {
        "appointment": appointment,
        "check_in_from": appointment.slot.starts_at - advice,
        "cancel_until": selectors.cancel_until(appointment.session),
        "by_link": by_link,
    }


def _page_context(appointment: Appointment, error: str) -> dict[str, Any]:
    now = clock.now()
    return {
        "seconds_left": max(0, round((appointment.pay_by - now).total_seconds())),
        "hold_seconds": round((appointment.pay_by - appointment.held_at).total_seconds()),
        "providers": selectors.payment_choices(),
        "key": uuid.uuid4(),
        "error": error,
        "demo": settings.DEMO,
    }
