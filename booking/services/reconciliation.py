"""Asking the provider about open payments: when a notice is lost, and when a number is gone."""

import logging
from datetime import datetime, timedelta

from booking.locks import lock_payment
from booking.models import Payment
from booking.providers import (
    Notice,
    OrderState,
    ProviderRefused,
    ProviderUnavailable,
    UnknownProvider,
    provider,
)
from booking.services.payment_notices import payment_notice_apply
from booking.services.refunds import payment_move
from hospital.common import clock, jobs
from hospital.common.actor import Actor
from hospital.common.transactions import transactional

ASK_AFTER = timedelta(minutes=1)
"""A notice usually comes within seconds; whoever still fills in the pay page is left alone."""

_JOB = Actor.job("payments")
logger = logging.getLogger(__name__)


def payments_reconcile(now: datetime) -> int:
    """Ask about every payment that is open for a minute, so that money without a notice is found; return how many were.

    A provider that does not answer is asked again at the next round.
    """
    silent = set[str]()
    still_open = Payment.objects.filter(state="created", created_at__lte=now - ASK_AFTER).order_by("pk")

    def ask(payment: Payment) -> bool:
        if payment.provider in silent:
            return False
        try:
            state = provider(payment.provider).query(payment.order_no)
        except (ProviderUnavailable, ProviderRefused, UnknownProvider):
            logger.warning("reconciliation: %s does not answer", payment.provider)
            silent.add(payment.provider)
            return False
        if state is None or state.state not in {"paid", "refused"}:
            return False
        payment_notice_apply(notice=_as_notice(payment, state), now=now)
        return True

    return sum(jobs.each("reconcile payment", still_open, ask))


def payment_close(*, payment_id: int, now: datetime) -> str:
    """The number is gone: the provider shall take no money for it. If it already did, the money is dealt with."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != "created":
        return payment.state
    gateway = provider(payment.provider)
    try:
        gateway.close(payment.order_no)
    except ProviderRefused:
        state = gateway.query(payment.order_no)
        if state is not None and state.state == "paid":
            return payment_notice_apply(notice=_as_notice(payment, state), now=now).result
        if state is not None and state.state == "unpaid":
            raise
        if state is None and (until := _payable_until(payment)) is not None and now < until:
            # a signed pay page that nobody opened yet can still be opened until its time is over
            key = f"{payment.code}:{until.isoformat()}"
            jobs.enqueue("payment.close", key=key, payload={"payment": payment.pk}, due_at=until)
            return payment.state
    _payment_expire(payment_id=payment_id, now=now)
    return "failed"


def _payable_until(payment: Payment) -> datetime | None:
    """Until when the pay page may be opened that was given out for this payment."""
    number = payment.appointment or payment.walk_in
    return number.pay_by if number else None


def _as_notice(payment: Payment, state: OrderState) -> Notice:
    """What the provider answered, in the form in which it should have told us."""
    return Notice(
        provider=payment.provider,
        notice_id=f"query:{state.transaction_id or payment.code}",
        kind="payment",
        out_trade_no=payment.order_no,
        refund_no="",
        transaction_id=state.transaction_id,
        amount_fen=state.amount_fen,
        merchant="",
        merchant_matches=state.merchant_matches,
        state="paid" if state.state == "paid" else "failed",
        signed_at=clock.wall(),
        payer=state.payer,
    )


@transactional
def _payment_expire(*, payment_id: int, now: datetime) -> None:
    payment = lock_payment(payment_id)
    if payment.state == "created":
        payment_move(payment, "expire", actor=_JOB, now=now)
