"""Notices that say something else than our books: nothing moves by them, and a person reads the difference."""

from datetime import datetime

from booking.models import Payment, Refund
from booking.providers import Notice
from booking.selectors.money import DIFFER
from booking.services.refunds import refund_fail, refund_finish
from hospital.common import history
from hospital.common.actor import Actor

FEN_MAX = 2**31 - 1
"""What a column of money holds."""
SHOWN_MAX = 40


def fen_kept(amount_fen: int) -> int | None:
    """The amount as it can be kept; None for one that no money has, which then stands in words only."""
    return amount_fen if 0 <= amount_fen <= FEN_MAX else None


def told(notice: Notice) -> str:
    """What a notice said, in words."""
    merchant = "" if notice.merchant_matches else ", another merchant"
    return f"{str(notice.amount_fen)[:SHOWN_MAX]} fen, transaction {notice.transaction_id}{merchant}"


def difference_keep(payment: Payment, notice: Notice, reason: str, *, actor: Actor, now: datetime) -> str:
    """Write down what does not fit; it stands in the payment's history and among the day's differences."""
    data = {"told_fen": fen_kept(notice.amount_fen), "refund_no": notice.refund_no}
    history.note(payment, DIFFER, actor=actor, at=now, reason=reason, data=data)
    return "differs"


def refund_noticed(payment: Payment, notice: Notice, *, actor: Actor, now: datetime) -> str:
    """A refund ends by a notice of this very refund, amount and merchant, and by no other. The payment is locked."""
    refund = Refund.objects.filter(payment=payment).first()
    fits = refund is not None and (notice.refund_no, notice.amount_fen) == (refund.code, refund.amount_fen)
    if refund is None or not fits or not notice.merchant_matches:
        reason = f"refund {notice.refund_no or '-'}: {told(notice)}"
        return difference_keep(payment, notice, reason, actor=actor, now=now)
    if payment.state != "refunding":
        return "ignored"
    if notice.state != "refunded":
        refund_fail(refund=refund, payment=payment, failure=notice.state, actor=actor, now=now)
        return "refund_failed"
    refund_finish(refund=refund, payment=payment, actor=actor, now=now)
    return "refunded"
