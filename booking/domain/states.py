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
    ("registered", "cancel"): "cancelled",
}

PAYMENT: Transitions = {
    (None, "create"): "created",
    ("created", "pay"): "paid",
    ("created", "fail"): "failed",
    ("created", "expire"): "failed",
    ("paid", "refund"): "refunding",
    ("refunding", "done"): "refunded",
    ("created", "mismatch"): "held_for_review",
    ("paid", "mismatch"): "held_for_review",
}
