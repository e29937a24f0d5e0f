"""Refunds: the row with its key is written first, the provider is asked by a job."""

from datetime import datetime

from booking.domain.states import PAYMENT
from booking.locks import lock_payment
from booking.models import Payment, Refund
from booking.providers import RefundOrder, provider
from hospital.common import history, jobs
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.transactions import transactional

CASH = "cash"
_JOB = Actor.job("payments")


def payment_move(
    payment: Payment, verb: str, *, actor: Actor, now: datetime, reason: str = "", **columns: object
) -> None:
    """Move a locked payment along its table, with its history row."""
    before, payment.state = payment.state, next_state(PAYMENT, payment.state, verb)
    for name, value in columns.items():
        setattr(payment, name, value)
    payment.save(update_fields=["state", *columns])
    history.record(
        thing=payment,
        verb=verb,
        from_state=before,
        to_state=payment.state,
        actor=actor,
        at=now,
        reason=reason,
    )


def refund_write(*, payment: Payment, reason: str, actor: Actor, now: datetime) -> Refund:
    """Decide a full refund inside the caller's transaction. One per payment, however often this is retried.

    Cash is handed back at the desk at once; everything else goes to the provider by a job.
    """
    payment_move(payment, "refund", actor=actor, now=now, reason=reason)
    refund = Refund.objects.create(
        payment=payment,
        amount_fen=payment.paid_fen or payment.amount_fen,
        reason=reason[:200],
        created_at=now,
    )
    if payment.provider == CASH:
        refund_finish(refund=refund, payment=payment, actor=actor, now=now)
    else:
        jobs.enqueue("refund.send", key=refund.code, payload={"refund": refund.pk}, due_at=now)
    return refund


def refund_finish(*, refund: Refund, payment: Payment, actor: Actor, now: datetime) -> None:
    """The money is back with the patient."""
    refund.done_at = now
    refund.save(update_fields=["done_at"])
    payment_move(payment, "done", actor=actor, now=now)


def refund_send(*, refund_id: int, now: datetime) -> str:
    """Ask the provider to pay back, with the key that was stored before; safe to repeat after any failure.

    Raises
    ------
    ProviderUnavailable, ProviderRefused
        Then the job is tried again with the same key.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    payment = refund.payment
    state = provider(payment.provider).refund(
        RefundOrder(
            refund_no=refund.code,
            out_trade_no=payment.order_no,
            amount_fen=refund.amount_fen,
            total_fen=payment.paid_fen or payment.amount_fen,
            reason=refund.reason,
        )
    )
    if state.state == "done":
        _refund_done(refund_id=refund_id, now=now)
    return state.state


@transactional
def _refund_done(*, refund_id: int, now: datetime) -> None:
    refund = Refund.objects.get(pk=refund_id)
    payment = lock_payment(refund.payment_id)
    if payment.state == "refunding":
        refund_finish(refund=refund, payment=payment, actor=_JOB, now=now)
