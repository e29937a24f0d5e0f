"""WeChat Pay, API v3, as one merchant: signed requests, verified answers, sealed notices (wechatpayv3)."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from wechatpayv3 import WeChatPay
from wechatpayv3.type import WeChatPayType

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
from booking.providers.reading import short, whole, word
from booking.providers.statements import digest_fits, wechat_lines
from hospital.common import clock

GATEWAY = "https://api.mch.weixin.qq.com"
CONNECT_S = 3
APIV3_KEY_LENGTH = 32
EXPIRES_LATER = timedelta(seconds=65)
"""WeChat refuses an order that ends within a minute, and one that comes again with another end: so always a minute
later than the hold. The hold's own end closes the order, and late money has its rules."""
ORDER_STATES: dict[str, Literal["unpaid", "paid", "closed", "refused"]] = {
    "NOTPAY": "unpaid",
    "USERPAYING": "unpaid",
    "SUCCESS": "paid",
    "REFUND": "closed",
    "CLOSED": "closed",
    "REVOKED": "closed",
    "PAYERROR": "refused",
}
REFUND_STATES: dict[str, Literal["processing", "done", "failed"]] = {
    "PROCESSING": "processing",
    "SUCCESS": "done",
    "CLOSED": "failed",
    "ABNORMAL": "failed",
}
NOTICE_STATES: dict[str, tuple[Literal["payment", "refund"], NoticeState]] = {
    "TRANSACTION.SUCCESS": ("payment", "paid"),
    "REFUND.SUCCESS": ("refund", "refunded"),
    "REFUND.ABNORMAL": ("refund", "refund_failed"),
    "REFUND.CLOSED": ("refund", "refund_failed"),
}
UNKNOWN = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})
TRY_AGAIN = frozenset({"SYSTEM_ERROR", "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "STATEMENT_CREATING"})


class WeChatProvider:
    """Talks to WeChat Pay as one merchant, in the mode of WeChat's public key.

    ``url`` is the gateway's address (another one in tests). ``product`` decides what a patient's browser gets:
    ``native`` a QR code, ``h5`` the page that opens the app. One order can be only one of the two, so it is a
    setting and not a guess from the browser.
    """

    def __init__(
        self,
        *,
        name: str,
        mchid: str,
        appid: str,
        private_key: str,
        cert_serial_no: str,
        apiv3_key: str,
        public_key: str,
        public_key_id: str,
        product: str = "native",
        url: str = GATEWAY,
        timeout_s: float = 5,
    ) -> None:
        self.name = name
        self._mchid, self._appid, self._product = mchid, appid, product
        self._public_key_id = public_key_id
        self._url = url.rstrip("/")
        self._options = {
            "mchid": mchid,
            "appid": appid,
            "private_key": private_key,
            "cert_serial_no": cert_serial_no,
            "apiv3_key": apiv3_key,
            "public_key": public_key,
            "public_key_id": public_key_id,
            "timeout": (CONNECT_S, timeout_s),
        }

    @cached_property
    def _client(self) -> Any:
        client = WeChatPay(WeChatPayType.NATIVE, **self._options)
        client._core._gate_way = self._url  # noqa: SLF001 - the library has no other way to name a gateway
        return client

    def check_keys(self) -> None:
        """See :class:`PaymentProvider`."""
        if len(str(self._options["apiv3_key"])) != APIV3_KEY_LENGTH:
            raise ValueError(f"the APIv3 key has {APIV3_KEY_LENGTH} characters")
        try:
            self._client  # noqa: B018 - made when it is first read
        except Exception as error:
            raise ValueError(
                "the private key or WeChat's public key cannot be read as PEM (PKCS#8)"
            ) from error

    def create_order(self, order: Order) -> str:
        """See :class:`PaymentProvider`."""
        ends_at = order.expires_at or clock.wall() + timedelta(seconds=order.expires_in_s)
        expires_at = (ends_at + EXPIRES_LATER).astimezone(UTC).replace(microsecond=0)
        as_page = order.shown == "page" and self._product == "h5"
        scene = {"payer_client_ip": order.payer_ip or "127.0.0.1", "h5_info": {"type": "Wap"}}
        answer = self._call(
            "pay",
            description=order.subject or order.description,
            out_trade_no=order.out_trade_no,
            amount={"total": order.amount_fen, "currency": "CNY"},
            time_expire=expires_at.isoformat(),
            notify_url=order.notify_url,
            scene_info=scene if as_page else None,
            pay_type=WeChatPayType.H5 if as_page else WeChatPayType.NATIVE,
        )
        return str(answer["h5_url" if as_page else "code_url"])

    def query(self, out_trade_no: str) -> OrderState | None:
        """See :class:`PaymentProvider`."""
        answer = self._known("query", out_trade_no=out_trade_no)
        if answer is None:
            return None
        try:
            return OrderState(
                out_trade_no=word(answer["out_trade_no"]),
                state=ORDER_STATES[answer["trade_state"]],
                amount_fen=whole(answer["amount"]["total"]) if "amount" in answer else 0,
                transaction_id=word(answer.get("transaction_id", "")),
                merchant_matches=self._is_ours(answer),
                payer=_payer(answer),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderUnavailable from error

    def close(self, out_trade_no: str) -> None:
        """See :class:`PaymentProvider`."""
        self._call("close", out_trade_no=out_trade_no)

    def refund(self, refund: RefundOrder) -> RefundState:
        """See :class:`PaymentProvider`."""
        answer = self._call(
            "refund",
            out_refund_no=refund.refund_no,
            out_trade_no=refund.out_trade_no,
            amount={"refund": refund.amount_fen, "total": refund.total_fen, "currency": "CNY"},
            reason=refund.reason[:80],
            notify_url=refund.notify_url or None,
        )
        return _refund_state(answer)

    def query_refund(self, refund_no: str, out_trade_no: str) -> RefundState | None:
        """See :class:`PaymentProvider`."""
        answer = self._known("query_refund", out_refund_no=refund_no)
        return None if answer is None else _refund_state(answer)

    def statement(self, day: date) -> list[StatementLine] | None:
        """See :class:`PaymentProvider`. WeChat offers a day's bill from about 10:00 on the next."""
        try:
            said = self._call("trade_bill", bill_date=day.isoformat(), tar_type="GZIP")
        except ProviderRefused as refused:
            if refused.provider_code == "NO_STATEMENT_EXIST":
                return []
            raise ProviderUnavailable from refused
        try:
            status, packed = self._client.download_bill(said["download_url"])
            if status != 200:
                raise ProviderUnavailable
            return wechat_lines(digest_fits(packed, said))
        except ProviderUnavailable:
            raise
        except Exception as error:
            raise ProviderUnavailable from error

    def parse_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """See :class:`PaymentProvider`."""
        # a serial of another kind would make the library fetch certificates for every forged notice
        if headers.get("Wechatpay-Serial", "") != self._public_key_id:
            raise ForgedNotice("signed with another key")
        signed_at = _moment(headers.get("Wechatpay-Timestamp", ""))
        if abs(now - signed_at) > NOTICE_AGE_MAX:
            raise ForgedNotice("the timestamp is not of the last five minutes")
        proof = {name: headers.get(name, "") for name in _PROOF}
        try:
            content = self._client.callback(proof, body)
        except Exception as error:
            raise ForgedNotice("the content is of another form") from error
        if not content:
            raise ForgedNotice("the signature does not fit")
        return self._notice(content, signed_at)

    def _notice(self, content: dict[str, Any], signed_at: datetime) -> Notice:
        try:
            resource = content["resource"]
            kind, state = NOTICE_STATES[content["event_type"]]
            return Notice(
                provider=self.name,
                notice_id=short(str(content["id"])),
                kind=kind,
                state=state,
                out_trade_no=word(resource["out_trade_no"]),
                refund_no=word(resource["out_refund_no"]) if kind == "refund" else "",
                transaction_id=word(resource["transaction_id"]),
                amount_fen=whole(resource["amount"]["refund" if kind == "refund" else "total"]),
                merchant=word(resource["mchid"]),
                merchant_matches=self._is_ours(resource, refund=kind == "refund"),
                signed_at=signed_at,
                payer=_payer(resource),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ForgedNotice("the content is of another form") from error

    def notice_answer(self, result: str) -> tuple[str, bytes]:
        """See :class:`PaymentProvider`."""
        return "application/json", b'{"code": "SUCCESS", "message": ""}'

    def _is_ours(self, said: Mapping[str, Any], *, refund: bool = False) -> bool:
        """Whether it is about this merchant, this app and yuan; notices of refunds name no app."""
        currency = said.get("amount", {}).get("currency", "CNY")
        mine = said.get("mchid") == self._mchid and currency == "CNY"
        return mine and (refund or said.get("appid") == self._appid)

    def _known(self, call: str, **options: Any) -> dict[str, Any] | None:
        try:
            return self._call(call, **options)
        except ProviderRefused as refused:
            if refused.provider_code in UNKNOWN:
                return None
            raise

    def _call(self, call: str, **options: Any) -> dict[str, Any]:
        """One request. What cannot be verified counts as no answer at all."""
        try:
            status, text = getattr(self._client, call)(**options)
            said = json.loads(text) if text else {}
        except Exception as error:
            raise ProviderUnavailable from error
        if not isinstance(said, dict):
            raise ProviderUnavailable
        code = str(said.get("code", ""))
        if status >= 500 or status == 429 or code in TRY_AGAIN:
            raise ProviderUnavailable
        if status >= 300:
            raise ProviderRefused(code)
        return said


_PROOF = (
    "Wechatpay-Signature",
    "Wechatpay-Timestamp",
    "Wechatpay-Nonce",
    "Wechatpay-Serial",
    "Wechatpay-Signature-Type",
)


def _payer(said: Mapping[str, Any]) -> str:
    """The payer's name at this merchant's app."""
    return str((said.get("payer") or {}).get("openid", ""))


def _moment(timestamp: str) -> datetime:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        raise ForgedNotice("no timestamp")
    return datetime.fromtimestamp(int(timestamp), UTC)


def _refund_state(answer: dict[str, Any]) -> RefundState:
    try:
        return RefundState(
            refund_no=word(answer["out_refund_no"]),
            state=REFUND_STATES[answer["status"]],
            amount_fen=whole(answer["amount"]["refund"]),
            provider_refund_no=word(answer["refund_id"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ProviderUnavailable from error
