"""What the queue does: one function, one transaction, one history row, one announcement."""

from queueing.services.calls import (
    ticket_call_next,
    ticket_finish,
    ticket_pass,
    ticket_pass_unanswered,
    ticket_recall,
    ticket_start,
)
from queueing.services.departures import ticket_cancel, ticket_leave, ticket_return, tickets_leave_closed
from queueing.services.queues import queue_for_session, queue_shared, queues_prepare
from queueing.services.screens import screen_add, screen_revoke
from queueing.services.sessions import session_end, session_stopped_tell, sessions_end_due
from queueing.services.tickets import (
    ticket_check_in,
    ticket_report,
    ticket_set_priority,
    ticket_transfer,
)
from queueing.services.undo import ticket_undo
from queueing.services.walk_ins import (
    walk_in_give_up,
    walk_in_of_new,
    walk_in_register_and_ticket,
    walk_in_reserve,
    walk_in_ticket,
)

__all__ = [
    "queue_for_session",
    "queue_shared",
    "queues_prepare",
    "screen_add",
    "screen_revoke",
    "session_end",
    "session_stopped_tell",
    "sessions_end_due",
    "ticket_call_next",
    "ticket_cancel",
    "ticket_check_in",
    "ticket_finish",
    "ticket_leave",
    "ticket_pass",
    "ticket_pass_unanswered",
    "ticket_recall",
    "ticket_report",
    "ticket_return",
    "ticket_set_priority",
    "ticket_start",
    "ticket_transfer",
    "ticket_undo",
    "tickets_leave_closed",
    "walk_in_give_up",
    "walk_in_of_new",
    "walk_in_register_and_ticket",
    "walk_in_reserve",
    "walk_in_ticket",
]
