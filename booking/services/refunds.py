"""Refunds: the row with its key is written first, the provider is asked by a job."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from booking.domain.states import PAYMENT
from booking.locks import lock_payment
from booking.models import Payment, Refund
from booking.providers import (
    Notice,
    ProviderRefused,
    ProviderUnavailable,
    RefundOrder,
    RefundState,
    UnknownProvider,
    provider,
)
from booking.services import notices
from booking.services.notice_differences import difference_keep, told
from booking.services.notice_rows import reader_of
from hospital.common import clock, history, jobs
from hospital.common.actor import Actor
from hospital.common.errors import gettext_noop
from hospital.common.transactions import transactional

CASH = "cash"
SAID_TO_PAYER = gettext_noop("Registration fee returned")
"""All that the provider, and with it the payer, reads of why: the reason is the hospital's own."""
ASK_AFTER = timedelta(minutes=1)
FOLLOWED_AT_ONCE = 500
FAILURE_MAX = 200
_JOB = Actor.job("payments")
logger = logging.getLogger(__name__)


def payment_move(
    payment: Payment, verb: str, *, actor: Actor, now: datetime, reason: str = "", **columns: object
) -> None:
    """Move a locked payment along its table, with its history row."""
    history.move(payment, PAYMENT, verb, actor=actor, at=now, reason=reason, columns=columns)


def refund_write(
    *, payment: Payment, reason: str, actor: Actor, now: datetime, is_there: bool = False
) -> Refund:
    """Decide a full refund inside the caller's transaction. One per payment, however often this is retried.

    Cash waits at the desk (:func:`~booking.services.counter.refund_hand_back`), and the patient is told to come;
    it is handed back at once only when the patient ``is_there``. Everything else goes to the provider by a job.
    """
    payment_move(payment, "refund", actor=actor, now=now, reason=reason)
    refund = Refund.objects.create(
        payment=payment,
        amount_fen=payment.paid_fen or payment.amount_fen,
        reason=reason[:200],
        created_at=now,
    )
    if payment.provider != CASH:
        jobs.enqueue("refund.send", key=refund.code, payload={"refund": refund.pk}, due_at=now)
    elif is_there:
        refund_finish(refund=refund, payment=payment, actor=actor, now=now)
    else:
        notices.refund_cash(refund, now)
    return refund


def refund_finish(*, refund: Refund, payment: Payment, actor: Actor, now: datetime, reason: str = "") -> None:
    """The money is back with the patient."""
    refund.done_at, refund.failed_at = now, None
    refund.save(update_fields=["done_at", "failed_at"])
    payment_move(payment, "done", actor=actor, now=now, reason=reason)
    if payment.provider != CASH:
        notices.refund(refund, now)


def refund_fail(*, refund: Refund, payment: Payment, failure: str, actor: Actor, now: datetime) -> None:
    """The provider could not pay it back: a person looks at it on the money page. The payment is locked."""
    if refund.failed_at is not None:
        return
    refund.failed_at, refund.failure = now, failure[:FAILURE_MAX]
    refund.save(update_fields=["failed_at", "failure"])
    history.note(payment, "refund_fail", actor=actor, at=now, reason=refund.failure)
    notices.refund_failed(refund, now)


def refund_noticed(payment: Payment, notice: Notice, *, actor: Actor, now: datetime) -> str:
    """A refund ends by word of this very refund, amount and merchant, and by no other. The payment is locked.

    Whether the provider told us by itself or was asked makes no difference.
    """
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


def refund_send(*, refund_id: int, now: datetime) -> str:
    """Ask the provider to pay back, with the key that was stored before; safe to repeat after any failure.

    Returns
    -------
    str
        ``done``, ``processing`` or ``differs`` (asked again by a duty), or ``failed`` (a person must).

    Raises
    ------
    ProviderUnavailable
        Then the job is tried again with the same key.
    """
    refund = _refund_begin(refund_id=refund_id, now=now)
    if refund.done_at is not None:
        return "done"
    payment = refund.payment
    gateway = provider(payment.provider)
    try:
        known = gateway.refund(
            RefundOrder(
                refund_no=refund.code,
                out_trade_no=payment.order_no,
                amount_fen=refund.amount_fen,
                total_fen=payment.paid_fen or payment.amount_fen,
                reason=_said_to_payer(payment),
                notify_url=settings.PUBLIC_URL + reverse("api:payment-notify", args=[payment.provider]),
            )
        )
    except ProviderRefused as refused:
        return _refund_refused(refund_id=refund_id, failure=refused.provider_code, now=now)
    return _refund_answered(refund_id=refund_id, known=known, now=now)


def refunds_follow(now: datetime) -> int:
    """Ask about every refund that the provider is still working on; return how many came to an end.

    One that the provider does not know is sent again with its key: it was never received.
    """
    ended, silent = 0, set[str]()
    for refund in _under_way(now):
        name, order_no = refund.payment.provider, refund.payment.order_no
        if name in silent:
            continue
        try:
            known = provider(name).query_refund(refund.code, order_no)
            if known is None:
                state = refund_send(refund_id=refund.pk, now=now)
            else:
                state = _refund_answered(refund_id=refund.pk, known=known, now=now)
        except (ProviderUnavailable, ProviderRefused, UnknownProvider):
            logger.warning("refunds: %s does not answer", name)
            silent.add(name)
            continue
        ended += state in {"done", "failed"}
    return ended


def _under_way(now: datetime) -> list[Refund]:
    sent = Refund.objects.filter(sent_at__lte=now - ASK_AFTER, done_at=None, failed_at=None)
    return list(sent.select_related("payment").order_by("sent_at")[:FOLLOWED_AT_ONCE])


def _said_to_payer(payment: Payment) -> str:
    number = payment.appointment or payment.walk_in
    account = payment.appointment.account if payment.appointment else None
    reader = reader_of(number.patient, account) if number else None
    with translation.override(reader.language if reader and reader.language else settings.LANGUAGE_CODE):
        return gettext(SAID_TO_PAYER)


@transactional
def _refund_begin(*, refund_id: int, now: datetime) -> Refund:
    """Write down that the provider is about to be asked, before it is."""
    refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund_id)
    if refund.sent_at is None:
        refund.sent_at = now
        refund.save(update_fields=["sent_at"])
    return refund


@transactional
def _refund_answered(*, refund_id: int, known: RefundState, now: datetime) -> str:
    """Take in what the provider knows, as if it had sent a notice of it."""
    if known.state == "processing":
        return known.state
    payment = _lock_payment_of(refund_id)
    result = refund_noticed(payment, _as_notice(payment, known), actor=_JOB, now=now)
    return result if result == "differs" else known.state


@transactional
def _refund_refused(*, refund_id: int, failure: str, now: datetime) -> str:
    payment = _lock_payment_of(refund_id)
    if payment.state == "refunding":
        refund = Refund.objects.get(pk=refund_id)
        refund_fail(refund=refund, payment=payment, failure=failure, actor=_JOB, now=now)
    return "failed"


def _lock_payment_of(refund_id: int) -> Payment:
    return lock_payment(Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id))


def _as_notice(payment: Payment, known: RefundState) -> Notice:
    """What the provider answered, in the form in which it should have told us."""
    return Notice(
        provider=payment.provider,
        notice_id="",
        kind="refund",
        state="refunded" if known.state == "done" else "refund_failed",
        out_trade_no=payment.order_no,
        refund_no=known.refund_no,
        transaction_id=known.provider_refund_no,
        amount_fen=known.amount_fen,
        merchant="",
        merchant_matches=True,
        signed_at=clock.wall(),
    )
