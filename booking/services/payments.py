"""Prepayment: an order at the provider; cash at the desk."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from booking.domain.errors import HoldOver
from booking.locks import lock_appointment
from booking.models import Appointment, ClinicSession, FeeDifference, Payment, WalkIn
from booking.providers import Order, provider
from booking.services.refunds import CASH, payment_move, refund_write
from hospital.common import clock, history, jobs
from hospital.common.actor import Actor
from hospital.common.guards import require
from hospital.common.roles import DESK
from hospital.common.transactions import transactional
from hospital.common.words import day

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
        history.begin(payment, "create", actor=actor, at=now)
    return payment


def payment_open(*, walk_in: WalkIn, provider_name: str, actor: Actor, now: datetime) -> Payment:
    """A reserved walk-in's payment, open in the caller's transaction. Raises UnknownProvider."""
    provider(provider_name)
    payment = Payment.objects.create(
        walk_in=walk_in, provider=provider_name, amount_fen=walk_in.fee_fen, created_at=now
    )
    history.begin(payment, "create", actor=actor, at=now)
    return payment


def payment_pay_url(*, payment_code: str, now: datetime, payer_ip: str = "") -> str:
    """Open the order at the provider and return its pay page. Outside any transaction; asking again is harmless.

    Raises
    ------
    ProviderUnavailable
        When the provider does not answer; the payment stays open and can be asked for again.
    HoldOver
        When the number that was to be paid is held no longer.
    """
    numbers = ("appointment__session__expert", "walk_in__session__expert")
    payment = Payment.objects.select_related(*numbers).get(code=payment_code)
    number = payment.appointment or payment.walk_in
    if number is None or number.pay_by is None:
        raise HoldOver
    notify, path = reverse("api:payment-notify", args=[payment.provider]), reverse("booking:home")
    if payment.appointment is not None:
        own = payment.appointment.account_id is not None
        path = reverse("booking:appointment" if own else "booking:link", args=[payment.appointment.code])
    order = Order(
        out_trade_no=payment.order_no,
        amount_fen=payment.amount_fen,
        description=_description(number.session),
        expires_in_s=max(1, int((number.pay_by - now).total_seconds())),
        notify_url=settings.PUBLIC_URL + notify,
        return_url=settings.PUBLIC_URL + path,
        subject=_subject(number.session),
        expires_at=clock.real(number.pay_by),
        shown="page" if payment.appointment else "qr",
        payer_ip=payer_ip,
    )
    return provider(payment.provider).create_order(order)


def _subject(session: ClinicSession) -> str:
    """The same in the hospital's language, whoever asks: some providers take an order number with one text only."""
    with translation.override(settings.LANGUAGE_CODE):
        return _description(session)


def _description(session: ClinicSession) -> str:
    """What the payer reads on the provider's page, in the payer's language."""
    values = {"expert": session.expert.label, "date": day(session.date)}
    return (gettext("Registration fee, %(expert)s, %(date)s") % values)[:DESCRIPTION_MAX]


def payments_close(number: Appointment | WalkIn, now: datetime) -> None:
    """Ask the provider, later and outside this transaction, to take no money for a number that is gone."""
    for payment in number.payments.filter(state="created"):
        jobs.enqueue("payment.close", key=payment.code, payload={"payment": payment.pk}, due_at=now)


def payment_take_cash(*, number: Appointment | WalkIn, actor: Actor, now: datetime) -> Payment:
    """Cash at the desk: created and paid in the caller's transaction."""
    payment = Payment.objects.create(
        appointment=number if isinstance(number, Appointment) else None,
        walk_in=number if isinstance(number, WalkIn) else None,
        provider=CASH,
        amount_fen=number.fee_fen,
        created_at=now,
    )
    history.begin(payment, "create", actor=actor, at=now)
    payment_move(payment, "pay", actor=actor, now=now, paid_at=now, paid_fen=number.fee_fen)
    return payment


def fee_difference_settle(
    *, appointment_id: int | None, walk_in_id: int | None, fen: int, actor: Actor, now: datetime
) -> FeeDifference:
    """Cash after a transfer, taken or (below 0) handed back, in the transaction of the caller, who locks the ticket.

    Raises
    ------
    NotAllowed
        To anybody but the desk, managers and administrators.
    """
    require(actor, DESK)
    difference = FeeDifference.objects.create(
        appointment_id=appointment_id, walk_in_id=walk_in_id, amount_fen=fen, settled_at=now
    )
    history.begin(difference, "settle", actor=actor, at=now, state="settled")
    return difference


def refund_paid(*, walk_in: WalkIn, reason: str, actor: Actor, now: datetime) -> None:
    """Give back what a cancelled walk-in paid: cash at once when the desk does it, with the patient in front of it."""
    why, is_there = reason or "cancelled", actor.is_staff
    for payment in Payment.objects.select_for_update(no_key=True).filter(walk_in=walk_in, state="paid"):
        refund_write(payment=payment, reason=why, actor=actor, now=now, is_there=is_there)
