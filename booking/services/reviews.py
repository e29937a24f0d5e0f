"""A person decides about money that no rule can decide: a payment that did not fit, a refund that failed."""

from datetime import datetime

from booking.domain.errors import TicketFirst, UnknownNumber
from booking.domain.states import APPOINTMENT_TAKES_NUMBER
from booking.locks import LockedAppointment, LockedWalkIn, lock_payment
from booking.models import Payment, Refund
from booking.services import notices
from booking.services.appointments import appointment_move_state
from booking.services.payment_notices import lock_number, number_for_money
from booking.services.payments import payments_close
from booking.services.refunds import payment_move, refund_finish, refund_write
from booking.services.returns import number_return
from hospital.common import history, jobs
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition
from hospital.common.guards import require_reason
from hospital.common.transactions import transactional

PAID_FOR = frozenset(APPOINTMENT_TAKES_NUMBER) - {"held"}


@transactional
def payment_review(*, code: str, decision: str, reason: str, actor: Actor, now: datetime) -> str:
    """Money that did not fit is taken as paid (``accept``), given back (``refund``), or noted (``note``).

    Taken as paid it keeps the number that was given for it, or gets one by the rules of late money, or the refund
    row in the same transaction. Given back it takes along the number that was given for it: none stands unpaid.

    Returns
    -------
    str
        ``booked``, ``booked_late``, ``registered``, ``refunded`` or ``noted``.

    Raises
    ------
    ReasonMissing
        Without a reason.
    UnknownNumber
        When there is no such payment.
    IllegalTransition
        When it is not held for review (any more).
    TicketFirst
        When the money shall go back while the patient is here with the number.
    """
    reason = require_reason(reason)
    payment_id = Payment.objects.filter(code=code).values_list("pk", flat=True).first()
    if payment_id is None:
        raise UnknownNumber(field="payment")
    number = lock_number(payment_id)
    payment = lock_payment(payment_id)
    if payment.state != "held_for_review":
        raise IllegalTransition(state=payment.state, verb=decision)
    if decision == "note":
        return _noted(payment, reason, actor, now)
    payment.review_note, payment.reviewed_at = reason[:200], now
    payment.save(update_fields=["review_note", "reviewed_at"])
    was_paid = _was_paid(payment)
    if decision == "refund":
        if was_paid:
            _number_go(number, reason, actor, now)
        refund_write(payment=payment, reason=reason, actor=actor, now=now)
        return "refunded"
    payment_move(payment, "accept", actor=actor, now=now, reason=reason)
    if was_paid and isinstance(number, LockedAppointment) and number.appointment.state in PAID_FOR:
        return "booked"
    if was_paid and isinstance(number, LockedWalkIn) and number.walk_in.state == "registered":
        return "registered"
    return number_for_money(number, payment, actor, now)


@transactional
def refund_review(*, code: str, decision: str, reason: str, actor: Actor, now: datetime) -> str:
    """A failed refund is asked for ``again`` with its key, was paid back ``by_hand``, or is noted (``note``).

    Raises
    ------
    ReasonMissing
        Without a reason.
    UnknownNumber
        When there is no such refund.
    IllegalTransition
        When it has not failed, or is done.
    """
    reason = require_reason(reason)
    found = Refund.objects.filter(code=code).values_list("payment_id", flat=True).first()
    if found is None:
        raise UnknownNumber(field="refund")
    payment = lock_payment(found)
    refund = Refund.objects.get(payment=payment)
    if payment.state != "refunding" or refund.failed_at is None:
        raise IllegalTransition(state=payment.state, verb=decision)
    if decision == "note":
        return _noted(payment, reason, actor, now)
    if decision == "by_hand":
        payment.review_note, payment.reviewed_at = reason[:200], now
        payment.save(update_fields=["review_note", "reviewed_at"])
        refund_finish(refund=refund, payment=payment, actor=actor, now=now, reason=reason)
        return "done"
    jobs.enqueue(
        "refund.send",
        key=f"{refund.code}:{refund.failed_at.isoformat()}",
        payload={"refund": refund.pk},
        due_at=now,
    )
    refund.failed_at = None
    refund.save(update_fields=["failed_at"])
    history.note(payment, "refund_again", actor=actor, at=now, reason=reason)
    return "again"


def _was_paid(payment: Payment) -> bool:
    """Whether the number was given for this money before a second notice said something else."""
    return history.of(payment).filter(verb="mismatch", from_state="paid").exists()


def _number_go(number: LockedAppointment | LockedWalkIn, reason: str, actor: Actor, now: datetime) -> None:
    """The money goes back, so the number does; of a patient who is here the desk ends the ticket before."""
    if isinstance(number, LockedWalkIn):
        if number.walk_in.state == "registered" and number.session.state != "closed":
            raise TicketFirst
        return
    appointment = number.appointment
    if appointment.state == "arrived":
        raise TicketFirst
    if appointment.state == "booked":
        appointment_move_state(appointment, "cancel", actor, now, reason=reason, ended=True)
        number_return(locked=number, actor=actor, now=now)
        payments_close(appointment, now)
        notices.cancelled(appointment, now, refunded=True)


def _noted(payment: Payment, reason: str, actor: Actor, now: datetime) -> str:
    payment.review_note = reason[:200]
    payment.save(update_fields=["review_note"])
    history.note(payment, "note", actor=actor, at=now, reason=reason)
    return "noted"
