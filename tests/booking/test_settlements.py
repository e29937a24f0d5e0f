"""The daily settlement: every order on which our books and the provider's statement differ, and no other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.test import Client

from booking import services
from booking.models import Appointment, ClinicSession, Payment, Refund, Settlement
from booking.providers import ProviderUnavailable, RefundState, StatementLine
from booking.selectors.money import tills_of_day
from booking.services.refunds import refund_finish
from hospital.common import clock, history
from hospital.common.actor import Actor
from tests.booking.conftest import check_invariants
from tests.booking.gateway import LocalGateway, local_gateway
from tests.clock import VirtualClock
from tests.factories import Cast, book, hold, notice_of, person, slots

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


@pytest.fixture
def gate(tmp_path: Path, now: VirtualClock) -> Iterator[LocalGateway]:
    with local_gateway(tmp_path, time.time) as local:
        yield local


def statement(*lines: StatementLine | None):
    """What the provider says of whatever day it is asked about."""
    return mock.patch(
        "booking.providers.sandbox.SandboxProvider.statement",
        lambda _self, day: [line for line in lines if line] if day == DAY else [],
    )


def paid(gate: LocalGateway, session: ClinicSession, serial: int, now: VirtualClock) -> Payment:
    held: Appointment = hold(slots(session)[0 if serial < 2 else 3], person(serial, now()), None, now())
    payment = services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.job("test"), now=now()
    )
    gate.press(services.payment_pay_url(payment_code=payment.code, now=now()))
    gate.deliver(Client())
    return Payment.objects.get(pk=payment.pk)


def line(payment: Payment, fen: int = 5000, refund_no: str = "") -> StatementLine:
    return StatementLine(payment.order_no, refund_no, fen)


def settle(now: VirtualClock, provider: str = "sandbox") -> Settlement:
    return services.settlement_make(provider_name=provider, day=DAY, now=now())


def found(made: Settlement) -> list[tuple[str, str, int | None, int | None]]:
    return [(one.kind, one.order_no, one.ours_fen, one.theirs_fen) for one in made.differences.order_by("pk")]


def test_a_day_on_which_both_agree_has_no_difference(
    gate: LocalGateway, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    one, other = paid(gate, tomorrow, 0, now), paid(gate, tomorrow, 1, now)
    services.appointment_cancel(
        appointment_id=other.appointment_id, actor=Actor.job("test"), now=now(), reason="x"
    )
    refund = Refund.objects.get()
    services.refund_send(refund_id=refund.pk, now=now())
    with statement(line(one), line(other), line(other, 5000, refund.code)):
        made = settle(now)
    assert (made.paid_count, made.paid_fen, made.refunded_count, made.refunded_fen) == (2, 10000, 1, 5000)
    assert (made.statement_paid_fen, made.statement_refunded_fen) == (10000, 5000)
    assert found(made) == []


def test_every_difference_names_its_order(
    gate: LocalGateway, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    missing, other, right = (paid(gate, tomorrow, serial, now) for serial in range(3))
    with statement(line(other, 4999), line(right), StatementLine("STRANGER", "", 800)):
        made = settle(now)
    assert sorted(found(made)) == sorted(
        [
            ("only_ours", missing.order_no, 5000, None),
            ("amount", other.order_no, 5000, 4999),
            ("only_theirs", "STRANGER", None, 800),
        ]
    )


def test_made_again_a_settlement_replaces_itself(
    gate: LocalGateway, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    payment = paid(gate, tomorrow, 0, now)
    with statement():
        assert len(found(settle(now))) == 1
    with statement(line(payment)):
        assert found(settle(now)) == []
    assert Settlement.objects.count() == 1


def test_a_payment_at_midnight_is_no_difference_on_either_day(
    gate: LocalGateway, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.set(datetime(2026, 11, 3, 0, 0, 30, tzinfo=clock.zone()))
    payment = paid(gate, tomorrow, 0, now)
    with statement(line(payment)):  # the provider says the evening before
        assert found(settle(now)) == []
        made = services.settlement_make(provider_name="sandbox", day=date(2026, 11, 3), now=now())
    assert (found(made), made.paid_fen, made.statement_paid_fen) == ([], 5000, 0)


def test_a_refund_done_days_after_it_was_asked_for_is_no_difference(
    gate: LocalGateway, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    payment = paid(gate, tomorrow, 0, now)
    services.appointment_cancel(
        appointment_id=payment.appointment_id, actor=Actor.job("test"), now=now(), reason="x"
    )
    refund = Refund.objects.get()
    gate.switch("refund_slow", count=1)
    assert services.refund_send(refund_id=refund.pk, now=now()) == "processing"
    lines = line(payment), line(payment, 5000, refund.code)
    now.advance(days=2)
    with mock.patch("booking.providers.sandbox.SandboxProvider.query_refund") as query:
        query.return_value = RefundState(refund.code, "done", 5000, "B1")
        assert services.refunds_follow(now()) == 1
    with statement(*lines):
        first = settle(now)
        later = services.settlement_make(provider_name="sandbox", day=date(2026, 11, 4), now=now())
    assert found(first) == found(later) == []
    assert later.refunded_fen == 5000


def test_the_days_of_the_hospital_count(
    gate: LocalGateway, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.set(datetime(2026, 11, 2, 23, 59, 59, tzinfo=clock.zone()))
    late = paid(gate, tomorrow, 0, now)
    with statement(line(late)):
        assert settle(now).paid_fen == 5000
        assert (
            services.settlement_make(provider_name="sandbox", day=date(2026, 11, 3), now=now()).paid_fen == 0
        )


def test_yesterday_is_settled_after_midnight_and_again_until_the_statement_is_there(
    gate: LocalGateway, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    payment = paid(gate, tomorrow, 0, now)
    now.at("00:10", days=1)
    with mock.patch("booking.providers.sandbox.SandboxProvider.statement", side_effect=ProviderUnavailable):
        assert services.settlements_make_due(now()) > 0
        assert Settlement.objects.get(provider="sandbox", day=DAY).statement_paid_fen is None
        now.advance(minutes=10)
        assert services.settlements_make_due(now()) == 0
    now.advance(hours=1)
    with statement(line(payment)):
        services.settlements_make_due(now())
        assert Settlement.objects.get(provider="sandbox", day=DAY).statement_paid_fen == 5000
        now.advance(hours=2)
        assert services.settlements_make_due(now()) == 0


def test_the_sandbox_gives_a_statement_of_its_own(
    gate: LocalGateway, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    payment = paid(gate, tomorrow, 0, now)
    today = clock.local(clock.wall()).date()
    lines = gate.client.statement(today)
    assert lines == [StatementLine(payment.order_no, "", 5000)]
    assert gate.client.statement(today - timedelta(days=5)) == []


def test_cash_is_settled_without_a_statement_and_counted_by_person(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    desk = Actor.of(cast.desk)
    kept, back = (hold(slots(tomorrow)[0], person(serial, now()), None, now()) for serial in (1, 2))
    for held in (kept, back):
        services.appointment_confirm_at_desk(appointment_id=held.pk, payment="cash", actor=desk, now=now())
    services.appointment_cancel(appointment_id=back.pk, actor=desk, now=now(), reason="wrong day")
    services.refund_hand_back(code=Refund.objects.get().code, actor=Actor.of(cast.manager), now=now())
    made = settle(now, "cash")
    assert (made.paid_fen, made.refunded_fen, made.statement_paid_fen) == (10000, 5000, None)
    sums = {till.name: (till.taken_fen, till.returned_fen, till.left_fen) for till in tills_of_day(day=DAY)}
    assert sums == {"desk": (10000, 0, 10000), "manager": (0, 5000, -5000)}


@pytest.mark.parametrize("other", [{"amount_fen": 1}, {"merchant_matches": False}, {"transaction_id": "t2"}])
@pytest.mark.parametrize("stands", ["refunding", "refunded", "held_for_review"])
def test_a_second_notice_that_differs_is_kept_and_listed_wherever_the_money_is(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock, other: dict[str, object], stands: str
) -> None:
    booked = book(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    payment = Payment.objects.get()
    told = replace(notice_of(payment, now()), notice_id="of another kind", **other)  # type: ignore[arg-type]
    if stands == "held_for_review":
        services.payment_notice_apply(notice=replace(told, notice_id="first", amount_fen=7), now=now())
    else:
        services.appointment_cancel(appointment_id=booked.pk, actor=Actor.of(cast.lin), now=now())
    if stands == "refunded":
        refund = Refund.objects.select_related("payment").get()
        refund_finish(refund=refund, payment=refund.payment, actor=Actor.job("test"), now=now())
    before = Payment.objects.values().get()
    only_merchant = stands == "held_for_review" and "merchant_matches" in other
    for number in range(2):
        again = replace(told, notice_id=f"again {number}")
        result = services.payment_notice_apply(notice=again, now=now())
        assert result.result == ("ignored" if only_merchant else "differs"), "somebody looks at it already"
    assert Payment.objects.values().get() == before
    assert before["state"] == stands
    with statement(line(payment)):
        differing = [one for one in found(settle(now)) if one[0] == "told_again"]
    listed = [("told_again", payment.order_no, 5000, other.get("amount_fen", 5000))]
    assert differing == ([] if only_merchant else listed), "once, however often it was told"
    assert history.of(payment).filter(verb="differ").count() == (0 if only_merchant else 2)
    check_invariants()


def test_the_pages_show_the_days_and_export_the_differences(
    gate: LocalGateway, cast: Cast, tomorrow: ClinicSession, now: VirtualClock, client: Client
) -> None:
    paid(gate, tomorrow, 0, now)
    with statement(StatementLine("=cmd()", "", 800)):
        settle(now)
    now.advance(days=1)
    client.force_login(cast.manager)
    assert "2 orders differ" in client.get("/manage/money/").content.decode()
    day = client.get("/manage/money/2026-11-02/").content.decode()
    assert "=cmd()" in day
    assert "only in our books" in day
    rows = client.get("/manage/money/2026-11-02.csv").content.decode().splitlines()
    assert rows[0].lstrip("\ufeff").startswith("day,provider,kind")
    assert any(",'=cmd()," in row for row in rows)
    assert client.get("/manage/money/2026-02-30/").status_code == 404
