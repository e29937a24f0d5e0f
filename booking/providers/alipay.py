"""Alipay as one merchant: pages signed here, verified answers, verified notices (python-alipay-sdk, RSA2)."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal
from urllib.parse import parse_qsl
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from alipay import AliPay
from alipay.exceptions import AliPayException
from alipay.utils import AliPayConfig

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
from booking.providers.reading import fen_of_yuan, short, word, yuan_of_fen
from booking.providers.statements import UNPACKED_MAX, alipay_lines
from hospital.common import clock

GATEWAY = "https://openapi.alipay.com/gateway.do"
BEIJING = ZoneInfo("Asia/Shanghai")
STAMP = "%Y-%m-%d %H:%M:%S"
FIELDS_MAX = 100
ORDER_STATES: dict[str, Literal["unpaid", "paid", "closed", "refused"]] = {
    "WAIT_BUYER_PAY": "unpaid",
    "TRADE_SUCCESS": "paid",
    "TRADE_FINISHED": "paid",
    "TRADE_CLOSED": "closed",
}
UNKNOWN = frozenset({"ACQ.TRADE_NOT_EXIST"})
TRY_AGAIN = frozenset({"ACQ.SYSTEM_ERROR", "AOP.ACQ.SYSTEM_ERROR"})


class _Client(AliPay):  # type: ignore[misc]
    """The library, with Beijing time whatever the zone of this machine."""

    def build_body(self, method: str, biz_content: dict[str, Any] | None = None, **options: Any) -> Any:
        """The fields of a request."""
        body = super().build_body(method, biz_content, **options)  # type: ignore[no-untyped-call]
        return body | {"timestamp": clock.wall().astimezone(BEIJING).strftime(STAMP)}


class AlipayProvider:
    """Talks to Alipay as one app and one seller. ``url`` is the gateway's address (another one in tests)."""

    def __init__(
        self,
        *,
        name: str,
        app_id: str,
        seller_id: str,
        private_key: str,
        public_key: str,
        product: str = "wap",
        url: str = GATEWAY,
        timeout_s: float = 5,
    ) -> None:
        self.name = name
        self._app_id, self._seller_id, self._product, self._url = app_id, seller_id, product, url
        self._private_key, self._public_key, self._timeout_s = private_key, public_key, timeout_s

    @cached_property
    def _client(self) -> Any:
        client = _Client(  # type: ignore[no-untyped-call]
            appid=self._app_id,
            app_private_key_string=self._private_key,
            alipay_public_key_string=self._public_key,
            sign_type="RSA2",
            config=AliPayConfig(timeout=self._timeout_s),
        )
        client._gateway = self._url  # noqa: SLF001 - the library has no other way to name a gateway
        return client

    def check_keys(self) -> None:
        """See :class:`PaymentProvider`."""
        try:
            self._client  # noqa: B018 - made when it is first read
        except (ValueError, IndexError, TypeError) as error:
            raise ValueError("the app's private key or Alipay's public key cannot be read as PEM") from error

    def create_order(self, order: Order) -> str:
        """See :class:`PaymentProvider`. The page is a signed address: Alipay hears of the order when it is opened."""
        expires_at = (order.expires_at or clock.wall()).astimezone(BEIJING)
        fields = {
            "subject": (order.subject or order.description).replace("&", " "),
            "out_trade_no": order.out_trade_no,
            "total_amount": yuan_of_fen(order.amount_fen),
            "time_expire": expires_at.strftime(STAMP),
        }
        if order.shown == "qr":
            answer = self._call("api_alipay_trade_precreate", notify_url=order.notify_url, **fields)
            return str(answer["qr_code"])
        call = "wap" if self._product == "wap" else "page"
        signed = getattr(self._client, f"api_alipay_trade_{call}_pay")(
            return_url=order.return_url, notify_url=order.notify_url, **fields
        )
        return f"{self._url}?{signed}"

    def query(self, out_trade_no: str) -> OrderState | None:
        """See :class:`PaymentProvider`. Alipay names no seller here: the signed request did.

        ``buyer_user_id`` is what notices call ``buyer_id``.
        """
        answer = self._known("api_alipay_trade_query", out_trade_no=out_trade_no)
        if answer is None:
            return None
        try:
            return OrderState(
                out_trade_no=word(answer["out_trade_no"]),
                state=ORDER_STATES[answer["trade_status"]],
                amount_fen=fen_of_yuan(answer["total_amount"]),
                transaction_id=word(answer["trade_no"]),
                merchant_matches=True,
                payer=str(answer.get("buyer_user_id") or answer.get("buyer_open_id", "")),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ProviderUnavailable from error

    def close(self, out_trade_no: str) -> None:
        """See :class:`PaymentProvider`."""
        self._call("api_alipay_trade_close", out_trade_no=out_trade_no)

    def refund(self, refund: RefundOrder) -> RefundState:
        """See :class:`PaymentProvider`. ``fund_change`` N means that this call moved nothing: asked, not assumed."""
        answer = self._call(
            "api_alipay_trade_refund",
            refund_amount=yuan_of_fen(refund.amount_fen),
            out_trade_no=refund.out_trade_no,
            out_request_no=refund.refund_no,
            refund_reason=refund.reason[:80],
        )
        if answer.get("fund_change") == "Y":
            return _refunded(refund.refund_no, answer, "refund_fee")
        known = self.query_refund(refund.refund_no, refund.out_trade_no)
        return known or RefundState(refund.refund_no, "processing", refund.amount_fen, "")

    def query_refund(self, refund_no: str, out_trade_no: str) -> RefundState | None:
        """See :class:`PaymentProvider`. Without a status the refund was not received, or failed: ask for it again."""
        answer = self._known(
            "api_alipay_trade_fastpay_refund_query", out_request_no=refund_no, out_trade_no=out_trade_no
        )
        if answer is None or answer.get("refund_status") != "REFUND_SUCCESS":
            return None
        return _refunded(refund_no, answer, "refund_amount")

    def statement(self, day: date) -> list[StatementLine] | None:
        """See :class:`PaymentProvider`. Alipay offers a day's bill from about 09:00 on the next."""
        try:
            said = self._call(
                "server_api",
                api_name="alipay.data.dataservice.bill.downloadurl.query",
                biz_content={"bill_type": "trade", "bill_date": day.isoformat()},
            )
        except ProviderRefused as refused:
            if refused.provider_code == "isp.bill_not_exist":
                return []
            raise ProviderUnavailable from refused
        try:
            address = str(said["bill_download_url"])
            if not address.startswith(("https://", "http://127.0.0.1:")):
                raise ProviderUnavailable
            with urlopen(address, timeout=self._timeout_s) as answer:  # noqa: S310 - checked above, signed by Alipay
                return alipay_lines(answer.read(UNPACKED_MAX))
        except ProviderUnavailable:
            raise
        except Exception as error:
            raise ProviderUnavailable from error

    def parse_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """See :class:`PaymentProvider`.

        The signature covers ``notify_time``, the moment at which Alipay sent the notice. A repetition may carry the
        time of the first attempt; it is refused then, and the question about open payments finds the money.
        """
        fields = _fields(body)
        signature = fields.pop("sign", "")
        if fields.get("sign_type") != "RSA2" or not self._verifies(dict(fields), signature):
            raise ForgedNotice("the signature does not fit")
        try:
            signed_at = datetime.strptime(fields["notify_time"], STAMP).replace(tzinfo=BEIJING)
            if abs(now - signed_at) > NOTICE_AGE_MAX:
                raise ForgedNotice("the timestamp is not of the last five minutes")
            return self._notice(fields, signed_at)
        except (ValueError, KeyError) as error:
            raise ForgedNotice("the content is of another form") from error

    def _notice(self, fields: Mapping[str, str], signed_at: datetime) -> Notice:
        kind, state = _kind_and_state(fields)
        amount = fields["refund_fee"] if kind == "refund" else fields["total_amount"]
        ours = fields.get("app_id") == self._app_id and fields.get("seller_id") == self._seller_id
        return Notice(
            provider=self.name,
            notice_id=short(fields["notify_id"]),
            kind=kind,
            state=state,
            out_trade_no=word(fields["out_trade_no"]),
            refund_no=word(fields.get("out_biz_no", "")) if kind == "refund" else "",
            transaction_id=word(fields["trade_no"]),
            amount_fen=fen_of_yuan(amount),
            merchant=word(fields.get("seller_id", "")),
            merchant_matches=ours,
            signed_at=signed_at,
            payer=fields.get("buyer_id") or fields.get("buyer_open_id", ""),
        )

    def notice_answer(self, result: str) -> tuple[str, bytes]:
        """See :class:`PaymentProvider`. The seven letters and nothing else."""
        return "text/plain", b"success"

    def _verifies(self, fields: dict[str, str], signature: str) -> bool:
        try:
            return bool(signature) and bool(self._client.verify(fields, signature))
        except Exception:  # noqa: BLE001 - signatures of any form
            return False

    def _known(self, call: str, **options: Any) -> dict[str, Any] | None:
        try:
            return self._call(call, **options)
        except ProviderRefused as refused:
            if refused.provider_code in UNKNOWN:
                return None
            raise

    def _call(self, call: str, **options: Any) -> dict[str, Any]:
        """One request. What is not signed by Alipay counts as no answer at all, a refusal too."""
        try:
            said = getattr(self._client, call)(**options)
        except AliPayException as error:
            raise ProviderUnavailable from error
        except Exception as error:
            raise ProviderUnavailable from error
        code, sub_code = str(said.get("code", "")), str(said.get("sub_code", ""))
        if code == "10000":
            return dict(said)
        if code == "20000" or sub_code.upper() in TRY_AGAIN:
            raise ProviderUnavailable
        raise ProviderRefused(sub_code or code)


def _refunded(refund_no: str, answer: Mapping[str, Any], amount: str) -> RefundState:
    """A refund that is done, with the amount under the name that this call has for it."""
    try:
        return RefundState(refund_no, "done", fen_of_yuan(answer[amount]), str(answer.get("trade_no", "")))
    except (ValueError, KeyError) as error:
        raise ProviderUnavailable from error


def _fields(body: bytes) -> dict[str, str]:
    """The form's fields, each once."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=FIELDS_MAX,
        )
    except ValueError as error:
        raise ForgedNotice("the content is of another form") from error
    if len({name for name, _value in pairs}) != len(pairs):
        raise ForgedNotice("a field comes twice")
    return dict(pairs)


def _kind_and_state(fields: Mapping[str, str]) -> tuple[Literal["payment", "refund"], NoticeState]:
    """A notice with a refund's fields is about the refund, whatever the state of the trade."""
    if fields.get("refund_fee") and fields.get("gmt_refund"):
        return "refund", "refunded"
    states: dict[str, NoticeState] = {
        "TRADE_SUCCESS": "paid",
        "TRADE_FINISHED": "paid",
        "TRADE_CLOSED": "failed",
        "WAIT_BUYER_PAY": "waiting",
    }
    return "payment", states[fields["trade_status"]]
