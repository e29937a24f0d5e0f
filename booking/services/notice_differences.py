"""Providers that say something else than our books: nothing moves by it, and a person reads the difference."""

from datetime import datetime, timedelta

from booking.models import Payment
from booking.providers import Notice
from booking.selectors.money import DIFFER
from hospital.common import history
from hospital.common.actor import Actor

FEN_MAX = 2**31 - 1
"""What a column of money holds."""
SHOWN_MAX = 40
DAY = timedelta(days=1)


def fen_kept(amount_fen: int) -> int | None:
    """The amount as it can be kept; None for one that no money has, which then stands in words only."""
    return amount_fen if 0 <= amount_fen <= FEN_MAX else None


def told(notice: Notice) -> str:
    """What a notice said, in words."""
    merchant = "" if notice.merchant_matches else ", another merchant"
    return f"{str(notice.amount_fen)[:SHOWN_MAX]} fen, transaction {notice.transaction_id}{merchant}"


def difference_keep(payment: Payment, notice: Notice, reason: str, *, actor: Actor, now: datetime) -> str:
    """Write down what does not fit; it stands in the payment's history and among the day's differences.

    An answer, which has no notice's number, comes every minute: the same one is written down once a day.
    """
    same = history.of(payment).filter(verb=DIFFER, reason=reason, at__gt=now - DAY)
    if notice.notice_id or not same.exists():
        data = {"told_fen": fen_kept(notice.amount_fen), "refund_no": notice.refund_no}
        history.note(payment, DIFFER, actor=actor, at=now, reason=reason, data=data)
    return "differs"
