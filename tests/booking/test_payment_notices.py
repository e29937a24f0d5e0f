"""From the pay page to the number: notices good, late, repeated, forged, wrong or lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.test import Client

from booking import services
from booking.models import Appointment, ClinicSession, Payment, PaymentNotice, Refund
from booking.providers import ForgedNotice, Order, ProviderUnavailable
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.crypto import blind_index
from hospital.common.models import StateChange
from hospital.gateway.bank import refund_view
from hospital.gateway.courier import notice_headers
from tests.booking.gateway import NOTIFY, LocalGateway, local_gateway
from tests.booking.orders import in_every_order
from tests.clock import VirtualClock
from tests.factories import Cast, hold, slots
from tests.figures import Figures

pytestmark = pytest.mark.django_db


class Hands:
    """The gateway's own clock."""

    ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def gate(tmp_path: Path, hands: Hands) -> Iterator[LocalGateway]:
    with local_gateway(tmp_path, hands) as local:
        yield local


@pytest.fixture
def held(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> Appointment:
    made: Appointment = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    return made


def pay_page(held: Appointment, cast: Cast, now: VirtualClock) -> str:
    payment = services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
    )
    return services.payment_pay_url(payment_code=payment.code, now=now())


def state(held: Appointment) -> tuple[str, str]:
    """Of the number, and of its only payment."""
    return Appointment.objects.get(pk=held.pk).state, Payment.objects.get().state


def test_a_paid_notice_books_the_number(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, client: Client
) -> None:
    assert gate.press(pay_page(held, cast, now)) == 303
    assert state(held) == ("held", "created")
    assert gate.deliver(client) == [200]
    assert state(held) == ("booked", "paid")
    payment = Payment.objects.get()
    assert payment.paid_fen == payment.amount_fen == 5000
    assert [change.actor_kind for change in history.of(payment) if change.verb == "pay"] == ["provider"]


def test_a_repeated_notice_changes_nothing(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, hands: Hands, client: Client
) -> None:
    gate.switch("duplicate")
    gate.press(pay_page(held, cast, now))
    hands.ahead_s = 2
    first = gate.deliver(client)
    assert first == [200, 200, 200]
    assert state(held) == ("booked", "paid")
    assert not Refund.objects.exists()
    assert StateChange.objects.filter(thing="payment", verb="pay").count() == 1
    assert PaymentNotice.objects.count() == 2


def test_a_forged_notice_is_401_and_leaves_no_row(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, client: Client
) -> None:
    gate.switch("forged")
    gate.press(pay_page(held, cast, now))
    rows = StateChange.objects.count()
    assert gate.deliver(client) == [401]
    assert state(held) == ("held", "created")
    assert not PaymentNotice.objects.exists()
    assert StateChange.objects.count() == rows


def test_a_notice_signed_yesterday_is_401(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, client: Client
) -> None:
    gate.switch("stale")
    gate.press(pay_page(held, cast, now))
    assert gate.deliver(client) == [401]
    assert state(held) == ("held", "created")


@pytest.mark.parametrize("mode", ["wrong_amount", "wrong_merchant"])
def test_a_wrong_amount_or_merchant_is_held_for_a_person(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, client: Client, mode: str
) -> None:
    gate.switch(mode)
    gate.press(pay_page(held, cast, now))
    assert gate.deliver(client) == [200]
    assert state(held) == ("held", "held_for_review")


def test_a_notice_for_an_unknown_order_is_answered_so_that_it_comes_again(
    gate: LocalGateway, db: None, client: Client, hands: Hands
) -> None:
    page = gate.client.create_order(Order("NOBODYS", 5000, "x", 900, NOTIFY, "http://127.0.0.1/"))
    gate.press(page)
    assert gate.deliver(client) == [503]
    hands.ahead_s = 5
    assert gate.deliver(client) == [503]
    assert not PaymentNotice.objects.exists()


def test_who_declines_can_pay_with_a_new_order(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, client: Client
) -> None:
    first = pay_page(held, cast, now)
    gate.press(first, "refuse")
    assert gate.deliver(client) == [200]
    assert state(held) == ("held", "failed")
    second = pay_page(held, cast, now)
    assert second != first
    gate.press(second)
    gate.deliver(client)
    assert Appointment.objects.get().state == "booked"


def test_money_after_the_hold_takes_a_number_or_comes_back(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, client: Client
) -> None:
    page = pay_page(held, cast, now)
    gate.press(page)
    now.advance(minutes=16)
    services.holds_expire_due(now())
    gate.deliver(client)
    paid = Payment.objects.get()
    assert paid.state == "paid" or Refund.objects.filter(payment=paid).exists()


@pytest.mark.parametrize("mode", ["lost", "forged", "stale"])
def test_money_whose_notice_never_comes_is_found_by_asking(
    gate: LocalGateway,
    held: Appointment,
    cast: Cast,
    now: VirtualClock,
    client: Client,
    mode: str,
    figures: Figures,
) -> None:
    gate.switch(mode)
    gate.press(pay_page(held, cast, now))
    gate.deliver(client)
    assert services.payments_reconcile(now()) == 0
    assert state(held) == ("held", "created")
    figures.control("G6", f"notice {mode}, not asked: the money is taken, the number only held")
    now.advance(minutes=1)
    assert services.payments_reconcile(now()) == 1
    assert state(held) == ("booked", "paid")
    assert services.payments_reconcile(now()) == 0
    figures.shown("G6", f"notice {mode}: found by asking after 1 min (10)")


