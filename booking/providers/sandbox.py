"""The sandbox gateway's client: signed requests, verified answers, verified notices."""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from booking.providers.interface import (
    NOTICE_AGE_MAX,
    ForgedNotice,
    Notice,
    NoticeState,
    Order,
    OrderState,
    ProviderRefused,
    ProviderUnavailable,
    RefundOrder,
    RefundState,
    StatementLine,
)
from booking.providers.reading import whole, word
from booking.providers.signing import key_serial, private_key, public_key, sign, signed_lines, verifies
from hospital.common import clock
from hospital.common.language import chinese

SCHEME = "FENLIU-SHA256-RSA2048"
ORDER_STATES: dict[str, Literal["unpaid", "paid", "closed", "refused"]] = {
    "NOTPAY": "unpaid",
    "SUCCESS": "paid",
    "CLOSED": "closed",
    "PAYERROR": "refused",
}
REFUND_STATES: dict[str, Literal["processing", "done", "failed"]] = {
    "PROCESSING": "processing",
    "SUCCESS": "done",
    "ABNORMAL": "failed",
}
NOTICE_STATES: dict[str, tuple[Literal["payment", "refund"], NoticeState]] = {
    "TRANSACTION.SUCCESS": ("payment", "paid"),
    "TRANSACTION.REFUSED": ("payment", "failed"),
    "REFUND.SUCCESS": ("refund", "refunded"),
    "REFUND.ABNORMAL": ("refund", "refund_failed"),
}


