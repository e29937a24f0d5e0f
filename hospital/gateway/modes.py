"""How the gateway misbehaves on request: by the last two digits of the amount, or by a switch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DEFAULT_SECONDS = 60


class Mode(StrEnum):
    """The failures that a merchant has to survive."""

    NORMAL = "normal"
    DUPLICATE = "duplicate"
    LATE = "late"
    WRONG_AMOUNT = "wrong_amount"
    FORGED = "forged"
    REFUSED = "refused"
    LOST = "lost"
    REFUND_TIMEOUT = "refund_timeout"
    REFUND_FAILED = "refund_failed"
    REFUND_SLOW = "refund_slow"
    WRONG_MERCHANT = "wrong_merchant"
    STALE = "stale"


AT_REFUND = frozenset({Mode.REFUND_TIMEOUT, Mode.REFUND_FAILED, Mode.REFUND_SLOW})
"""Modes that wait for the refund; paying does not use them up."""

BY_FEN: dict[int, Mode] = {
    1: Mode.DUPLICATE,
    2: Mode.LATE,
    3: Mode.WRONG_AMOUNT,
    4: Mode.FORGED,
    5: Mode.REFUSED,
    6: Mode.LOST,
    7: Mode.REFUND_TIMEOUT,
    8: Mode.REFUND_FAILED,
    9: Mode.REFUND_SLOW,
    10: Mode.WRONG_MERCHANT,
    11: Mode.STALE,
}


@dataclass(frozen=True, slots=True)
class Switch:
    """The switched mode: `count` uses are left (None: until it is switched off)."""

    mode: Mode = Mode.NORMAL
    seconds: int = DEFAULT_SECONDS
    count: int | None = None


def mode_of(amount_fen: int, switch: Switch) -> Mode:
    """The amount speaks first: who names a failure must not depend on who else uses the switch."""
    return BY_FEN.get(amount_fen % 100, switch.mode)