@pytest.mark.parametrize("mode", ["normal", "lost"])
def test_who_paid_is_known_whether_the_provider_told_or_was_asked(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, client: Client, mode: str
) -> None:
    gate.switch(mode)
    gate.press(pay_page(held, cast, now))
    gate.deliver(client)
    now.advance(minutes=1)
    services.payments_reconcile(now())
    paid = Payment.objects.get()
    assert bytes(paid.payer_index or b"") == blind_index(
        "payer", f"sandbox:{gate.made.store.payer(paid.order_no)}"
    )


def test_asking_leaves_those_alone_who_have_not_paid_yet(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock
) -> None:
    pay_page(held, cast, now)
    now.advance(minutes=5)
    assert services.payments_reconcile(now()) == 0
    gate.down = True
    assert services.payments_reconcile(now()) == 0
    assert state(held) == ("held", "created")


def test_a_late_notice_after_asking_changes_nothing(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, hands: Hands, client: Client
) -> None:
    gate.switch("late", seconds=120)
    gate.press(pay_page(held, cast, now))
    assert gate.deliver(client) == []
    now.advance(minutes=1)
    services.payments_reconcile(now())
    hands.ahead_s = 121
    assert gate.deliver(client) == [200]
    assert state(held) == ("booked", "paid")
    assert StateChange.objects.filter(thing="payment", verb="pay").count() == 1


def test_an_order_that_the_provider_never_got_ends_with_its_hold(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock
) -> None:
    gate.down = True
    with pytest.raises(ProviderUnavailable):
        pay_page(held, cast, now)
    gate.down = False
    now.advance(minutes=16)
    services.holds_expire_due(now())
    assert services.payment_close(payment_id=Payment.objects.get().pk, now=now()) == "failed"
    assert state(held) == ("expired", "failed")


def test_money_for_a_cancelled_hold_is_refunded_once(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, client: Client
) -> None:
    gate.switch("duplicate")
    gate.press(pay_page(held, cast, now))
    services.appointment_cancel(appointment_id=held.pk, actor=Actor.of(cast.lin), now=now())
    gate.deliver(client)
    assert state(held) == ("cancelled", "refunding")
    refund = Refund.objects.get()
    assert services.refund_send(refund_id=refund.pk, now=now()) == "done"
    assert services.refund_send(refund_id=refund.pk, now=now()) == "done"
    assert state(held) == ("cancelled", "refunded")
    assert gate.made.store.refunded_fen(Payment.objects.get().order_no) == 5000


def test_a_refund_whose_answer_is_lost_is_made_once(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, client: Client
) -> None:
    gate.press(pay_page(held, cast, now))
    gate.deliver(client)
    gate.switch("refund_timeout", count=1)
    services.appointment_cancel(appointment_id=held.pk, actor=Actor.of(cast.lin), now=now())
    refund = Refund.objects.get()
    with pytest.raises(ProviderUnavailable):
        services.refund_send(refund_id=refund.pk, now=now())
    assert services.refund_send(refund_id=refund.pk, now=now()) == "done"
    assert gate.made.store.refunded_fen(Payment.objects.get().order_no) == 5000


@pytest.mark.parametrize("status", ["SUCCESS", "ABNORMAL"])
@pytest.mark.parametrize(
    "other", [{"out_refund_no": "ANOTHER"}, {"amount": {"refund": 1, "currency": "CNY"}}]
)
def test_an_answer_about_another_refund_or_amount_ends_no_refund(
    gate: LocalGateway,
    held: Appointment,
    cast: Cast,
    now: VirtualClock,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    other: dict[str, object],
    status: str,
) -> None:
    gate.press(pay_page(held, cast, now))
    gate.deliver(client)
    services.appointment_cancel(appointment_id=held.pk, actor=Actor.of(cast.lin), now=now())
    refund = Refund.objects.get()
    with monkeypatch.context() as mistaken:
        mistaken.setattr(
            "hospital.gateway.api.refund_view", lambda back: refund_view(back) | {"status": status} | other
        )
        assert services.refund_send(refund_id=refund.pk, now=now()) == "differs"
        now.advance(minutes=1)
        assert services.refunds_follow(now()) == 0
    assert state(held) == ("cancelled", "refunding")
    assert StateChange.objects.filter(thing="payment", verb="differ").count() == 1
    assert services.refunds_follow(now()) == 1
    assert state(held) == ("cancelled", "refunded")


def test_all_orders_of_five_notices_end_the_same(
    gate: LocalGateway, held: Appointment, cast: Cast, now: VirtualClock, hands: Hands, figures: Figures
) -> None:
    """The genuine notice, its twin, the same fact under another number, a forged one and one of yesterday."""
    gate.switch("duplicate")
    gate.press(pay_page(held, cast, now))
    hands.ahead_s = 2
    key = gate.made.courier._key
    due = gate.made.store.notices_due(time.time() + 5)
    good, twin, other = [(notice_headers(key, notice.body, time.time()), notice.body) for notice in due]
    forged = (notice_headers(key, good[1], time.time(), "forged"), good[1])
    stale = (notice_headers(key, good[1], time.time(), "stale"), good[1])

    def come(sent: tuple[dict[str, str], bytes]) -> None:
        with suppress(ForgedNotice):
            services.payment_notice_apply(notice=gate.client.parse_notice(*sent, clock.wall()), now=now())

    endings = set(
        in_every_order(
            [good, twin, other, forged, stale],
            come,
            lambda: (state(held), Refund.objects.count(), PaymentNotice.objects.count()),
        )
    )
    assert endings == {(("booked", "paid"), 0, 2)}
    figures.shown("G9", "120 orders, 1 end: signed, its twin, another number, forged, of yesterday")
