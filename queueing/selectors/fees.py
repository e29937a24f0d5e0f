"""What a transfer leaves to be paid or handed back at the desk."""

from booking import selectors as booking
from queueing.domain.states import CANCELLED, DONE, LEFT, LIVE
from queueing.domain.transfers import fee_difference
from queueing.models import Ticket

SETTLED = "settle_fee"


def fee_due_fen(*, ticket: Ticket) -> int:
    """What the patient still owes for the session of a ticket that came by transfer, in fen.

    Below 0 the desk owes it. Of a cancelled walk-in only what was settled is left: the fee itself is refunded as ever.
    """
    if ticket.transferred_from_id is None:
        return 0
    number = ticket.walk_in or ticket.appointment
    if number is None:
        return 0
    settled = booking.fee_differences_fen(appointment_id=ticket.appointment_id, walk_in_id=ticket.walk_in_id)
    if (
        ticket.state in {CANCELLED, LEFT}
        and ticket.walk_in is not None
        and ticket.walk_in.state == "cancelled"
    ):
        return -settled
    if ticket.state not in {*LIVE, DONE}:
        return 0
    return fee_difference(
        target_fee_fen=ticket.session.fee_fen,
        paid_fen=number.fee_fen,
        settled_fen=settled,
        waived=number.fee_fen == 0 and number.session.fee_fen > 0,
    )
