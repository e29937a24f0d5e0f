"""What the gateway does with money: orders, payments by the person at the pay page, refunds."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from hospital.gateway.modes import AT_REFUND, Mode, mode_of
from hospital.gateway.store import Order, Refund, Store

REFUND_STALL_S = 30
REFUND_SLOW_S = 30
DAY_S = 86_400
CHINA = timezone(timedelta(hours=8))


class Refusal(Exception):
    """A request that is answered with an error: the status, a stable code, a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What a merchant asks to be collected."""

    out_trade_no: str
    amount_fen: int
    description: str
    expires_in_s: int
    notify_url: str
    return_url: str


@dataclass(frozen=True, slots=True)
class NewRefund:
    """What a merchant asks to be given back."""

    refund_no: str
    out_trade_no: str
    amount_fen: int
    total_fen: int
    reason: str


class Bank:
    """The rules of the gateway over its store; `clock` is Unix time, an argument so that tests own it."""

    def __init__(
        self, store: Store, merchant: str, clock: Callable[[], float], *, adopt: bool = False
    ) -> None:
        self.store, self.merchant, self.clock, self._adopt = store, merchant, clock, adopt

    def order_create(self, new: NewOrder) -> Order:
        """The same order number with the same amount is the same order; with another amount it is refused."""
        with self.store.transaction():
            known = self.store.order(new.out_trade_no)
            if known is not None:
                if known.amount_fen != new.amount_fen:
                    raise Refusal(409, "OUT_TRADE_NO_USED", "This order number exists with another amount.")
                return self.current(known)
            order = Order(
                out_trade_no=new.out_trade_no,
                token=secrets.token_urlsafe(24),
                amount_fen=new.amount_fen,
                description=new.description,
                notify_url=new.notify_url,
                return_url=new.return_url,
                expires_at=self.clock() + new.expires_in_s,
                state="unpaid",
                transaction_id="",
                paid_at=None,
            )
            self.store.order_add(order)
            return order

    def current(self, order: Order) -> Order:
        """The order as it stands now: one whose time is over is closed when somebody looks."""
        if order.state == "unpaid" and order.expires_at <= self.clock():
            self.store.order_move(order.out_trade_no, "closed")
            return self.order(order.out_trade_no)
        return order

    def order(self, out_trade_no: str) -> Order:
        """The order as it stands now. Raises Refusal when there is none."""
        order = self.store.order(out_trade_no)
        if order is None:
            raise Refusal(404, "ORDER_NOT_EXIST", "There is no such order.")
        return self.current(order)

    def order_close(self, out_trade_no: str) -> Order:
        """Let nobody pay it any more. Raises Refusal when somebody did."""
        order = self.order(out_trade_no)
        if order.state == "paid":
            raise Refusal(409, "ORDER_PAID", "The order is paid already.")
        self.store.order_move(out_trade_no, "closed")
        return self.order(out_trade_no)

    def pay(self, order: Order, accept: bool, payer: str = "") -> Order:
        """The person's decision on the pay page; a second press finds the first one's result."""
        with self.store.transaction():
            order = self.order(order.out_trade_no)
            if order.state != "unpaid":
                return order
            switch = self.store.switch()
            mode = mode_of(order.amount_fen, switch)
            if mode is switch.mode and mode not in AT_REFUND:
                self.store.switch_used()
            if accept and mode is not Mode.REFUSED:
                self.store.order_move(order.out_trade_no, "paid", secrets.token_hex(14).upper(), self.clock())
                self.store.payer_keep(order.out_trade_no, payer or secrets.token_hex(8))
            else:
                self.store.order_move(order.out_trade_no, "refused")
            order = self.order(order.out_trade_no)
            self._notices_add(order, mode, switch.seconds)
            return order

    def _notices_add(self, order: Order, mode: Mode, seconds: int) -> None:
        if mode is Mode.LOST:
            return
        now = self.clock()
        notice_id = secrets.token_hex(16)
        flaw = mode.value if mode in {Mode.FORGED, Mode.STALE} else ""
        due_at = now + (seconds if mode is Mode.LATE else 0)
        self.store.notice_add(notice_id, order.notify_url, self._notice(order, notice_id, mode), flaw, due_at)
        if mode is Mode.DUPLICATE:
            # the same notice again, and the same fact under another notice number
            again = secrets.token_hex(16)
            self.store.notice_add(notice_id, order.notify_url, self._notice(order, notice_id, mode), "", now)
            self.store.notice_add(again, order.notify_url, self._notice(order, again, mode), "", now + 1)

    def _notice(self, order: Order, notice_id: str, mode: Mode) -> bytes:
        resource = order_view(order, "other-merchant" if mode is Mode.WRONG_MERCHANT else self.merchant)
        resource["payer"] = self.store.payer(order.out_trade_no)
        if mode is Mode.WRONG_AMOUNT:
            resource["amount"]["total"] += 1
        event = "TRANSACTION.SUCCESS" if order.state == "paid" else "TRANSACTION.REFUSED"
        body = {
            "id": notice_id,
            "create_time": stamp(self.clock()),
            "event_type": event,
            "resource": resource,
        }
        return json.dumps(body, ensure_ascii=False).encode()

    def refund_create(self, new: NewRefund) -> tuple[Refund, Mode]:
        """Give money back once per refund number; the mode tells the web layer whether to answer in time."""
        with self.store.transaction():
            order = self._order_to_refund(new)
            known = self.store.refund(new.refund_no)
            if known is not None:
                if (known.out_trade_no, known.amount_fen) != (new.out_trade_no, new.amount_fen):
                    raise Refusal(409, "OUT_REFUND_NO_USED", "This refund number exists with other contents.")
                return self._settled(known), Mode.NORMAL
            if order.state != "paid":
                raise Refusal(409, "ORDER_NOT_PAID", "The order is not paid.")
            if self.store.refunded_fen(order.out_trade_no) + new.amount_fen > order.amount_fen:
                raise Refusal(409, "REFUND_AMOUNT_TOO_LARGE", "More than what was paid.")
            switch = self.store.switch()
            mode = mode_of(order.amount_fen, switch)
            if mode is switch.mode and mode in AT_REFUND:
                self.store.switch_used()
            slow = mode is Mode.REFUND_SLOW
            refund = Refund(
                refund_no=new.refund_no,
                out_trade_no=new.out_trade_no,
                amount_fen=new.amount_fen,
                reason=new.reason,
                state="ABNORMAL" if mode is Mode.REFUND_FAILED else "PROCESSING" if slow else "SUCCESS",
                provider_refund_no=secrets.token_hex(14).upper(),
                done_at=self.clock() + (REFUND_SLOW_S if slow else 0),
            )
            self.store.refund_add(refund)
            return refund, mode

    def _order_to_refund(self, new: NewRefund) -> Order:
        """The order; the demo's own history was never paid here, so its orders are taken over when asked to."""
        if self._adopt and self.store.order(new.out_trade_no) is None:
            now = self.clock()
            self.store.order_add(
                Order(
                    out_trade_no=new.out_trade_no,
                    token=secrets.token_urlsafe(24),
                    amount_fen=new.total_fen,
                    description="",
                    notify_url="",
                    return_url="",
                    expires_at=now,
                    state="paid",
                    transaction_id=secrets.token_hex(14).upper(),
                    paid_at=now,
                )
            )
        return self.order(new.out_trade_no)

    def refund(self, refund_no: str) -> Refund:
        """The refund as it stands now. Raises Refusal when there is none."""
        refund = self.store.refund(refund_no)
        if refund is None:
            raise Refusal(404, "REFUND_NOT_EXIST", "There is no such refund.")
        return self._settled(refund)

    def statement(self, day: date) -> list[dict[str, Any]]:
        """The day's money, as China counts days."""
        begins = datetime.combine(day, time(), CHINA).timestamp()
        return self.store.moved(begins, begins + DAY_S)

    def _settled(self, refund: Refund) -> Refund:
        if refund.state == "PROCESSING" and refund.done_at <= self.clock():
            fields = {name: getattr(refund, name) for name in Refund.__dataclass_fields__}
            return Refund(**{**fields, "state": "SUCCESS"})
        return refund


TRADE_STATES = {"unpaid": "NOTPAY", "paid": "SUCCESS", "closed": "CLOSED", "refused": "PAYERROR"}


def stamp(at: float) -> str:
    """A moment as answers carry it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def order_view(order: Order, merchant: str) -> dict[str, Any]:
    """An order as answers and notices carry it."""
    return {
        "merchant": merchant,
        "out_trade_no": order.out_trade_no,
        "transaction_id": order.transaction_id,
        "trade_state": TRADE_STATES[order.state],
        "amount": {"total": order.amount_fen, "currency": "CNY"},
        "success_time": stamp(order.paid_at) if order.paid_at is not None else None,
    }


def refund_view(refund: Refund) -> dict[str, Any]:
    """A refund as answers carry it."""
    return {
        "out_refund_no": refund.refund_no,
        "refund_id": refund.provider_refund_no,
        "out_trade_no": refund.out_trade_no,
        "status": refund.state,
        "amount": {"refund": refund.amount_fen, "currency": "CNY"},
    }
