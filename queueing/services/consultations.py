"""Consultations: a called patient comes in, and goes."""

from datetime import datetime

from booking import services as booking
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.transactions import transactional
from queueing.domain.states import TICKET
from queueing.locks import lock_ticket
from queueing.models import Ticket
from queueing.selectors.tickets import ticket_by_code
from queueing.services.moves import move, queue_changed


@transactional
def ticket_start(*, code: str, actor: Actor, now: datetime) -> Ticket:
    """The patient is in the room and the consultation begins.

    Raises
    ------
    IllegalTransition
        When the ticket is not called.
    """
    ticket = lock_ticket(code)
    move(ticket, "start", actor=actor, now=now, started_at=now)
    queue_changed(ticket.queue, ticket=ticket)
    return ticket


@transactional
def ticket_finish(*, code: str, actor: Actor, now: datetime) -> Ticket:
    """The consultation is over; one finished from the call began at the call.

    Raises
    ------
    IllegalTransition
        When the ticket is neither called nor served.
    """
    found = ticket_by_code(code)
    next_state(TICKET, found.state, "finish")
    if found.appointment_id is not None:
        booking.appointment_see(appointment_id=found.appointment_id, actor=actor, now=now)
    ticket = lock_ticket(code)
    move(
        ticket,
        "finish",
        actor=actor,
        now=now,
        started_at=ticket.started_at or ticket.called_at,
        finished_at=now,
    )
    queue_changed(ticket.queue, ticket=ticket)
    return ticket
