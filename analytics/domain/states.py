"""Which state of a quota plan, or of a history file on its way in, may follow which."""

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

UPLOAD_MOVES: Final[dict[tuple[str | None, str], str]] = {
    (None, "upload"): "uploaded",
    ("uploaded", "check"): "checking",
    ("checked", "check"): "checking",
    ("refused", "check"): "checking",
    ("checking", "pass"): "checked",
    ("checking", "refuse"): "refused",
    ("checked", "take"): "taking",
    ("taking", "finish"): "taken",
    ("taking", "refuse"): "refused",
    ("uploaded", "discard"): "discarded",
    ("checking", "discard"): "discarded",
    ("checked", "discard"): "discarded",
    ("refused", "discard"): "discarded",
    ("taking", "discard"): "discarded",
}
"""A history file: checked as often as its mapping changes, taken in once."""
