"""The merchant's side, `/v3/...`: every request signed by the merchant, every answer by the gateway."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from hospital.gateway.bank import REFUND_STALL_S, Bank, NewOrder, NewRefund, Refusal, order_view, refund_view
from hospital.gateway.courier import notice_headers
from hospital.gateway.keys import GatewayKeys
from hospital.gateway.modes import Mode
from hospital.gateway.signing import TOLERANCE_S, credentials, lines, serial, verifies
from hospital.gateway.web import Request, Response, json_response

NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}")
STATEMENT_PATH = re.compile(r"/v3/statements/([0-9]{4}-[0-9]{2}-[0-9]{2})")
AMOUNT_MAX_FEN = 10_000_000
ORDER_PATH = re.compile(r"/v3/orders/([A-Za-z0-9_-]{1,64})")
CLOSE_PATH = re.compile(r"/v3/orders/([A-Za-z0-9_-]{1,64})/close")
REFUND_PATH = re.compile(r"/v3/refunds/([A-Za-z0-9_-]{1,64})")


class MerchantApi:
    """Checks who asks, then lets the bank decide."""

    def __init__(self, bank: Bank, keys: GatewayKeys, public_url: str, notify_allowed: Sequence[str]) -> None:
        self._bank, self._keys = bank, keys
        self._public_url, self._notify_allowed = public_url.rstrip("/"), tuple(notify_allowed)

    def handle(self, request: Request) -> Response:
        """Answer one request of a merchant, whatever the outcome with a signature."""
        try:
            self._authorise(request)
            response = self._route(request)
        except Refusal as refusal:
            response = json_response(refusal.status, {"code": refusal.code, "message": refusal.message})
        proof = notice_headers(self._keys.private, response.body, self._bank.clock())
        return Response(response.status, response.body, {**response.headers, **proof}, response.delay_s)

    def _authorise(self, request: Request) -> None:
        said = credentials(request.headers.get("authorization", ""))
        if said is None or said.merchant != self._bank.merchant:
            raise Refusal(401, "SIGN_ERROR", "The Authorization header is missing or of another form.")
        now = self._bank.clock()
        if said.serial != serial(self._keys.merchant_public) or abs(now - said.timestamp) > TOLERANCE_S:
            raise Refusal(
                401, "SIGN_ERROR", "Another key, or a timestamp that is not of the last five minutes."
            )
        message = lines(request.method, request.target, str(said.timestamp), said.nonce, request.body)
        if not verifies(self._keys.merchant_public, message, said.signature):
            raise Refusal(401, "SIGN_ERROR", "The signature does not fit the request.")
        if not self._bank.store.nonce_use(said.nonce, now, 2 * TOLERANCE_S):
            raise Refusal(401, "SIGN_ERROR", "This request was made before.")

    def _route(self, request: Request) -> Response:
        path = request.path
        if (request.method, path) == ("POST", "/v3/orders"):
            return self._order_create(request)
        if (request.method, path) == ("POST", "/v3/refunds"):
            return self._refund_create(request)
        if request.method == "POST" and (found := CLOSE_PATH.fullmatch(path)):
            return json_response(200, order_view(self._bank.order_close(found[1]), self._bank.merchant))
        if request.method == "GET" and (found := ORDER_PATH.fullmatch(path)):
            shown = order_view(self._bank.order(found[1]), self._bank.merchant)
            return json_response(200, shown | {"payer": self._bank.store.payer(found[1])})
        if request.method == "GET" and (found := REFUND_PATH.fullmatch(path)):
            return json_response(200, refund_view(self._bank.refund(found[1])))
        if request.method == "GET" and (found := STATEMENT_PATH.fullmatch(path)):
            return json_response(200, {"lines": self._bank.statement(_day(found[1]))})
        raise Refusal(404, "NOT_FOUND", "There is no such address.")

    def _order_create(self, request: Request) -> Response:
        data = _json(request.body)
        new = NewOrder(
            out_trade_no=_number(data, "out_trade_no"),
            amount_fen=_amount(data, "total"),
            description=_text(data, "description", 120),
            expires_in_s=_whole(data, "expires_in_s", 1, 30 * 86_400),
            notify_url=self._notify_url(data),
            return_url=_url(data, "return_url"),
        )
        order = self._bank.order_create(new)
        content = {"pay_url": f"{self._public_url}/pay/{order.token}"}
        return json_response(200, {**order_view(order, self._bank.merchant), **content})

    def _notify_url(self, data: dict[str, Any]) -> str:
        """Only to hosts that the gateway was started for: it must not be made to call anything else."""
        url = _url(data, "notify_url")
        parts = urlsplit(url)
        for allowed in map(urlsplit, self._notify_allowed):
            same_host = (parts.scheme, parts.hostname) == (allowed.scheme, allowed.hostname)
            if same_host and allowed.port in {None, parts.port}:
                return url
        raise Refusal(400, "PARAM_ERROR", "notify_url is not an address that this gateway may call.")

    def _refund_create(self, request: Request) -> Response:
        data = _json(request.body)
        new = NewRefund(
            refund_no=_number(data, "out_refund_no"),
            out_trade_no=_number(data, "out_trade_no"),
            amount_fen=_amount(data, "refund"),
            total_fen=_amount(data, "total"),
            reason=_text(data, "reason", 120),
        )
        refund, mode = self._bank.refund_create(new)
        response = json_response(200, refund_view(refund))
        if mode is Mode.REFUND_TIMEOUT:
            return Response(response.status, response.body, response.headers, delay_s=REFUND_STALL_S)
        return response


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(400, "PARAM_ERROR", "There is no such day.") from None


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "PARAM_ERROR", "The body is not JSON.") from None
    if not isinstance(data, dict):
        raise Refusal(400, "PARAM_ERROR", "The body is not an object.")
    return data


def _number(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        raise Refusal(400, "PARAM_ERROR", f"{name} must be 1 to 64 letters, digits, - or _.")
    return value


def _text(data: dict[str, Any], name: str, limit: int) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value.isprintable() or len(value) > limit:
        raise Refusal(400, "PARAM_ERROR", f"{name} must be at most {limit} printable characters.")
    return value


def _whole(data: dict[str, Any], name: str, least: int, most: int) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refusal(400, "PARAM_ERROR", f"{name} must be a whole number from {least} to {most}.")
    return value


def _amount(data: dict[str, Any], name: str) -> int:
    amount = data.get("amount")
    if not isinstance(amount, dict) or amount.get("currency") != "CNY":
        raise Refusal(400, "PARAM_ERROR", "amount must be an object in CNY.")
    return _whole(amount, name, 1, AMOUNT_MAX_FEN)


def _url(data: dict[str, Any], name: str) -> str:
    value = _text(data, name, 500)
    try:
        parts = urlsplit(value)
        whole = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        whole = False
    if not whole or not value.isascii() or set(value) & set(" \"'<>;,"):
        raise Refusal(400, "PARAM_ERROR", f"{name} must be an absolute http or https address.")
    return value
