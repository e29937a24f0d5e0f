"""What the queue does: one function, one transaction, one history row, one announcement."""

from queueing.services.add_ons import add_on_and_ticket
from queueing.services.alarms import alarm_acknowledge, alarm_raise, alarm_withdraw
from queueing.services.any_doctor import walk_in_of_any, walk_in_register_any
from queueing.services.batches import tickets_share_out
from queueing.services.calls import ticket_call_chosen, ticket_call_next, ticket_recall
from queueing.services.consultations import ticket_finish, ticket_start
from queueing.services.departures import ticket_cancel, ticket_leave, ticket_return, tickets_leave_closed
from queueing.services.estimates import estimates_settle
from queueing.services.kiosks import (
    CHECKED_IN,
    KNOWN,
    RETURNED,
    check_in_try,
    kiosk_check_in,
    kiosk_pair,
    kiosk_report,
    kiosk_seen,
    kiosk_set,
    kiosk_visit,
    tries_forget,
)
from queueing.services.misses import ticket_pass, ticket_pass_unanswered
from queueing.services.notices import notice_add, notice_end
from queueing.services.pairings import pairing_begin
from queueing.services.pauses import pause_end, session_pause, session_resume
from queueing.services.printers import printer_add, printer_change
from queueing.services.prints import (
    PRINT_KIND,
    printer_try,
    printer_work_off,
    slip_ask,
    slip_reprint,
)
from queueing.services.queues import queue_for_session, queue_shared, queues_prepare
from queueing.services.screens import screen_add, screen_change, screen_reload, screen_revoke
from queueing.services.sessions import session_end, session_stopped_tell, sessions_end_due
from queueing.services.signs import gaps_forget
from queueing.services.tickets import (
    ticket_check_in,
    ticket_report,
    ticket_set_priority,
)
from queueing.services.transfers import ticket_settle_fee, ticket_transfer, ticket_transfer_to_department
from queueing.services.turns import turns_tell
from queueing.services.undo import ticket_undo
from queueing.services.walk_ins import (
    walk_in_give_up,
    walk_in_of_new,
    walk_in_register_and_ticket,
    walk_in_reserve,
    walk_in_ticket,
)

__all__ = [
    "CHECKED_IN",
    "KNOWN",
    "PRINT_KIND",
    "RETURNED",
    "add_on_and_ticket",
    "alarm_acknowledge",
    "alarm_raise",
    "alarm_withdraw",
    "check_in_try",
    "estimates_settle",
    "gaps_forget",
    "kiosk_check_in",
    "kiosk_pair",
    "kiosk_report",
    "kiosk_seen",
    "kiosk_set",
    "kiosk_visit",
    "notice_add",
    "notice_end",
    "pairing_begin",
    "pause_end",
    "printer_add",
    "printer_change",
    "printer_try",
    "printer_work_off",
    "queue_for_session",
    "queue_shared",
    "queues_prepare",
    "screen_add",
    "screen_change",
    "screen_reload",
    "screen_revoke",
    "session_end",
    "session_pause",
    "session_resume",
    "session_stopped_tell",
    "sessions_end_due",
    "slip_ask",
    "slip_reprint",
    "ticket_call_chosen",
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
    "ticket_settle_fee",
    "ticket_start",
    "ticket_transfer",
    "ticket_transfer_to_department",
    "ticket_undo",
    "tickets_leave_closed",
    "tickets_share_out",
    "tries_forget",
    "turns_tell",
    "walk_in_give_up",
    "walk_in_of_any",
    "walk_in_of_new",
    "walk_in_register_and_ticket",
    "walk_in_register_any",
    "walk_in_reserve",
    "walk_in_ticket",
]
