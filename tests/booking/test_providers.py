"""Notices and calls of the sandbox provider: signed both ways, or refused."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from booking.providers import (
    ForgedNotice,
    Order,
    ProviderRefused,
    ProviderUnavailable,
    RefundOrder,
    UnknownProvider,
    provider,
    provider_names,
)
from hospital.gateway.courier import notice_headers
from hospital.gateway.keys import keys_ensure
from tests.booking.gateway import NOTIFY, LocalGateway, local_gateway

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Hands:
    """The gateway's own clock."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def gate(tmp_path: Path, hands: Hands) -> Iterator[LocalGateway]:
    with local_gateway(tmp_path, hands) as local:
        yield local


def order(number: str = "ORDER1", fen: int = 5000, **changes: Any) -> Order:
    fields: dict[str, Any] = {
        "out_trade_no": number,
        "amount_fen": fen,
        "description": "清河医院 赵明",
        "expires_in_s": 900,
        "notify_url": NOTIFY,
        "return_url": "http://127.0.0.1/appointments/A1/",
    }
    return Order(**(fields | changes))


def refund(number: str = "REFUND1", of: str = "ORDER1", fen: int = 5000) -> RefundOrder:
    return RefundOrder(refund_no=number, out_trade_no=of, amount_fen=fen, total_fen=5000, reason="cancelled")


def paid(gate: LocalGateway, number: str = "ORDER1", fen: int = 5000) -> None:
    assert gate.press(gate.client.create_order(order(number, fen))) == 303


BODY: dict[str, Any] = {
    "id": "N1",
    "event_type": "TRANSACTION.SUCCESS",
    "resource": {
        "merchant": "fenliu-demo",
        "out_trade_no": "ORDER1",
        "transaction_id": "T1",
        "amount": {"total": 5000, "currency": "CNY"},
    },
}


def body(**changes: Any) -> bytes:
    return json.dumps({**BODY, "resource": BODY["resource"] | changes}).encode()


def test_a_genuine_notice_is_read(gate: LocalGateway, tmp_path: Path) -> None:
    headers = notice_headers(keys_ensure(tmp_path / "gateway").private, body(), NOW.timestamp())
    notice = gate.client.parse_notice(headers, body(), NOW)
    assert (notice.provider, notice.notice_id, notice.kind, notice.state) == (
        "sandbox",
        "N1",
        "payment",
        "paid",
    )
    assert (notice.out_trade_no, notice.transaction_id, notice.amount_fen) == ("ORDER1", "T1", 5000)
    assert notice.merchant_matches
    assert notice.signed_at == NOW


def test_a_genuine_notice_of_another_merchant_says_so(gate: LocalGateway, tmp_path: Path) -> None:
    said = body(merchant="somebody-else")
    headers = notice_headers(keys_ensure(tmp_path / "gateway").private, said, NOW.timestamp())
    notice = gate.client.parse_notice(headers, said, NOW)
    assert not notice.merchant_matches
    assert notice.merchant == "somebody-else"


@pytest.mark.parametrize("late_s", [-301, 301, 86_400, -86_400])
def test_a_signature_older_or_newer_than_five_minutes_is_refused(
    gate: LocalGateway, tmp_path: Path, late_s: int
) -> None:
    headers = notice_headers(keys_ensure(tmp_path / "gateway").private, body(), NOW.timestamp())
    with pytest.raises(ForgedNotice):
        gate.client.parse_notice(headers, body(), NOW + timedelta(seconds=late_s))


@pytest.mark.parametrize("late_s", [-300, 0, 300])
def test_a_signature_within_five_minutes_is_taken(gate: LocalGateway, tmp_path: Path, late_s: int) -> None:
    headers = notice_headers(keys_ensure(tmp_path / "gateway").private, body(), NOW.timestamp())
    assert gate.client.parse_notice(headers, body(), NOW + timedelta(seconds=late_s))


def test_a_changed_body_is_refused(gate: LocalGateway, tmp_path: Path) -> None:
    headers = notice_headers(keys_ensure(tmp_path / "gateway").private, body(), NOW.timestamp())
    with pytest.raises(ForgedNotice):
        gate.client.parse_notice(headers, body(amount={"total": 1, "currency": "CNY"}), NOW)


