"""Which state may follow which (the state tables of the domain). Anything else is refused."""

from hospital.common.errors import Transitions

SESSION: Transitions = {
    (None, "plan"): "planned",
    ("planned", "release"): "released",
    ("released", "open"): "open",
    ("open", "start"): "running",
    ("running", "close"): "closed",
    ("planned", "stop"): "stopped",
    ("released", "stop"): "stopped",
    ("open", "stop"): "stopped",
    ("running", "stop"): "stopped",
}

SESSION_OPEN = ("open", "running")
"""States in which walk-ins are registered and patients called."""

APPOINTMENT: Transitions = {
    (None, "hold"): "held",
    ("held", "confirm"): "booked",
    ("held", "expire"): "expired",
    ("held", "cancel"): "cancelled",
    ("booked", "cancel"): "cancelled",
    ("booked", "arrive"): "arrived",
    ("arrived", "see"): "seen",
    ("arrived", "leave"): "left",
    ("booked", "resolve"): "unresolved",
    ("unresolved", "confirm"): "no_show",
    ("unresolved", "correct_seen"): "seen",
    ("unresolved", "correct_excused"): "excused",
    ("no_show", "correct_seen"): "seen",
    ("no_show", "correct_excused"): "excused",
}
"""``correct`` of the table leads to two states, so the verb names which."""

APPOINTMENT_LIVE = ("held", "booked", "arrived")
"""States in which a patient still has the number ahead of them."""

APPOINTMENT_TAKES_NUMBER = ("held", "booked", "arrived", "seen", "no_show", "unresolved", "left", "excused")
"""States that use one of the slot's numbers; cancelled and expired ones give it back."""

WALK_IN: Transitions = {
    (None, "register"): "registered",
    (None, "reserve"): "reserved",
    ("reserved", "confirm"): "registered",
    ("reserved", "cancel"): "cancelled",
    ("registered", "cancel"): "cancelled",
}
"""``reserved``: paid through a provider, the number is kept until the notice comes or the time is up."""

WAITLIST: Transitions = {
    (None, "join"): "waiting",
    ("waiting", "offer"): "offered",
    ("offered", "accept"): "accepted",
    ("offered", "lapse"): "lapsed",
    ("waiting", "leave"): "left",
    ("offered", "leave"): "left",
    ("waiting", "end"): "ended",
    ("offered", "end"): "ended",
}
"""An entry ends when its patient may no longer book, when the list ends, or when the session is stopped."""

WAITLIST_LIVE = ("waiting", "offered")

RETURNED: Transitions = {
    (None, "keep"): "kept",
    ("kept", "offer"): "offered",
    ("offered", "keep"): "kept",
    ("offered", "take"): "taken",
    ("kept", "publish"): "public",
    ("kept", "end"): "ended",
    ("offered", "end"): "ended",
}
"""A returned number: kept back for a while, offered to the waitlist, then public, or the pool's at the opening."""

RETURNED_WITHHELD = ("kept", "offered")

DRAW_REQUEST: Transitions = {
    (None, "ask"): "waiting",
    ("waiting", "win"): "won",
    ("waiting", "lose"): "lost",
    ("waiting", "withdraw"): "withdrawn",
}

STOP: Transitions = {
    (None, "propose"): "proposed",
    ("proposed", "discard"): "discarded",
    ("proposed", "apply"): "applying",
    ("applying", "finish"): "finished",
}
"""A stopped clinic as the manager works on it; once it is applied the session itself is stopped."""

STOP_CASE: Transitions = {
    (None, "list"): "listed",
    ("listed", "ask"): "asked",
    ("asked", "settle"): "settled",
}
"""One affected patient of a stopped clinic: asked for a choice, settled when the choice is carried out."""

APPEAL: Transitions = {
    (None, "appeal"): "open",
    ("open", "uphold"): "upheld",
    ("open", "reject"): "rejected",
}

DATA_REQUEST: Transitions = {
    (None, "ask"): "open",
    ("open", "grant"): "done",
    ("open", "refuse"): "refused",
}
"""What a patient may ask about their data: a correction or a deletion. (An export is made at once.)"""

PAYMENT: Transitions = {
    (None, "create"): "created",
    ("created", "pay"): "paid",
    ("created", "fail"): "failed",
    ("created", "expire"): "failed",
    ("paid", "refund"): "refunding",
    ("refunding", "done"): "refunded",
    ("created", "mismatch"): "held_for_review",
    ("paid", "mismatch"): "held_for_review",
    ("held_for_review", "accept"): "paid",
    ("held_for_review", "refund"): "refunding",
}
"""The two moves out of ``held_for_review`` are a person's (docs/adr/0011)."""
