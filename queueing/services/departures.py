"""Coming back, leaving, cancelling, and what the close of a session leaves behind."""

from datetime import datetime

from django.db.models import Q

from booking import selectors as booking_selectors
from booking import services as booking
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, next_state
from hospital.common.guards import require_reason
from hospital.common.transactions import transactional
from queueing.domain.states import CALLED, PASSED, TICKET, WAITING
from queueing.locks import lock_ticket
from queueing.models import Ticket
from queueing.selectors.ends import queue_goes_on
from queueing.selectors.tickets import ticket_by_code
from queueing.services.moves import move, queue_changed

STOPPED = "clinic stopped"
_JOB = Actor.job("end sessions")


@transactional
def ticket_return(*, code: str, actor: Actor, now: datetime) -> Ticket:
    """A passed patient who is back waits again, at the place that rules 9 and 10 give.

    Raises
    ------
    IllegalTransition
        When the ticket is not passed.
    """
    ticket = lock_ticket(code)
    move(
        ticket,
        "return",
        actor=actor,
        now=now,
        returned_at=now,
        called_session=None,
        room=None,
        recalls=0,
        recalled_at=None,
    )
    queue_changed(ticket.queue, ticket=ticket)
    return ticket


@transactional
def ticket_leave(*, code: str, actor: Actor, now: datetime, reason: str = "") -> Ticket:
    """Whoever does not want to wait any longer leaves the queue; the number is used up.

    Raises
    ------
    IllegalTransition
        When the ticket is being served or is over.
    """
    found = ticket_by_code(code)
    next_state(TICKET, found.state, "leave")
    if found.appointment_id is not None:
        booking.appointment_leave(appointment_id=found.appointment_id, actor=actor, now=now)
    ticket = lock_ticket(code)
    move(ticket, "leave", actor=actor, now=now, reason=reason, ended_at=now)
    queue_changed(ticket.queue, ticket=ticket)
    return ticket


@transactional
def ticket_end_stopped(*, code: str, now: datetime) -> Ticket:
    """The clinic was stopped and nobody helped by the end of its day: a walk-in's money comes back by itself.

    Who had booked leaves; booking refunds them with their stopped appointment.

    Raises
    ------
    IllegalTransition
        When the ticket is over.
    """
    found = ticket_by_code(code)
    next_state(TICKET, found.state, "leave")
    walk_in = found.walk_in_id and booking_selectors.walk_in_by_id(walk_in_id=found.walk_in_id)
    if walk_in and walk_in.state == "registered":
        booking.walk_in_cancel(walk_in_id=walk_in.pk, reason=STOPPED, actor=_JOB, now=now)
    return ticket_leave(code=code, actor=_JOB, now=now, reason=STOPPED)


@transactional
def ticket_cancel(*, code: str, reason: str, actor: Actor, now: datetime) -> Ticket:
    """The desk cancels a ticket, with a reason: a walk-in gives the number back and gets the money back.

    Raises
    ------
    ReasonMissing (``reason_missing``)
        Without a reason.
    IllegalTransition
        When the ticket neither waits nor is called.
    """
    reason = require_reason(reason)
    found = ticket_by_code(code)
    next_state(TICKET, found.state, "cancel")
    if found.walk_in_id is not None:
        booking.walk_in_cancel(walk_in_id=found.walk_in_id, reason=reason, actor=actor, now=now)
    elif found.appointment_id is not None:
        booking.appointment_leave(appointment_id=found.appointment_id, actor=actor, now=now)
    ticket = lock_ticket(code)
    move(ticket, "cancel", actor=actor, now=now, reason=reason, ended_at=now)
    queue_changed(ticket.queue, ticket=ticket)
    return ticket


def tickets_leave_closed(*, session_id: int, actor: Actor, now: datetime) -> int:
    """At the close whoever still waits, is called or was passed has left; each ticket is a transaction of its
    own.

    Returns
    -------
    int
        How many left.
    """
    going = Q(called_session_id=session_id, state=CALLED)
    if not queue_goes_on(session_id=session_id):
        going |= Q(session_id=session_id, state__in=[WAITING, PASSED])
    codes = Ticket.objects.filter(going).order_by("pk").values_list("code", flat=True)
    left = 0
    for code in list(codes):
        try:
            ticket_leave(code=code, actor=actor, now=now, reason="session closed")
        except IllegalTransition:
            continue
        left += 1
    return left
