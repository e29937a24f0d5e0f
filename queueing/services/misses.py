"""Misses: a called patient is not there and is passed, by the expert or by the job."""

from datetime import datetime

from booking import services as booking
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, next_state
from hospital.common.transactions import transactional
from queueing.domain.lateness import is_void
from queueing.domain.states import CALLED, TICKET
from queueing.locks import lock_ticket
from queueing.models import Ticket
from queueing.selectors.disciplines import discipline_of_ticket
from queueing.selectors.tickets import ticket_by_code
from queueing.selectors.unanswered import is_unanswered
from queueing.services.moves import move, queue_changed

VOID = "void"
"""Why a ticket left that was called in vain too often."""


@transactional
def ticket_pass(*, code: str, actor: Actor, now: datetime) -> Ticket:
    """A called patient who is not there is passed and keeps the right that the rules give on coming back.

    One miss more than the department's late policy forgives makes the number void: the patient has left and is told.

    Raises
    ------
    IllegalTransition
        When the ticket is not called.
    """
    return _pass(ticket_by_code(code), actor=actor, now=now)


def _pass(found: Ticket, *, actor: Actor, now: datetime) -> Ticket:
    """Pass the call that was looked at. Appointments are locked before queues, so booking is told first."""
    next_state(TICKET, found.state, "pass")
    void = is_void(found.misses + 1, discipline_of_ticket(found))
    if void and found.appointment_id is not None:
        booking.appointment_leave(appointment_id=found.appointment_id, actor=actor, now=now)
    ticket = lock_ticket(found.code)
    if (ticket.called_at, ticket.recalls) != (found.called_at, found.recalls):
        raise IllegalTransition(state=ticket.state, verb="pass")
    move(ticket, "pass", actor=actor, now=now, passed_at=now, misses=ticket.misses + 1)
    if void:
        move(ticket, "leave", actor=actor, now=now, reason=VOID, ended_at=now)
        booking.number_void_tell(
            appointment_id=ticket.appointment_id, walk_in_id=ticket.walk_in_id, times=ticket.misses, now=now
        )
    queue_changed(ticket.queue, ticket=ticket)
    return ticket


@transactional
def ticket_pass_unanswered(*, code: str, now: datetime) -> bool:
    """The job passes a patient whom all recalls did not bring, once the gap after the last has gone by.

    While the room is paused nobody is passed: whoever comes then finds it empty, and has the whole gap after it.
    """
    ticket = ticket_by_code(code)
    if ticket.state != CALLED or not is_unanswered(ticket, now=now):
        return False
    _pass(ticket, actor=Actor.job("pass unanswered"), now=now)
    return True