@pytest.mark.parametrize("header", ["Pay-Timestamp", "Pay-Nonce", "Pay-Serial", "Pay-Signature"])
@pytest.mark.parametrize("value", [None, "", "x", "1", "é", "9" * 40, "２０２６"])
def test_a_changed_header_is_refused(
    gate: LocalGateway, tmp_path: Path, header: str, value: str | None
) -> None:
    headers = notice_headers(keys_ensure(tmp_path / "gateway").private, body(), NOW.timestamp())
    if value is None:
        del headers[header]
    else:
        headers[header] = value
    with pytest.raises(ForgedNotice):
        gate.client.parse_notice(headers, body(), NOW)


def test_another_key_is_refused_even_under_the_right_name(gate: LocalGateway, tmp_path: Path) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    headers = notice_headers(stranger, body(), NOW.timestamp())
    genuine = notice_headers(keys_ensure(tmp_path / "gateway").private, body(), NOW.timestamp())
    with pytest.raises(ForgedNotice):
        gate.client.parse_notice(headers, body(), NOW)
    with pytest.raises(ForgedNotice):
        gate.client.parse_notice(headers | {"Pay-Serial": genuine["Pay-Serial"]}, body(), NOW)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"id": 1, "event_type": "TRANSACTION.SUCCESS", "resource": {}}',
        body(amount={"total": "5000"}),
        body(amount={"total": True}),
        body(amount=None),
        body(out_trade_no="x" * 65),
        body(out_trade_no="a\nb"),
        json.dumps({**BODY, "event_type": "SOMETHING"}).encode(),
        json.dumps({**BODY, "event_type": ["x"]}).encode(),
    ],
)
def test_a_signed_body_of_another_form_is_refused(gate: LocalGateway, tmp_path: Path, content: bytes) -> None:
    headers = notice_headers(keys_ensure(tmp_path / "gateway").private, content, NOW.timestamp())
    with pytest.raises(ForgedNotice):
        gate.client.parse_notice(headers, content, NOW)


def test_an_order_is_made_once_however_often_it_is_asked_for(gate: LocalGateway) -> None:
    first = gate.client.create_order(order())
    assert gate.client.create_order(order()) == first
    with pytest.raises(ProviderRefused) as refused:
        gate.client.create_order(order(fen=1))
    assert refused.value.provider_code == "OUT_TRADE_NO_USED"


def test_a_paid_order_is_known_as_paid(gate: LocalGateway) -> None:
    page = gate.client.create_order(order())
    before = gate.client.query("ORDER1")
    assert before is not None
    assert before.state == "unpaid"
    gate.press(page)
    after = gate.client.query("ORDER1")
    assert after is not None
    assert (after.state, after.amount_fen, after.merchant_matches) == ("paid", 5000, True)
    assert after.transaction_id
    assert gate.client.query("NOBODYS") is None


def test_pressing_twice_pays_once(gate: LocalGateway) -> None:
    page = gate.client.create_order(order())
    gate.press(page)
    first = gate.client.query("ORDER1")
    gate.press(page)
    gate.press(page, "refuse")
    assert gate.client.query("ORDER1") == first
    assert len(gate.made.store.notices_latest(10)) == 1


def test_a_closed_order_cannot_be_paid(gate: LocalGateway) -> None:
    page = gate.client.create_order(order())
    gate.client.close("ORDER1")
    assert gate.press(page) == 410
    state = gate.client.query("ORDER1")
    assert state is not None
    assert state.state == "closed"


def test_a_paid_order_cannot_be_closed(gate: LocalGateway) -> None:
    paid(gate)
    with pytest.raises(ProviderRefused) as refused:
        gate.client.close("ORDER1")
    assert refused.value.provider_code == "ORDER_PAID"


def test_an_order_closes_by_itself_when_its_time_is_over(gate: LocalGateway, hands: Hands) -> None:
    page = gate.client.create_order(order())
    hands.ahead_s = 200
    gate.client.query("ORDER1")
    hands.ahead_s = 901
    assert gate.press(page) == 410


def test_a_refund_is_made_once_per_number(gate: LocalGateway) -> None:
    paid(gate)
    first = gate.client.refund(refund())
    assert first.state == "done"
    assert gate.client.refund(refund()) == first
    assert gate.client.query_refund("REFUND1", "ORDER1") == first
    assert gate.client.query_refund("NOBODYS", "ORDER1") is None


