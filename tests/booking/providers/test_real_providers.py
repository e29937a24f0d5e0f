"""WeChat Pay and Alipay from the pay page to the refund, against gateways that sign and verify as they do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from booking import services
from booking.domain.settlements import Entry
from booking.models import Payment, PaymentNotice, Refund
from booking.providers import Order, ProviderRefused, ProviderUnavailable, RefundOrder
from booking.selectors.money import told_again
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.crypto import blind_index
from hospital.common.models import StateChange
from tests.booking.providers.conftest import Till
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


def test_who_pays_gets_the_number_and_the_provider_its_own_word_for_yes(till: Till) -> None:
    till.gate.bank.pay(till.no)
    answered = till.notify()
    assert answered.status_code == 200
    assert (
        answered.content
        == {"alipay": b"success", "wechat": b'{"code": "SUCCESS", "message": ""}'}[till.gate.name]
    )
    assert till.state == ("booked", "paid")
    payment = Payment.objects.get()
    assert (payment.paid_fen, payment.transaction_id) == (5000, f"4200{till.no}")
    assert [change.actor_name for change in history.of(payment) if change.verb == "pay"] == [till.gate.name]


@pytest.mark.parametrize("way", ["told", "asked"])
def test_who_paid_is_kept_as_a_blind_index_only(till: Till, now: VirtualClock, way: str) -> None:
    till.gate.bank.pay(till.no)
    now.advance(minutes=1)
    assert (till.notify().status_code == 200) if way == "told" else (services.payments_reconcile(now()) == 1)
    payment = Payment.objects.get()
    assert bytes(payment.payer_index or b"") == blind_index("payer", f"{till.gate.name}:payer-of-lin")
    assert "payer-of-lin" not in str(list(StateChange.objects.values()))


def test_asking_for_the_pay_page_again_gives_the_same_order(till: Till, now: VirtualClock) -> None:
    now.advance(minutes=3)
    again = till.page()
    if till.gate.name == "wechat":
        assert again == till.url
    assert list(till.gate.bank.orders) == [till.no]


def test_a_notice_that_comes_again_changes_nothing(till: Till) -> None:
    till.paid()
    assert till.notify().status_code == 200
    assert till.notify(notice_id="another-number").status_code == 200
    assert till.state == ("booked", "paid")
    assert StateChange.objects.filter(thing="payment", verb="pay").count() == 1
    assert not Refund.objects.exists()


@pytest.mark.parametrize("flaw", [{"forged": True}, {"age_s": 86_400}, {"age_s": 301}, {"age_s": -310}])
def test_a_notice_forged_or_not_of_the_last_five_minutes_is_401_and_leaves_no_row(
    till: Till, flaw: dict[str, Any]
) -> None:
    till.gate.bank.pay(till.no)
    rows = StateChange.objects.count()
    assert till.notify(**flaw).status_code == 401
    assert till.state == ("held", "created")
    assert not PaymentNotice.objects.exists()
    assert StateChange.objects.count() == rows


def test_a_notice_changed_on_its_way_is_401(till: Till) -> None:
    till.gate.bank.pay(till.no)
    headers, body, kind = till.gate.notice(till.no)
    changed = body.replace(b"5", b"6", 1)
    path = f"/api/v1/payments/{till.gate.name}/notify/"
    for spoiled in (changed, b"", b"{}", b"\xff\xfe", body + b"&sign=x", b"[" * 5000):
        assert Client().post(path, spoiled, content_type=kind, headers=headers).status_code == 401
    assert till.state == ("held", "created")


OTHERS: dict[str, list[dict[str, str]]] = {
    "wechat": [{"mchid": "1900000000"}, {"appid": "wx0000000000000000"}],
    "alipay": [{"app_id": "2021000000000009"}, {"seller_id": "2088000000000009"}],
}


@pytest.mark.parametrize("field", [0, 1])
def test_a_genuine_notice_about_another_merchant_is_held_for_a_person(till: Till, field: int) -> None:
    till.gate.bank.pay(till.no)
    assert till.notify(**OTHERS[till.gate.name][field]).status_code == 200
    assert till.state == ("held", "held_for_review")


@pytest.mark.parametrize("fen", [1, 4999, 5001, 500_000])
def test_another_amount_is_held_for_a_person(till: Till, fen: int) -> None:
    till.gate.bank.pay(till.no, fen)
    assert till.notify().status_code == 200
    assert till.state == ("held", "held_for_review")
    assert Payment.objects.get().paid_fen == fen


def test_a_notice_for_an_unknown_order_is_answered_so_that_it_comes_again(till: Till) -> None:
    till.gate.bank.pay(till.no)
    till.gate.bank.orders["NOBODYS"] = till.gate.bank.orders[till.no]
    till.no = "NOBODYS"
    assert till.notify(out_trade_no="NOBODYS").status_code == 503


def test_money_whose_notice_was_lost_is_found_by_asking(till: Till, now: VirtualClock) -> None:
    till.gate.bank.pay(till.no)
    now.advance(minutes=1)
    assert services.payments_reconcile(now()) == 1
    assert till.state == ("booked", "paid")
    assert till.notify().status_code == 200
    assert StateChange.objects.filter(thing="payment", verb="pay").count() == 1


def test_an_answer_that_the_provider_did_not_sign_is_no_answer(till: Till, now: VirtualClock) -> None:
    till.gate.bank.pay(till.no)
    till.gate.bank.forged_answers = True
    with pytest.raises(ProviderUnavailable):
        till.gate.client.query(till.no)
    now.advance(minutes=1)
    assert services.payments_reconcile(now()) == 0
    assert till.state == ("held", "created")


def test_a_provider_that_is_down_is_asked_again_later(till: Till, now: VirtualClock) -> None:
    till.gate.bank.pay(till.no)
    till.gate.bank.down = True
    now.advance(minutes=1)
    assert services.payments_reconcile(now()) == 0
    till.gate.bank.down = False
    now.advance(minutes=1)
    assert services.payments_reconcile(now()) == 1


def test_the_order_of_a_number_that_is_gone_is_closed(till: Till, now: VirtualClock) -> None:
    now.advance(minutes=16)
    services.holds_expire_due(now())
    assert services.payment_close(payment_id=till.payment.pk, now=now()) == "failed"
    assert till.gate.bank.orders[till.no].state == "closed"
    assert till.state == ("expired", "failed")


def test_a_close_that_finds_the_order_paid_takes_the_money_in(till: Till, now: VirtualClock) -> None:
    till.gate.bank.pay(till.no)
    now.advance(minutes=16)
    services.holds_expire_due(now())
    assert services.payment_close(payment_id=till.payment.pk, now=now()) == "booked_late"


def cancelled(till: Till, now: VirtualClock) -> Refund:
    till.paid()
    services.appointment_cancel(appointment_id=till.appointment.pk, actor=Actor.of(till.cast.lin), now=now())
    return Refund.objects.get()


def test_a_refund_gives_the_money_back(till: Till, now: VirtualClock) -> None:
    refund = cancelled(till, now)
    assert (refund.sent_at, refund.done_at) == (None, None)
    assert services.refund_send(refund_id=refund.pk, now=now()) == "done"
    refund.refresh_from_db()
    assert (refund.sent_at, refund.done_at) == (now(), now())
    assert till.state == ("cancelled", "refunded")
    assert till.gate.bank.refunded_fen(till.no) == 5000


def test_a_refund_repeated_with_the_same_key_is_made_once(till: Till, now: VirtualClock) -> None:
    refund = cancelled(till, now)
    order = RefundOrder(refund.code, till.no, 5000, 5000, "cancelled", "http://127.0.0.1/notify/")
    states = {till.gate.client.refund(order).state for _turn in range(5)}
    assert states == {"done"}
    assert till.gate.bank.refund_calls == 5
    assert till.gate.bank.refunded_fen(till.no) == 5000


def test_a_second_refund_of_the_same_order_is_refused_by_the_provider(till: Till, now: VirtualClock) -> None:
    refund = cancelled(till, now)
    services.refund_send(refund_id=refund.pk, now=now())
    with pytest.raises(ProviderRefused):
        till.gate.client.refund(RefundOrder("ANOTHERKEY", till.no, 5000, 5000, "again"))
    assert till.gate.bank.refunded_fen(till.no) == 5000


def test_a_refund_whose_answer_is_lost_is_made_once(till: Till, now: VirtualClock) -> None:
    refund = cancelled(till, now)
    till.gate.bank.stalls = 1
    with pytest.raises(ProviderUnavailable):
        services.refund_send(refund_id=refund.pk, now=now())
    refund.refresh_from_db()
    assert (refund.sent_at, refund.done_at, refund.failed_at) == (now(), None, None)
    assert services.refund_send(refund_id=refund.pk, now=now()) == "done"
    assert till.gate.bank.refunded_fen(till.no) == 5000
    assert till.state == ("cancelled", "refunded")


def test_a_refund_under_way_is_asked_about_until_it_is_done(till: Till, now: VirtualClock) -> None:
    refund = cancelled(till, now)
    till.gate.bank.refund_state = "processing"
    assert services.refund_send(refund_id=refund.pk, now=now()) == "processing"
    assert till.state == ("cancelled", "refunding")
    assert services.refunds_follow(now()) == 0
    now.advance(minutes=1)
    assert services.refunds_follow(now()) == 0
    till.gate.bank.refunds[refund.code].state = "done"
    assert services.refunds_follow(now()) == 1
    assert till.state == ("cancelled", "refunded")
    assert services.refunds_follow(now()) == 0
    assert till.gate.bank.refunded_fen(till.no) == 5000


def test_a_refund_that_the_provider_cannot_make_waits_for_a_person(till: Till, now: VirtualClock) -> None:
    refund = cancelled(till, now)
    till.gate.bank.refund_state = "failed"
    assert services.refund_send(refund_id=refund.pk, now=now()) == "failed"
    refund.refresh_from_db()
    assert refund.failed_at == now()
    assert refund.failure
    assert till.state == ("cancelled", "refunding")


def test_a_refund_of_another_amount_found_by_asking_ends_nothing_and_is_written_down_once(
    till: Till, now: VirtualClock
) -> None:
    refund = cancelled(till, now)
    till.gate.bank.give_back(refund.code, till.no, 1)
    assert services.refund_send(refund_id=refund.pk, now=now()) == "differs"
    for _minute in range(2):
        now.advance(minutes=1)
        assert services.refunds_follow(now()) == 0
    refund.refresh_from_db()
    assert (refund.done_at, refund.failed_at) == (None, None)
    assert till.state == ("cancelled", "refunding")
    (listed,) = told_again(provider=till.gate.name, day=clock.local(now()).date())
    assert listed == (Entry(till.no, refund.code), 5000, 1)
    till.gate.bank.refunds[refund.code].fen = 5000
    assert services.refunds_follow(now()) == 1
    assert till.state == ("cancelled", "refunded")


def test_a_notice_of_the_refund_ends_it(till: Till, now: VirtualClock) -> None:
    refund = cancelled(till, now)
    till.gate.bank.give_back(refund.code, till.no, 5000)
    assert till.notify(refund_no=refund.code, notice_id="refund-notice").status_code == 200
    assert till.state == ("cancelled", "refunded")
    assert services.refund_send(refund_id=refund.pk, now=now()) == "done"
    assert till.gate.bank.refunded_fen(till.no) == 5000


def test_the_statement_lists_what_was_paid_and_what_was_given_back(till: Till, now: VirtualClock) -> None:
    refund = cancelled(till, now)
    services.refund_send(refund_id=refund.pk, now=now())
    lines = till.gate.client.statement(now().date())
    assert {(line.order_no, line.refund_no, line.amount_fen) for line in lines} == {
        (till.no, "", 5000),
        (till.no, refund.code, 5000),
    }


def test_the_patient_is_led_to_the_pay_page_or_shown_the_code_to_scan(till: Till, client: Client) -> None:
    client.force_login(till.cast.lin)
    answered = client.post(
        f"/appointments/{till.appointment.code}/pay/", {"provider": till.gate.name, "key": "k"}
    )
    if till.gate.name == "alipay":
        assert answered.status_code == 302
        assert till.gate.open_page(answered["Location"]).fen == 5000
    else:
        assert answered.status_code == 200
        assert "Scan to pay ¥50.00" in answered.content.decode()
        assert "<svg" in answered.content.decode()


def test_a_code_for_somebody_elses_phone_is_an_order_of_its_own_kind(till: Till, now: VirtualClock) -> None:
    order = Order("WALKIN1", 5000, "x", 900, "http://127.0.0.1/n/", "http://127.0.0.1/", "x", now(), "qr")
    assert till.gate.client.create_order(order).startswith(("weixin://", "https://qr.alipay.com/"))
