"""What no rule can decide, a person does: money that did not fit, refunds that failed. And the page for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from booking import services
from booking.models import Appointment, ClinicSession, Payment, Refund
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, ReasonMissing
from hospital.common.models import Job
from tests.booking.gateway import LocalGateway, local_gateway
from tests.clock import VirtualClock
from tests.factories import Cast, hold, slots

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[LocalGateway]:
    with local_gateway(tmp_path, time.time) as local:
        yield local


class Case:
    """Lin's payment, from the hold to whatever a person decides."""

    def __init__(self, gate: LocalGateway, cast: Cast, session: ClinicSession, now: VirtualClock) -> None:
        self.gate, self.cast, self.now = gate, cast, now
        self.held: Appointment = hold(slots(session)[1], cast.patients["lin"], cast.lin, now())
        self.payment = services.payment_create(
            appointment_id=self.held.pk, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
        )

    def pay(self, mode: str = "normal") -> None:
        self.gate.switch(mode)
        self.gate.press(services.payment_pay_url(payment_code=self.payment.code, now=self.now()))
        self.gate.deliver(Client())
        self.gate.switch("normal")

    def refund_failed(self) -> Refund:
        self.pay()
        services.appointment_cancel(
            appointment_id=self.held.pk, actor=Actor.of(self.cast.lin), now=self.now()
        )
        self.gate.switch("refund_failed", count=1)
        refund = Refund.objects.get()
        assert services.refund_send(refund_id=refund.pk, now=self.now()) == "failed"
        self.gate.switch("normal")
        return refund

    def review(self, decision: str, reason: str = "the payer called") -> str:
        return services.payment_review(
            code=self.payment.code,
            decision=decision,
            reason=reason,
            actor=Actor.of(self.cast.manager),
            now=self.now(),
        )

    def review_refund(self, refund: Refund, decision: str) -> str:
        return services.refund_review(
            code=refund.code,
            decision=decision,
            reason="asked the bank",
            actor=Actor.of(self.cast.manager),
            now=self.now(),
        )

    @property
    def state(self) -> tuple[str, str]:
        payment = Payment.objects.get(pk=self.payment.pk)
        assert payment.appointment is not None
        return payment.appointment.state, payment.state


