"""Prepayment: money ends in a number, a refund, or a person's hands; never nowhere."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from booking import services
from booking.domain import errors
from booking.domain.settlements import Entry
from booking.models import Appointment, ClinicSession, Payment, PaymentNotice, Refund, ReturnedNumber
from booking.providers import Notice, RefundOrder, RefundState
from booking.selectors.money import told_again
from booking.services.payment_notices import UnknownOrder
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.models import Job, Message
from tests.booking.conftest import check_invariants
from tests.clock import VirtualClock
from tests.factories import Cast, expert, hold, pay, session, slots

pytestmark = pytest.mark.django_db


def paid(payment: Payment, number: int = 1, **changes: object) -> Notice:
    notice = Notice(
        provider="sandbox",
        notice_id=f"n{number}",
        kind="payment",
        out_trade_no=payment.order_no,
        refund_no="",
        transaction_id=f"t-{payment.code}",
        amount_fen=payment.amount_fen,
        merchant="fenliu-demo",
        merchant_matches=True,
        state="paid",
        signed_at=payment.created_at,
    )
    return replace(notice, **changes)  # type: ignore[arg-type]


@pytest.fixture
def payment(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> Payment:
    """Lin holds the only number of the second slot and is about to pay."""
    held = hold(slots(tomorrow)[1], cast.patients["lin"], cast.lin, now())
    return services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
    )


def state_of(payment: Payment) -> tuple[str, str]:
    payment.refresh_from_db()
    assert payment.appointment is not None
    return payment.state, payment.appointment.state


def test_a_paid_notice_books_the_number_and_tells_the_patient(payment: Payment, now: VirtualClock) -> None:
    result = services.payment_notice_apply(notice=paid(payment), now=now())
    assert result.result == "booked"
    assert state_of(payment) == ("paid", "booked")
    assert Message.objects.filter(kind="booked", channel="sms").count() == 1


def test_a_notice_that_comes_twice_changes_nothing(payment: Payment, now: VirtualClock) -> None:
    services.payment_notice_apply(notice=paid(payment), now=now())
    again = services.payment_notice_apply(notice=paid(payment), now=now())
    other = services.payment_notice_apply(notice=paid(payment, 2), now=now())
    assert (again.repeated, other.result) == (True, "ignored")
    assert state_of(payment) == ("paid", "booked")
    assert Refund.objects.count() == 0


def test_a_notice_for_an_unknown_order_is_to_be_sent_again(payment: Payment, now: VirtualClock) -> None:
    with pytest.raises(UnknownOrder) as refused:
        services.payment_notice_apply(notice=paid(payment, out_trade_no="NOSUCHORDER"), now=now())
    assert refused.value.status == 503
    assert PaymentNotice.objects.count() == 0


@pytest.mark.parametrize("wrong", [{"amount_fen": 1}, {"merchant_matches": False}])
def test_a_wrong_amount_or_merchant_is_held_for_a_person(
    payment: Payment, now: VirtualClock, wrong: dict[str, object]
) -> None:
    result = services.payment_notice_apply(notice=paid(payment, **wrong), now=now())
    assert result.result == "held_for_review"
    assert state_of(payment) == ("held_for_review", "held")


@pytest.mark.parametrize("other", [{"amount_fen": 1}, {"merchant_matches": False}, {"transaction_id": "t2"}])
@pytest.mark.parametrize("first", ["paid", "failed"])
def test_money_told_of_again_otherwise_is_a_persons_and_the_number_stays(
    payment: Payment, cast: Cast, now: VirtualClock, other: dict[str, object], first: str
) -> None:
    if first == "failed":
        services.payment_notice_apply(notice=paid(payment, 7, state="failed"), now=now())
    services.payment_notice_apply(notice=paid(payment), now=now())
    kept = Payment.objects.get(state="paid")
    told = services.payment_notice_apply(notice=paid(payment, 2, **other), now=now())
    if first == "failed" and "transaction_id" in other:
        assert told.result == "refunded", "another payment of a declined order is money of its own"
        return
    assert told.result == "held_for_review"
    assert state_of(kept) == ("held_for_review", "booked")
    assert (kept.paid_fen, kept.transaction_id) == (5000, f"t-{payment.code}")
    assert kept.review_note.startswith("told again: ")
    check_invariants()
    review = {"code": kept.code, "reason": "asked the bank", "actor": Actor.of(cast.manager), "now": now()}
    assert services.payment_review(decision="accept", **review) == "booked"  # type: ignore[arg-type]
    assert state_of(kept) == ("paid", "booked")
    check_invariants()


def test_money_held_for_a_person_goes_back_when_the_number_was_cancelled_meanwhile(
    payment: Payment, cast: Cast, now: VirtualClock
) -> None:
    services.payment_notice_apply(notice=paid(payment), now=now())
    services.payment_notice_apply(notice=paid(payment, 2, amount_fen=1), now=now())
    assert payment.appointment_id is not None
    services.appointment_cancel(appointment_id=payment.appointment_id, actor=Actor.of(cast.lin), now=now())
    review = {"code": payment.code, "reason": "asked the bank", "actor": Actor.of(cast.manager), "now": now()}
    assert services.payment_review(decision="accept", **review) == "refunded"  # type: ignore[arg-type]
    assert Refund.objects.get().amount_fen == 5000
    check_invariants()


def test_money_told_of_again_that_a_person_gives_back_takes_the_number_along(
    payment: Payment, cast: Cast, now: VirtualClock
) -> None:
    services.payment_notice_apply(notice=paid(payment), now=now())
    services.payment_notice_apply(notice=paid(payment, 2, amount_fen=1), now=now())
    assert payment.appointment is not None
    review = {"code": payment.code, "reason": "asked the bank", "actor": Actor.of(cast.manager), "now": now()}
    assert services.payment_review(decision="refund", **review) == "refunded"  # type: ignore[arg-type]
    assert state_of(payment) == ("refunding", "cancelled")
    assert Refund.objects.get().amount_fen == 5000
    assert ReturnedNumber.objects.get().slot_id == payment.appointment.slot_id
    assert Message.objects.filter(kind="cancelled", channel="sms").count() == 1
    check_invariants()


def test_money_of_a_patient_who_is_here_goes_back_only_once_the_ticket_is_cancelled(
    payment: Payment, cast: Cast, now: VirtualClock
) -> None:
    services.payment_notice_apply(notice=paid(payment), now=now())
    services.payment_notice_apply(notice=paid(payment, 2, amount_fen=1), now=now())
    assert payment.appointment_id is not None
    here = {
        "appointment_id": payment.appointment_id,
        "actor": Actor.of(cast.desk),
        "now": now.at("07:10", days=1),
    }
    services.appointment_arrive(**here)
    review = {"code": payment.code, "reason": "asked the bank", "actor": Actor.of(cast.manager), "now": now()}
    with pytest.raises(errors.TicketFirst):
        services.payment_review(decision="refund", **review)  # type: ignore[arg-type]
    assert state_of(payment) == ("held_for_review", "arrived")
    services.appointment_leave(**here)
    assert services.payment_review(decision="refund", **review) == "refunded"  # type: ignore[arg-type]
    assert state_of(payment) == ("refunding", "left")
    check_invariants()


@pytest.mark.parametrize(("at", "result"), [("06:30", "booked_late"), ("07:30", "refunded")])
def test_a_hold_is_over_at_its_deadline_also_when_no_job_has_ended_it(
    payment: Payment, now: VirtualClock, at: str, result: str
) -> None:
    now.at(at, days=1)
    assert services.payment_notice_apply(notice=paid(payment), now=now()).result == result
    assert Appointment.objects.filter(state="expired").count() == 1
    assert Refund.objects.count() == (result == "refunded")
    check_invariants()


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Registration fee returned"), ("zh-hans", "挂号费退款")]
)
def test_the_payer_reads_a_fixed_text_and_never_why_staff_cancelled(
    payment: Payment, cast: Cast, now: VirtualClock, monkeypatch: pytest.MonkeyPatch, language: str, text: str
) -> None:
    cast.lin.language = language
    cast.lin.save()
    services.payment_notice_apply(notice=paid(payment), now=now())
    assert payment.appointment_id is not None
    services.appointment_cancel(
        appointment_id=payment.appointment_id, actor=Actor.of(cast.desk), now=now(), reason="in psychiatry"
    )
    asked = []

    def give_back(order: RefundOrder) -> RefundState:
        asked.append(order.reason)
        return RefundState(order.refund_no, "done", order.amount_fen, "B1")

    bank = SimpleNamespace(refund=give_back)
    monkeypatch.setattr("booking.services.refunds.provider", lambda _name: bank)
    refund = Refund.objects.get()
    assert services.refund_send(refund_id=refund.pk, now=now()) == "done"
    assert (asked, refund.reason) == ([text], "in psychiatry")


def test_late_money_takes_a_number_while_one_is_left(payment: Payment, now: VirtualClock) -> None:
    now.advance(minutes=16)
    services.holds_expire_due(now())
    result = services.payment_notice_apply(notice=paid(payment), now=now())
    assert result.result == "booked_late"
    assert state_of(payment) == ("paid", "booked")
    assert sorted(Appointment.objects.values_list("state", flat=True)) == ["booked", "expired"]


def test_late_money_is_refunded_in_the_same_transaction_when_none_is_left(
    payment: Payment, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.at("12:00")  # less than a day before the slot, so the number is public at once
    services.holds_expire_due(now())
    hold(slots(tomorrow)[1], cast.patients["chen"], cast.chen, now())
    result = services.payment_notice_apply(notice=paid(payment), now=now())
    assert result.result == "refunded"
    assert state_of(payment) == ("refunding", "expired")
    assert Refund.objects.get().amount_fen == 5000
    assert Job.objects.filter(kind="refund.send").count() == 1


def test_late_money_never_gives_a_second_number_in_the_department_and_day(
    payment: Payment, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.advance(minutes=16)
    services.holds_expire_due(now())
    colleague = session(tomorrow.date, now=now(), doctor=expert("qian"), quotas=[5, 5, 5, 5])
    hold(slots(colleague)[0], cast.patients["lin"], cast.lin, now())
    assert services.payment_notice_apply(notice=paid(payment), now=now()).result == "refunded"
    assert state_of(payment) == ("refunding", "expired")


def test_late_money_after_the_opening_is_always_refunded(payment: Payment, now: VirtualClock) -> None:
    now.advance(minutes=16)
    services.holds_expire_due(now())
    now.at("07:00", days=1)
    assert services.payment_notice_apply(notice=paid(payment), now=now()).result == "refunded"
    assert state_of(payment) == ("refunding", "expired")


def test_a_hold_from_before_the_opening_may_still_be_paid_after_it(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.at("06:55", days=1)
    held = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    now.at("07:05")
    services.sessions_advance(now())
    payment = services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
    )
    assert services.payment_notice_apply(notice=paid(payment), now=now()).result == "booked"
    tomorrow.refresh_from_db()
    assert tomorrow.pool_left == 39


def test_cancelling_in_time_refunds_in_full_and_only_once(
    payment: Payment, cast: Cast, now: VirtualClock
) -> None:
    services.payment_notice_apply(notice=paid(payment), now=now())
    assert payment.appointment_id is not None
    services.appointment_cancel(appointment_id=payment.appointment_id, actor=Actor.of(cast.lin), now=now())
    assert state_of(payment) == ("refunding", "cancelled")
    refund = Refund.objects.get()
    assert (refund.amount_fen, refund.done_at) == (5000, None)
    done = paid(payment, 9, kind="refund", refund_no=refund.code, state="refunded")
    services.payment_notice_apply(notice=done, now=now())
    services.payment_notice_apply(notice=replace(done, notice_id="n10"), now=now())
    assert state_of(payment) == ("refunded", "cancelled")


def test_the_desk_refunds_after_the_deadline_only_when_it_says_so(
    payment: Payment, cast: Cast, now: VirtualClock
) -> None:
    services.payment_notice_apply(notice=paid(payment), now=now())
    now.at("07:30", days=1)
    assert payment.appointment_id is not None
    services.appointment_cancel(
        appointment_id=payment.appointment_id, actor=Actor.of(cast.desk), now=now(), reason="patient phoned"
    )
    assert state_of(payment) == ("paid", "cancelled")
    assert Refund.objects.count() == 0


def test_nothing_can_be_paid_once_the_hold_is_over(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    now.advance(minutes=15)
    with pytest.raises(errors.HoldOver):
        services.payment_create(
            appointment_id=held.pk, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
        )
    assert Payment.objects.count() == 0


def test_asking_to_pay_twice_gives_the_same_order(payment: Payment, cast: Cast, now: VirtualClock) -> None:
    assert payment.appointment_id is not None
    again = services.payment_create(
        appointment_id=payment.appointment_id,
        provider_name="sandbox",
        actor=Actor.of(cast.lin),
        now=now() + timedelta(minutes=1),
    )
    assert again.pk == payment.pk


def test_money_for_a_declined_order_counts_although_a_new_order_is_open(
    payment: Payment, cast: Cast, now: VirtualClock
) -> None:
    services.payment_notice_apply(notice=paid(payment, 1, state="failed"), now=now())
    assert payment.appointment_id is not None
    second = services.payment_create(
        appointment_id=payment.appointment_id, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
    )
    assert services.payment_notice_apply(notice=paid(payment, 2), now=now()).result == "booked"
    assert services.payment_notice_apply(notice=paid(second, 3), now=now()).result == "refunded"
    assert Refund.objects.get().payment_id == second.pk


@pytest.mark.parametrize("other", [{"amount_fen": 1}, {"merchant_matches": False}, {"refund_no": "UNKNOWN"}])
@pytest.mark.parametrize("state", ["refunded", "refund_failed"])
def test_a_refund_notice_of_another_amount_merchant_or_refund_ends_no_refund(
    payment: Payment, cast: Cast, now: VirtualClock, other: dict[str, object], state: str
) -> None:
    services.payment_notice_apply(notice=paid(payment), now=now())
    assert payment.appointment_id is not None
    services.appointment_cancel(appointment_id=payment.appointment_id, actor=Actor.of(cast.lin), now=now())
    refund = Refund.objects.get()
    right = paid(payment, 9, kind="refund", refund_no=refund.code, state=state)
    told = services.payment_notice_apply(notice=replace(right, notice_id="n8", **other), now=now())  # type: ignore[arg-type]
    assert told.result == "differs"
    assert state_of(payment) == ("refunding", "cancelled")
    refund.refresh_from_db()
    assert (refund.done_at, refund.failed_at) == (None, None)
    (listed,) = told_again(provider="sandbox", day=clock.local(now()).date())
    ours = None if "refund_no" in other else 5000
    number = str(other.get("refund_no", refund.code))
    assert listed == (Entry(payment.order_no, number), ours, other.get("amount_fen", 5000))
    assert services.payment_notice_apply(notice=right, now=now()).result == state, (
        "the right one still counts"
    )


@pytest.mark.parametrize("fen", [-800, 2**31, 10**30])
@pytest.mark.parametrize("stands", ["created", "failed", "refunding"])
def test_an_amount_that_cannot_be_is_kept_for_a_person(
    payment: Payment, cast: Cast, now: VirtualClock, manager: Client, fen: int, stands: str
) -> None:
    assert payment.appointment_id is not None
    if stands == "failed":
        services.payment_notice_apply(notice=paid(payment, 7, state="failed"), now=now())
    if stands == "refunding":
        services.payment_notice_apply(notice=paid(payment), now=now())
        services.appointment_cancel(
            appointment_id=payment.appointment_id, actor=Actor.of(cast.lin), now=now()
        )
    told = services.payment_notice_apply(notice=paid(payment, 2, amount_fen=fen), now=now())
    day = clock.local(now()).date()
    if stands == "refunding":
        assert told.result == "differs"
        services.settlement_make(provider_name="sandbox", day=day, now=now())
    else:
        assert told.result == "held_for_review"
        kept = Payment.objects.get(state="held_for_review")
        assert kept.paid_fen is None
        assert f"{fen} fen" in history.of(kept).filter(verb="mismatch").get().reason
        assert "¥50.00 asked for" in manager.get("/manage/money/").content.decode()
    check_invariants()


@pytest.mark.parametrize("stands", ["created", "failed"])
def test_one_transaction_pays_one_order_only(
    payment: Payment, cast: Cast, tomorrow: ClinicSession, now: VirtualClock, stands: str
) -> None:
    other = pay(hold(slots(tomorrow)[0], cast.patients["chen"], None, now()), now())
    if stands == "failed":
        services.payment_notice_apply(notice=paid(payment, 7, state="failed"), now=now())
    told = services.payment_notice_apply(
        notice=paid(payment, 2, transaction_id=other.transaction_id or other.code), now=now()
    )
    assert told.result == "held_for_review"
    kept = Payment.objects.get(state="held_for_review")
    assert (kept.order_no, kept.transaction_id) == (payment.order_no, "")
    assert other.order_no in history.of(kept).filter(verb="mismatch").get().reason
    check_invariants()
