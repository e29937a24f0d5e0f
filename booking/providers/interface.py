"""What every payment provider can do, in this system's words; money in fen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from hospital.common.errors import DomainError, gettext_noop

NOTICE_AGE_MAX = timedelta(minutes=5)
"""A notice signed longer ago (or ahead) is refused, however right its signature."""


class UnknownProvider(DomainError):
    """No provider of this name is set up."""

    code = "unknown_provider"
    status = 404
    message = gettext_noop("This way to pay is not offered here.")


class ProviderUnavailable(DomainError):
    """The provider gave no usable answer: what happened there is unknown, ask again with the same number."""

    code = "provider_unavailable"
    status = 503
    message = gettext_noop(
        "The payment service does not answer. Nothing is lost, please try again in a moment."
    )


class ProviderRefused(DomainError):
    """The provider answered no; ``provider_code`` is its own word for why."""

    code = "provider_refused"
    message = gettext_noop("The payment service refused this.")

    def __init__(self, provider_code: str) -> None:
        super().__init__()
        self.provider_code = provider_code


class ForgedNotice(DomainError):
    """A notice that the provider did not sign for us, just now. Nothing of it may be stored."""

    code = "forged_notice"
    status = 401
    message = gettext_noop("This payment notice is not genuine.")

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


NoticeState = Literal["paid", "failed", "waiting", "refunded", "refund_failed"]


@dataclass(frozen=True, slots=True)
class Order:
    """A payment that the provider is asked to collect; `expires_in_s` is relative, clocks differ.

    `description` is in the payer's language; `subject` and `expires_at` (real time) are the same at every asking,
    for providers that refuse an order number which comes again with other contents. `shown` says where the payer
    will see it: a page in the payer's browser, or a QR code on somebody else's screen.
    """

    out_trade_no: str
    amount_fen: int
    description: str
    expires_in_s: int
    notify_url: str
    return_url: str
    subject: str = ""
    expires_at: datetime | None = None
    shown: Literal["page", "qr"] = "page"
    payer_ip: str = ""


@dataclass(frozen=True, slots=True)
class OrderState:
    """What the provider knows of an order; `payer` as in a notice, where its answer names one."""

    out_trade_no: str
    state: Literal["unpaid", "paid", "closed", "refused"]
    amount_fen: int
    transaction_id: str
    merchant_matches: bool
    payer: str = ""


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """Money to give back; `refund_no` is stored before the call, so that asking again is safe."""

    refund_no: str
    out_trade_no: str
    amount_fen: int
    total_fen: int
    reason: str
    notify_url: str = ""


@dataclass(frozen=True, slots=True)
class RefundState:
    """What the provider knows of a refund."""

    refund_no: str
    state: Literal["processing", "done", "failed"]
    amount_fen: int
    provider_refund_no: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A genuine notice: signed by the provider within the last five minutes.

    `merchant_matches` False means that it is about another merchant's order: held for review. The amount is
    compared by the service, which knows what was asked. `payer` is the provider's own name for who paid; only a
    blind index of it is kept. `waiting` says that nothing was decided yet.
    """

    provider: str
    notice_id: str
    kind: Literal["payment", "refund"]
    state: NoticeState
    out_trade_no: str
    refund_no: str
    transaction_id: str
    amount_fen: int
    merchant: str
    merchant_matches: bool
    signed_at: datetime
    payer: str = ""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a provider's daily statement: money taken, or (with a `refund_no`) given back. Never negative."""

    order_no: str
    refund_no: str
    amount_fen: int


class PaymentProvider(Protocol):
    """One provider. Every call but those about notices may use the network: never inside a transaction."""

    name: str

    def check_keys(self) -> None:
        """Read the keys that the settings name, so that a wrong one is known before the first patient pays.

        Raises ValueError saying which; never the key itself.
        """
        ...

    def create_order(self, order: Order) -> str:
        """Announce an order and return the address of its pay page (or what its QR code holds).

        The same number gives the same order however often it is asked for.

        Raises ProviderRefused, ProviderUnavailable.
        """
        ...

    def query(self, out_trade_no: str) -> OrderState | None:
        """Ask for the order; None when the provider does not know it. Raises ProviderUnavailable."""
        ...

    def close(self, out_trade_no: str) -> None:
        """Let nobody pay the order any more. Raises ProviderRefused (paid already), ProviderUnavailable."""
        ...

    def refund(self, refund: RefundOrder) -> RefundState:
        """Give money back, once per refund number. Raises ProviderRefused, ProviderUnavailable."""
        ...

    def query_refund(self, refund_no: str, out_trade_no: str) -> RefundState | None:
        """Ask for the refund; None when the provider does not know it. Raises ProviderUnavailable."""
        ...

    def statement(self, day: date) -> list[StatementLine] | None:
        """What the provider took and gave back on a day; None when it gives no statements.

        Raises ProviderUnavailable when it is not ready yet.
        """
        ...

    def parse_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """Read a notice of the provider; `now` is real time, not the demo's. Raises ForgedNotice."""
        ...

    def notice_answer(self, result: str) -> tuple[str, bytes]:
        """The content type and body that the provider takes for "received"; anything else makes it try again."""
        ...
