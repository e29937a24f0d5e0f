"""Add-on numbers given at the desk to somebody who stands there."""

from datetime import datetime

from booking import selectors as booking_selectors
from booking import services as booking
from hospital.common.actor import Actor
from hospital.common.transactions import transactional
from queueing.locks import lock_queue, queue_of_session
from queueing.models import Ticket
from queueing.services.tickets import check_not_waiting, ticket_check_in


@transactional
def add_on_and_ticket(
    *, session_code: str, patient_id: int, payment: str, reason: str, actor: Actor, now: datetime
) -> Ticket:
    """One number beyond the session's numbers, in the slot of now or the next one, paid and checked in at once.

    Raises
    ------
    ReasonMissing, AddOnNotAllowed, NotReleased, AddOnClosed, AlreadyBooked, LimitReached
        As :func:`booking.services.appointment_add_on`.
    AlreadyWaiting
        When the patient has a live ticket in this queue.
    TooEarly, SessionOver
        As :func:`ticket_check_in`; then there is no number either.
    """
    session = booking_selectors.session_by_code(code=session_code)
    slots = booking_selectors.slots_of_session(session_id=session.pk)
    slot = next((one for one in slots if now < one.ends_at), slots[-1])
    given = booking.appointment_add_on(
        slot_code=slot.code, patient_id=patient_id, payment=payment, reason=reason, actor=actor, now=now
    )
    check_not_waiting(lock_queue(queue_of_session(session.pk, session.letter, now).pk), patient_id)
    return ticket_check_in(appointment_id=given.pk, actor=actor, now=now)
