"""A provider's signed notices, and what late or wrong money leads to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from booking.domain.deadlines import late_payment_takes_number
from booking.locks import (
    LockedAppointment,
    LockedWalkIn,
    lock_payment,
    lock_walk_in,
    lock_with_patient,
)
from booking.models import Appointment, Payment, PaymentNotice, Slot
from booking.providers import Notice
from booking.selectors.limits import number_refusal
from booking.services.appointments import appointment_confirm
from booking.services.holds import appointment_expire
from booking.services.notice_differences import difference_keep, fen_kept, told
from booking.services.numbers import number_hold_instead
from booking.services.refunds import payment_move, refund_noticed, refund_write
from booking.services.returns import number_free_for_late_money
from booking.services.risk import payer_noticed, payer_over
from booking.services.walk_ins import walk_in_confirm
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.crypto import blind_index
from hospital.common.errors import DomainError, gettext_noop
from hospital.common.transactions import transactional

LATE = "paid after the hold was over"
NOTE_MAX = 200
_JOB = Actor.job("payments")


class UnknownOrder(DomainError):
    """A notice for an order that is not known here (yet): the provider should try again."""

    code = "unknown_order"
    status = 503
    message = gettext_noop("This order is not known.")


@dataclass(frozen=True, slots=True)
class NoticeResult:
    """What a notice did; ``repeated`` when it had been taken in before."""

    result: str
    repeated: bool = False


@transactional
def payment_notice_apply(*, notice: Notice, now: datetime) -> NoticeResult:
    """A verified notice is taken in once; money always ends in a number, a refund, or a person's hands.

    Raises
    ------
    UnknownOrder
        When no payment has this order number; the provider tries again.
    """
    if PaymentNotice.objects.filter(provider=notice.provider, notice_id=notice.notice_id).exists():
        return NoticeResult("repeated", repeated=True)
    of_order = Payment.objects.filter(order_no=notice.out_trade_no, provider=notice.provider)
    if notice.kind == "refund":
        of_order = of_order.filter(refund__code=notice.refund_no) or of_order
    payment_id = of_order.order_by("pk").values_list("pk", flat=True).first()
    if payment_id is None:
        raise UnknownOrder
    result = _apply(payment_id, notice, now)
    try:
        with transaction.atomic():
            PaymentNotice.objects.create(
                provider=notice.provider,
                notice_id=notice.notice_id,
                payment_id=payment_id,
                kind=notice.kind,
                result=result,
                received_at=now,
            )
    except IntegrityError:
        return NoticeResult("repeated", repeated=True)
    return NoticeResult(result)


def _apply(payment_id: int, notice: Notice, now: datetime) -> str:
    actor = Actor.provider(notice.provider)
    number = lock_number(payment_id)
    payment = lock_payment(payment_id)
    if notice.kind == "refund":
        return refund_noticed(payment, notice, actor=actor, now=now)
    if notice.state == "paid":
        return _take_in(number, payment, notice, actor, now)
    if notice.state == "failed" and payment.state == "created":
        payment_move(payment, "fail", actor=actor, now=now)
        return "failed"
    return "ignored"


def lock_number(payment_id: int) -> LockedAppointment | LockedWalkIn:
    """Lock what a payment is for: patient, session, slot and appointment, or session and walk-in."""
    appointment_id, walk_in_id = Payment.objects.values_list("appointment_id", "walk_in_id").get(
        pk=payment_id
    )
    if appointment_id is None:
        return lock_walk_in(walk_in_id)
    return lock_with_patient(appointment_id)


def _take_in(
    number: LockedAppointment | LockedWalkIn, payment: Payment, notice: Notice, actor: Actor, now: datetime
) -> str:
    facts: dict[str, Any] = {
        "transaction_id": notice.transaction_id,
        "paid_fen": fen_kept(notice.amount_fen),
        "paid_at": now,
    }
    if notice.payer:
        facts["payer_index"] = blind_index("payer", f"{notice.provider}:{notice.payer}")
    if payment.state not in {"created", "failed"}:
        return _compare(payment, notice, actor, now)
    known = _of_transaction(notice)
    if known is not None and known.order_no == payment.order_no:
        return _compare(lock_payment(known.pk), notice, actor, now)
    if known is not None:
        facts["transaction_id"] = ""
    if payment.state == "failed":
        payment = _money_after_failure(payment, facts, actor, now)
    appointment = number.appointment if isinstance(number, LockedAppointment) and notice.payer else None
    misfit = _misfit(payment, notice, known)
    if appointment is not None and not misfit:
        misfit = payer_over(appointment=appointment, payer_index=facts["payer_index"], now=now)
    if misfit:
        note = misfit[:NOTE_MAX]
        payment_move(payment, "mismatch", actor=actor, now=now, reason=misfit, review_note=note, **facts)
    elif payment.state == "created":
        payment_move(payment, "pay", actor=actor, now=now, **facts)
    if appointment is not None:
        payer_noticed(account_id=appointment.account_id, now=now)
    return "held_for_review" if misfit else number_for_money(number, payment, actor, now)


def _misfit(payment: Payment, notice: Notice, known: Payment | None) -> str:
    """What of a notice is not as it was asked for, in words; nothing, when all is."""
    if known is not None:
        return f"told: {told(notice)}, which paid order {known.order_no}"
    if notice.amount_fen != payment.amount_fen or not notice.merchant_matches:
        return f"told: {told(notice)}"
    return ""


def _of_transaction(notice: Notice) -> Payment | None:
    """The payment that has this transaction's money already."""
    named = Payment.objects.filter(provider=notice.provider).exclude(transaction_id="")
    return named.filter(transaction_id=notice.transaction_id).first()