class SandboxProvider:
    """Talks to one gateway as one merchant."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        merchant: str,
        merchant_key: Path,
        gateway_key: Path,
        timeout_s: float = 5,
    ) -> None:
        self.name = name
        self._url = url.rstrip("/")
        self._merchant = merchant
        self._merchant_key_path, self._gateway_key_path = Path(merchant_key), Path(gateway_key)
        self._timeout_s = timeout_s

    @cached_property
    def _merchant_key(self) -> RSAPrivateKey:
        return private_key(self._merchant_key_path)

    @cached_property
    def _gateway_key(self) -> RSAPublicKey:
        return public_key(self._gateway_key_path)

    def check_keys(self) -> None:
        """See :class:`PaymentProvider`."""
        try:
            self._merchant_key, self._gateway_key  # noqa: B018 - read when they are first used
        except OSError as error:
            raise ValueError("the merchant's or the gateway's key file cannot be read") from error

    def create_order(self, order: Order) -> str:
        """See :class:`PaymentProvider`."""
        answer = self._call(
            "POST",
            "/v3/orders",
            {
                "out_trade_no": order.out_trade_no,
                "amount": {"total": order.amount_fen, "currency": "CNY"},
                "description": order.description,
                "expires_in_s": order.expires_in_s,
                "notify_url": order.notify_url,
                "return_url": order.return_url,
            },
        )
        language = "zh-Hans" if chinese() else "en"
        return f"{answer['pay_url']}?lang={language}"

    def query(self, out_trade_no: str) -> OrderState | None:
        """See :class:`PaymentProvider`."""
        try:
            answer = self._call("GET", f"/v3/orders/{out_trade_no}")
        except ProviderRefused as refused:
            if refused.provider_code == "ORDER_NOT_EXIST":
                return None
            raise
        return OrderState(
            out_trade_no=str(answer["out_trade_no"]),
            state=ORDER_STATES[answer["trade_state"]],
            amount_fen=int(answer["amount"]["total"]),
            transaction_id=str(answer["transaction_id"]),
            merchant_matches=answer["merchant"] == self._merchant,
            payer=str(answer.get("payer", "")),
        )

    def close(self, out_trade_no: str) -> None:
        """See :class:`PaymentProvider`."""
        self._call("POST", f"/v3/orders/{out_trade_no}/close", {})

    def refund(self, refund: RefundOrder) -> RefundState:
        """See :class:`PaymentProvider`."""
        answer = self._call(
            "POST",
            "/v3/refunds",
            {
                "out_refund_no": refund.refund_no,
                "out_trade_no": refund.out_trade_no,
                "amount": {"refund": refund.amount_fen, "total": refund.total_fen, "currency": "CNY"},
                "reason": refund.reason,
            },
        )
        return _refund_state(answer)

    def query_refund(self, refund_no: str, out_trade_no: str) -> RefundState | None:
        """See :class:`PaymentProvider`."""
        try:
            return _refund_state(self._call("GET", f"/v3/refunds/{refund_no}"))
        except ProviderRefused as refused:
            if refused.provider_code == "REFUND_NOT_EXIST":
                return None
            raise

    def statement(self, day: date) -> list[StatementLine] | None:
        """See :class:`PaymentProvider`."""
        answer = self._call("GET", f"/v3/statements/{day.isoformat()}")
        try:
            return [
                StatementLine(word(line["order_no"]), word(line["refund_no"]), whole(line["amount"]))
                for line in answer["lines"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise ProviderUnavailable from error

    def parse_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """See :class:`PaymentProvider`."""
        signed_at = self._signed_at(headers, body)
        if abs(now - signed_at) > NOTICE_AGE_MAX:
            raise ForgedNotice("the timestamp is not of the last five minutes")
        try:
            content = json.loads(body)
            resource = content["resource"]
            kind, state = NOTICE_STATES[content["event_type"]]
            amount = resource["amount"]
            return Notice(
                provider=self.name,
                notice_id=word(content["id"]),
                kind=kind,
                state=state,
                out_trade_no=word(resource["out_trade_no"]),
                refund_no=word(resource["out_refund_no"]) if kind == "refund" else "",
                transaction_id=word(resource["transaction_id"]),
                amount_fen=whole(amount["refund" if kind == "refund" else "total"]),
                merchant=word(resource["merchant"]),
                merchant_matches=resource["merchant"] == self._merchant,
                signed_at=signed_at,
                payer=word(resource.get("payer", "")),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ForgedNotice("the content is of another form") from None

    def notice_answer(self, result: str) -> tuple[str, bytes]:
        """See :class:`PaymentProvider`."""
        return "application/json", json.dumps({"result": result}).encode()

    def _call(self, method: str, path: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        headers = {
            "Authorization": self._authorization(method, path, body),
            "Content-Type": "application/json",
        }
        with requests.Session() as session:
            session.trust_env = False
            try:
                answer = session.request(
                    method,
                    self._url + path,
                    data=body,
                    headers=headers,
                    timeout=self._timeout_s,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                raise ProviderUnavailable from error
        try:
            self._signed_at(answer.headers, answer.content)
            said = json.loads(answer.content)
        except (ForgedNotice, ValueError, RecursionError) as error:
            raise ProviderUnavailable from error
        if answer.status_code >= 500 or not isinstance(said, dict):
            raise ProviderUnavailable
        if answer.status_code >= 400:
            raise ProviderRefused(str(said.get("code", "")))
        return said

    def _authorization(self, method: str, path: str, body: bytes) -> str:
        timestamp, nonce = str(int(clock.wall().timestamp())), secrets.token_hex(16)
        try:
            key = self._merchant_key
        except (OSError, ValueError) as error:
            raise ProviderUnavailable from error
        fields = {
            "merchant": self._merchant,
            "nonce": nonce,
            "signature": sign(key, signed_lines(method, path, timestamp, nonce, body)),
            "timestamp": timestamp,
            "serial": key_serial(key.public_key()),
        }
        return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in fields.items())

    def _signed_at(self, headers: Mapping[str, str], body: bytes) -> datetime:
        """When the gateway signed ``body``."""
        timestamp, nonce = headers.get("Pay-Timestamp", ""), headers.get("Pay-Nonce", "")
        signature, serial = headers.get("Pay-Signature", ""), headers.get("Pay-Serial", "")
        try:
            key = self._gateway_key
        except (OSError, ValueError) as error:
            raise ProviderUnavailable from error
        if serial != key_serial(key):
            raise ForgedNotice("signed with another key")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11 and len(nonce) <= 64):
            raise ForgedNotice("no timestamp")
        if not verifies(key, signed_lines(timestamp, nonce, body), signature):
            raise ForgedNotice("the signature does not fit")
        return datetime.fromtimestamp(int(timestamp), UTC)


def _refund_state(answer: dict[str, Any]) -> RefundState:
    return RefundState(
        refund_no=str(answer["out_refund_no"]),
        state=REFUND_STATES[answer["status"]],
        amount_fen=int(answer["amount"]["refund"]),
        provider_refund_no=str(answer["refund_id"]),
    )
