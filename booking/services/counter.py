"""Booking at the desk, for patients who call or have no phone: number and money in one step, cash handed back."""

from datetime import datetime

from booking.domain.errors import HandedBackAlready, UnknownNumber
from booking.locks import lock_payment
from booking.models import Appointment, Refund
from booking.services import notices
from booking.services.appointments import appointment_confirm_at_desk
from booking.services.holds import appointment_hold
from booking.services.payments import payment_create, payment_pay_url
from booking.services.refunds import CASH, refund_finish
from hospital.common.actor import Actor
from hospital.common.guards import require
from hospital.common.messages import message_withdraw
from hospital.common.roles import DESK
from hospital.common.transactions import transactional


@transactional
def appointment_book_at_desk(
    *, slot_code: str, patient_id: int, payment: str, reason: str = "", actor: Actor, now: datetime
) -> Appointment:
    """The desk books for a patient by the same rules as online, and takes the money with the number.

    The appointment is no account's: an account's limits do not count, the patient's own and a ban do. Walking in
    stays possible for a banned patient. ``payment``: see :func:`number_settle`.

    Raises
    ------
    NotAllowed
        To anybody but the desk, managers and administrators.
    ReasonMissing
        When the fee is waived without a reason.
    DomainError
        As :func:`~booking.services.holds.appointment_hold`; nothing is charged.
    """
    require(actor, DESK)
    held = appointment_hold(slot_code=slot_code, patient_id=patient_id, account_id=None, actor=actor, now=now)
    return number_settle(held=held, payment=payment, reason=reason, actor=actor, now=now)


def appointment_pay_url(*, code: str, provider_name: str, actor: Actor, now: datetime) -> str:
    """The page of one provider on which a held number is paid.

    Outside any transaction, as the provider is asked; asking again is harmless.

    Raises
    ------
    UnknownNumber
        When there is no such appointment.
    HoldOver, ProviderUnavailable, UnknownProvider
        See :mod:`booking.services.payments`.
    """
    held = Appointment.objects.only("pk").filter(code=code).first()
    if held is None:
        raise UnknownNumber(field="appointment")
    payment = payment_create(appointment_id=held.pk, provider_name=provider_name, actor=actor, now=now)
    return payment_pay_url(payment_code=payment.code, now=now)


def number_settle(
    *, held: Appointment, payment: str, reason: str = "", actor: Actor, now: datetime
) -> Appointment:
    """A held number stands once it is paid ``cash`` or waived (``free``, with a reason).

    ``provider``: it stays held until the patient paid, or the hold is over, and the link to pay on goes to the
    patient's phone; without a fee it stands at once.
    """
    if payment == "provider" and held.fee_fen:
        notices.pay_link(held, now)
        return held
    taken = "free" if payment == "provider" else payment
    return appointment_confirm_at_desk(
        appointment_id=held.pk, payment=taken, reason=reason, actor=actor, now=now
    )


@transactional
def refund_hand_back(*, code: str, actor: Actor, now: datetime) -> Refund:
    """The desk hands back cash that waits, once: whoever comes second is refused.

    Raises
    ------
    NotAllowed
        To anybody but the desk, managers and administrators.
    UnknownNumber
        When there is no such refund in cash.
    HandedBackAlready
        When somebody did it before.
    """
    require(actor, DESK)
    in_cash = Refund.objects.filter(code=code, payment__provider=CASH)
    payment_id = in_cash.values_list("payment_id", flat=True).first()
    if payment_id is None:
        raise UnknownNumber(field="refund")
    payment = lock_payment(payment_id)
    refund = in_cash.get()
    if refund.done_at is not None:
        raise HandedBackAlready
    refund_finish(refund=refund, payment=payment, actor=actor, now=now)
    message_withdraw(kind="refund_cash", key=refund.code)
    return refund
