"""The front desk: one input, one work card, the sessions of the day, the last tickets."""

from queueing.views.desk.actions import add_on, add_on_ask, check_in, register, register_new
from queueing.views.desk.batches import batch
from queueing.views.desk.day import day, session_end
from queueing.views.desk.pages import appointment, desk, find, new_patient, patient, sessions, slip, ticket
from queueing.views.desk.payments import walk_in, walk_in_cancel, walk_in_code, walk_in_state
from queueing.views.desk.prints import print_state, printer_choose, prints, reprint
from queueing.views.desk.steps import cancel, leave, prioritise, restore, settle, transfer, transfer_ask, undo
from queueing.views.desk.today import today

__all__ = [
    "add_on",
    "add_on_ask",
    "appointment",
    "batch",
    "cancel",
    "check_in",
    "day",
    "desk",
    "find",
    "leave",
    "new_patient",
    "patient",
    "print_state",
    "printer_choose",
    "prints",
    "prioritise",
    "register",
    "register_new",
    "reprint",
    "restore",
    "session_end",
    "sessions",
    "settle",
    "slip",
    "ticket",
    "today",
    "transfer",
    "transfer_ask",
    "undo",
    "walk_in",
    "walk_in_cancel",
    "walk_in_code",
    "walk_in_state",
]
