"""Payment providers behind one interface. Cash at the desk needs none."""

from booking.providers.interface import (
    ForgedNotice,
    Notice,
    Order,
    OrderState,
    PaymentProvider,
    ProviderRefused,
    ProviderUnavailable,
    RefundOrder,
    RefundState,
    StatementLine,
    UnknownProvider,
)
from booking.providers.registry import provider, provider_names

__all__ = [
    "ForgedNotice",
    "Notice",
    "Order",
    "OrderState",
    "PaymentProvider",
    "ProviderRefused",
    "ProviderUnavailable",
    "RefundOrder",
    "RefundState",
    "StatementLine",
    "UnknownProvider",
    "provider",
    "provider_names",
]
