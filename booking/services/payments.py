"""Prepayment: an order at the provider; cash at the desk."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from booking.domain.errors import HoldOver, UnknownNumber
from booking.locks import lock_appointment
from booking.models import Appointment, Payment, WalkIn
from booking.providers import Order, provider
from booking.services.refunds import CASH, payment_move, refund_write
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.transactions import transactional
from hospital.templatetags.fenliu import day

DESCRIPTION_MAX = 120


@transactional
def payment_create(*, appointment_id: int, provider_name: str, actor: Actor, now: datetime) -> Payment:
    """A held number can be paid until its deadline; asking again gives the same open payment.

    Raises
    ------
    HoldOver
        When the hold ran out or the appointment is not held.
    UnknownProvider
        When the hospital does not take this provider.
    """
    provider(provider_name)
    appointment = lock_appointment(appointment_id).appointment
    if appointment.state != "held" or now >= appointment.pay_by:
        raise HoldOver
    payment, created = Payment.objects.get_or_create(
        appointment=appointment,
        provider=provider_name,
        state="created",
        defaults={"amount_fen": appointment.fee_fen, "created_at": now},
    )
    if created:
        history.record(thing=payment, verb="create", from_state=None, to_state="created", actor=actor, at=now)
    return payment


def payment_pay_url(*, payment_code: str, now: datetime) -> str:
    """Open the order at the provider and return its pay page. Outside any transaction; asking again is harmless.

    Raises
    ------
    ProviderUnavailable
        When the provider does not answer; the payment stays open and can be asked for again.
    """
    payment = Payment.objects.select_related("appointment__session__expert").get(code=payment_code)
    appointment = payment.appointment
    if appointment is None:
        raise UnknownNumber
    order = Order(
        out_trade_no=payment.order_no,
        amount_fen=payment.amount_fen,
        description=_description(appointment),
        expires_in_s=max(1, int((appointment.pay_by - now).total_seconds())),
        notify_url=settings.PUBLIC_URL + reverse("api:payment-notify", args=[payment.provider]),
        return_url=settings.PUBLIC_URL + reverse("booking:appointment", args=[appointment.code]),
    )
    return provider(payment.provider).create_order(order)


def _description(appointment: Appointment) -> str:
    """What the payer reads on the provider's page, in the payer's language."""
    session = appointment.session
    values = {"expert": session.expert.label, "date": day(session.date)}
    return (gettext("Registration fee, %(expert)s, %(date)s") % values)[:DESCRIPTION_MAX]


def payment_take_cash(*, walk_in: WalkIn, actor: Actor, now: datetime) -> Payment:
    """Cash at the desk: created and paid in the caller's transaction."""
    payment = Payment.objects.create(
        walk_in=walk_in, provider=CASH, amount_fen=walk_in.fee_fen, created_at=now
    )
    history.record(thing=payment, verb="create", from_state=None, to_state="created", actor=actor, at=now)
    payment_move(payment, "pay", actor=actor, now=now, paid_at=now, paid_fen=walk_in.fee_fen)
    return payment


def refund_cash(*, walk_in: WalkIn, reason: str, actor: Actor, now: datetime) -> None:
    """Hand back what a cancelled walk-in paid."""
    for payment in Payment.objects.select_for_update(no_key=True).filter(walk_in=walk_in, state="paid"):
        refund_write(payment=payment, reason=reason or "cancelled", actor=actor, now=now)