def _compare(payment: Payment, notice: Notice, actor: Actor, now: datetime) -> str:
    """Money that was taken in is told of again: a genuine notice that says something else needs a person.

    Money that goes back, or that a person looks at already, stays where it is: the difference is written down and
    stands among the day's differences.
    """
    fits = notice.merchant_matches or payment.reviewed_at or payment.state == "held_for_review"
    if fits and (notice.transaction_id, notice.amount_fen) == (payment.transaction_id, payment.paid_fen):
        return "ignored"
    reason = f"told again: {told(notice)}"
    if payment.state != "paid":
        return difference_keep(payment, notice, reason, actor=actor, now=now)
    payment_move(payment, "mismatch", actor=actor, now=now, reason=reason, review_note=reason[:NOTE_MAX])
    return "held_for_review"


def _money_after_failure(failed: Payment, facts: dict[str, Any], actor: Actor, now: datetime) -> Payment:
    """A failed order that is paid all the same: the money gets a payment of its own, beside any newer order."""
    again = Payment.objects.create(
        appointment=failed.appointment,
        walk_in=failed.walk_in,
        provider=failed.provider,
        amount_fen=failed.amount_fen,
        order_no=failed.order_no,
        created_at=now,
        state="paid",
        **facts,
    )
    history.begin(again, "create", state="created", actor=_JOB, at=now)
    history.record(thing=again, verb="pay", from_state="created", to_state="paid", actor=actor, at=now)
    return again


def number_for_money(
    locked: LockedAppointment | LockedWalkIn, payment: Payment, actor: Actor, now: datetime
) -> str:
    """Confirm the hold; when it is over, take another number of the slot or write the refund, in this transaction.

    A hold is over at its deadline, also when no job has ended it yet.
    """
    if isinstance(locked, LockedWalkIn):
        if walk_in_confirm(locked=locked, actor=actor, now=now):
            return "registered"
        refund_write(payment=payment, reason=LATE, actor=actor, now=now)
        return "refunded"
    if appointment_expire(appointment_id=locked.appointment.pk, now=now):
        locked = lock_with_patient(locked.appointment.pk)
    appointment, slot = locked.appointment, locked.slot
    if appointment.state == "held":
        appointment_confirm(locked=locked, actor=actor, now=now)
        return "booked"
    if appointment.state == "expired" and _patient_may(locked, now) and _number_is_left(locked, now):
        again = _held_again(locked, now)
        payment.appointment = again
        payment.save(update_fields=["appointment"])
        appointment_confirm(locked=LockedAppointment(locked.session, slot, again), actor=actor, now=now)
        return "booked_late"
    refund_write(payment=payment, reason=LATE, actor=actor, now=now)
    return "refunded"


def _number_is_left(locked: LockedAppointment, now: datetime) -> bool:
    """Whether the slot has a number for late money; one that is only kept back counts, too."""
    opening, slot = locked.session.walk_in_opens_at, locked.slot
    left = slot.left if slot.bookable else 0
    if late_payment_takes_number(walk_in_opens_at=opening, now=now, left=left):
        return True
    return slot.bookable and number_free_for_late_money(locked=locked, now=now)


def _patient_may(locked: LockedAppointment, now: datetime) -> bool:
    """Whether no ban or limit stands against a number for the late money."""
    patient_id = locked.appointment.patient_id
    return number_refusal(session=locked.session, patient_id=patient_id, now=now) is None


def _held_again(locked: LockedAppointment, now: datetime) -> Appointment:
    """A new number in the same slot for money that came late; the slot is locked, so one is left for sure."""
    old = locked.appointment
    Slot.objects.filter(pk=locked.slot.pk).update(booked=F("booked") + 1)
    return number_hold_instead(old, slot=locked.slot, actor=_JOB, now=now)
