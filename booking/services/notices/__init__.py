"""What patients are told: one function for each event, called inside the transaction of what happened.

Each is told once (one row for each kind, key and channel), in the account's language. None can fail what it
tells about: whatever goes wrong in here is logged and undone alone.
"""

from booking.services.notices.answers import appeal_answered, ban, ban_lifted, data_answered
from booking.services.notices.appointments import booked, cancelled, moved, pay_link, reminder, substituted
from booking.services.notices.stops import (
    refund,
    refund_cash,
    refund_failed,
    stop_settled,
    stopped,
    stopped_text,
    stopped_walk_in,
)
from booking.services.notices.turns import come, near
from booking.services.notices.voids import void
from booking.services.notices.waiting import (
    draw_ended,
    draw_lost,
    draw_won,
    offer,
    offer_lapsed,
    waitlist_ended,
)

__all__ = [
    "appeal_answered",
    "ban",
    "ban_lifted",
    "booked",
    "cancelled",
    "come",
    "data_answered",
    "draw_ended",
    "draw_lost",
    "draw_won",
    "moved",
    "near",
    "offer",
    "offer_lapsed",
    "pay_link",
    "refund",
    "refund_cash",
    "refund_failed",
    "reminder",
    "stop_settled",
    "stopped",
    "stopped_text",
    "stopped_walk_in",
    "substituted",
    "void",
    "waitlist_ended",
]