def test_more_than_was_paid_is_never_refunded(gate: LocalGateway) -> None:
    paid(gate)
    gate.client.refund(refund())
    with pytest.raises(ProviderRefused) as refused:
        gate.client.refund(refund("REFUND2", fen=1))
    assert refused.value.provider_code == "REFUND_AMOUNT_TOO_LARGE"


def test_an_unpaid_order_is_not_refunded(gate: LocalGateway) -> None:
    gate.client.create_order(order())
    with pytest.raises(ProviderRefused):
        gate.client.refund(refund())


def test_a_refund_whose_answer_is_lost_is_found_by_asking_again(gate: LocalGateway) -> None:
    paid(gate, fen=5007)
    with pytest.raises(ProviderUnavailable):
        gate.client.refund(refund(fen=5007))
    assert gate.client.refund(refund(fen=5007)).state == "done"


def test_a_slow_refund_is_done_later(gate: LocalGateway, hands: Hands) -> None:
    paid(gate)
    gate.switch("refund_slow", count=1)
    assert gate.client.refund(refund()).state == "processing"
    hands.ahead_s = 31
    state = gate.client.query_refund("REFUND1", "ORDER1")
    assert state is not None
    assert state.state == "done"


def test_a_failed_refund_says_so(gate: LocalGateway) -> None:
    paid(gate, fen=5008)
    assert gate.client.refund(refund(fen=5008)).state == "failed"


def test_no_answer_is_unavailable_not_refused(gate: LocalGateway) -> None:
    gate.down = True
    for call in [
        lambda: gate.client.create_order(order()),
        lambda: gate.client.query("ORDER1"),
        lambda: gate.client.refund(refund()),
    ]:
        with pytest.raises(ProviderUnavailable):
            call()


def test_an_answer_that_the_gateway_did_not_sign_is_not_believed(
    gate: LocalGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(gate)
    genuine = gate.request

    def tampered(method: str, url: str, **options: Any) -> Any:
        answer = genuine(method, url, **options)
        answer.content = answer.content.replace(b"5000", b"5001")
        return answer

    monkeypatch.setattr(gate, "request", tampered)
    with pytest.raises(ProviderUnavailable):
        gate.client.query("ORDER1")


def test_a_request_signed_by_a_stranger_is_refused(gate: LocalGateway, tmp_path: Path) -> None:
    keys_ensure(tmp_path / "stranger" / "gateway")
    gate.client._merchant_key_path = tmp_path / "stranger" / "gateway" / "merchant-private.pem"
    with pytest.raises(ProviderRefused) as refused:
        gate.client.create_order(order())
    assert refused.value.provider_code == "SIGN_ERROR"


def test_missing_keys_are_unavailable(gate: LocalGateway, tmp_path: Path) -> None:
    gate.client._merchant_key_path = tmp_path / "nowhere.pem"
    with pytest.raises(ProviderUnavailable):
        gate.client.create_order(order())


def test_the_gateway_calls_only_addresses_it_was_started_for(gate: LocalGateway) -> None:
    for address in [
        "http://10.0.0.1/x",
        "https://127.0.0.1/x",
        "http://127.0.0.1@evil.example/",
        "file:///etc/passwd",
    ]:
        with pytest.raises(ProviderRefused) as refused:
            gate.client.create_order(order(notify_url=address))
        assert refused.value.provider_code == "PARAM_ERROR"


def test_providers_are_those_of_the_settings() -> None:
    assert "sandbox" in provider_names()
    assert provider("sandbox").name == "sandbox"
    with pytest.raises(UnknownProvider):
        provider("nobody")


def test_a_demos_gateway_refunds_what_was_never_paid_here(tmp_path: Path, hands: Hands) -> None:
    with local_gateway(tmp_path, hands) as strict, pytest.raises(ProviderRefused):
        strict.client.refund(refund(of="INVENTED"))
    with local_gateway(tmp_path / "demo", hands, adopt=True) as demo:
        assert demo.client.refund(refund(of="INVENTED")).state == "done"
        assert demo.client.refund(refund(of="INVENTED")).state == "done"
        with pytest.raises(ProviderRefused):
            demo.client.refund(refund("REFUND2", of="INVENTED"))
