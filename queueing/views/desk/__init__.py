"""The front desk: one input, one work card, the sessions of the day, the last tickets."""

from queueing.views.desk.actions import cancel, check_in, register, register_new, restore, undo
from queueing.views.desk.pages import desk, find, new_patient, patient, sessions, slip, ticket
from queueing.views.desk.payments import walk_in, walk_in_cancel, walk_in_code, walk_in_state

__all__ = [
    "cancel",
    "check_in",
    "desk",
    "find",
    "new_patient",
    "patient",
    "register",
    "register_new",
    "restore",
    "sessions",
    "slip",
    "ticket",
    "undo",
    "walk_in",
    "walk_in_cancel",
    "walk_in_code",
    "walk_in_state",
]