@pytest.fixture
def case(gate: LocalGateway, cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> Case:
    return Case(gate, cast, tomorrow, now)


def test_money_taken_as_paid_books_the_number(case: Case) -> None:
    case.pay("wrong_amount")
    assert case.state == ("held", "held_for_review")
    assert case.review("accept") == "booked"
    assert case.state == ("booked", "paid")
    payment = Payment.objects.get()
    assert (payment.review_note, payment.reviewed_at) == ("the payer called", case.now())
    decided = history.of(payment).latest("pk")
    assert (decided.verb, decided.actor_name) == ("accept", case.cast.manager.username)


def test_money_taken_as_paid_after_the_hold_follows_the_rules_of_late_money(case: Case, cast: Cast) -> None:
    case.pay("wrong_amount")
    case.now.advance(minutes=16)
    services.holds_expire_due(case.now())
    assert case.review("accept") == "booked_late"


def test_money_taken_as_paid_once_walk_in_registration_is_open_goes_back(case: Case) -> None:
    case.pay("wrong_amount")
    case.now.advance(minutes=16)
    services.holds_expire_due(case.now())
    case.now.at("07:00", days=1)
    assert case.review("accept") == "refunded"
    assert case.state == ("expired", "refunding")


def test_money_that_does_not_fit_is_given_back_to_the_fen(case: Case) -> None:
    case.pay("wrong_amount")
    assert case.review("refund") == "refunded"
    refund = Refund.objects.get()
    assert (refund.amount_fen, case.state) == (5001, ("held", "refunding"))
    assert Job.objects.filter(kind="refund.send", key=refund.code).exists()


def test_a_note_decides_nothing(case: Case) -> None:
    case.pay("wrong_merchant")
    assert case.review("note") == "noted"
    assert case.state == ("held", "held_for_review")
    assert Payment.objects.get().review_note == "the payer called"


@pytest.mark.parametrize("decision", ["accept", "refund", "note"])
def test_a_decision_needs_a_reason_and_is_made_once(case: Case, decision: str) -> None:
    case.pay("wrong_amount")
    with pytest.raises(ReasonMissing):
        case.review(decision, " ")
    assert case.state == ("held", "held_for_review")
    if decision != "note":
        case.review(decision)
        with pytest.raises(IllegalTransition):
            case.review(decision)


def test_money_that_fits_is_nobodys_to_decide(case: Case) -> None:
    case.pay()
    for decision in ("accept", "refund", "note"):
        with pytest.raises(IllegalTransition):
            case.review(decision)
    assert case.state == ("booked", "paid")


def test_a_failed_refund_is_asked_for_again_with_the_same_number(case: Case) -> None:
    refund = case.refund_failed()
    case.gate.made.store._write("delete from refunds")
    assert case.review_refund(refund, "again") == "again"
    refund.refresh_from_db()
    assert refund.failed_at is None
    assert Job.objects.filter(kind="refund.send", done_at=None).count() == 2
    assert services.refund_send(refund_id=refund.pk, now=case.now()) == "done"
    assert case.state == ("cancelled", "refunded")
    assert case.gate.made.store.refunded_fen(case.payment.order_no) == 5000


def test_a_refund_paid_back_another_way_is_written_down(case: Case) -> None:
    refund = case.refund_failed()
    assert case.review_refund(refund, "by_hand") == "done"
    assert case.state == ("cancelled", "refunded")
    assert history.of(case.payment).latest("pk").reason == "asked the bank"
    with pytest.raises(IllegalTransition):
        case.review_refund(refund, "again")


def test_a_refund_under_way_is_nobodys_to_decide(case: Case) -> None:
    case.pay()
    services.appointment_cancel(appointment_id=case.held.pk, actor=Actor.of(case.cast.lin), now=case.now())
    with pytest.raises(IllegalTransition):
        case.review_refund(Refund.objects.get(), "by_hand")


@pytest.fixture
def page(case: Case, client: Client) -> Client:
    client.force_login(case.cast.manager)
    return client


def test_the_page_lists_what_to_decide_and_takes_the_decision(case: Case, page: Client) -> None:
    shown = page.get("/manage/money/").content.decode()
    assert "No money waits for a decision." in shown
    assert f'href="/manage/money/{clock.today()}/"' in shown
    assert "still running" in page.get(f"/manage/money/{clock.today()}/").content.decode()
    case.pay("wrong_amount")
    html = page.get("/manage/money/").content.decode()
    assert "¥50.01 paid, ¥50.00 asked for" in html
    assert case.payment.order_no in html
    assert "The provider told of ¥50.01 by transaction" in html
    where = f"/manage/money/{case.payment.code}/decide/"
    refused = page.post(where, {"decision": "accept", "reason": ""})
    assert refused.status_code == 400
    assert "give a reason" in refused.content.decode()
    assert case.state == ("held", "held_for_review")
    done = page.post(where, {"decision": "accept", "reason": "one fen too much"}, follow=True)
    assert "Taken as paid. The number is booked." in done.content.decode()
    assert case.state == ("booked", "paid")
    again = page.post(where, {"decision": "accept", "reason": "twice"})
    assert again.status_code == 409


def test_the_page_lists_failed_refunds(case: Case, page: Client) -> None:
    refund = case.refund_failed()
    html = page.get("/manage/money/").content.decode()
    assert "Refund of ¥50.00 failed" in html
    where = f"/manage/money/{refund.code}/decide/"
    page.post(where, {"decision": "note_refund", "reason": "waiting for the bank"})
    assert "waiting for the bank" in page.get("/manage/money/").content.decode()
    page.post(where, {"decision": "by_hand", "reason": "bank transfer"})
    assert case.state == ("cancelled", "refunded")
    assert "No money waits for a decision." in page.get("/manage/money/").content.decode()


def test_an_unknown_payment_is_404(case: Case, page: Client) -> None:
    assert (
        page.post("/manage/money/NOBODY23/decide/", {"decision": "accept", "reason": "x"}).status_code == 404
    )
