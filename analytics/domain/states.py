"""Which state of a quota plan may follow which."""

from __future__ import annotations

from typing import Final

PROPOSED: Final = "proposed"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"
SUPERSEDED: Final = "superseded"
ROLLED_BACK: Final = "rolled_back"

PLAN_MOVES: Final[dict[tuple[str | None, str], str]] = {
    (None, "propose"): PROPOSED,
    (PROPOSED, "edit"): PROPOSED,
    (PROPOSED, "approve"): APPROVED,
    (PROPOSED, "reject"): REJECTED,
    (PROPOSED, "supersede"): SUPERSEDED,
    (APPROVED, "supersede"): SUPERSEDED,
    (APPROVED, "roll_back"): ROLLED_BACK,
    (SUPERSEDED, "restore"): APPROVED,
}
