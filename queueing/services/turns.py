"""Patients are told outside the page: when the turn is near, and when it has come. Once each."""

from datetime import datetime

from booking import services as booking
from hospital.common import jobs
from hospital.common.transactions import transactional
from queueing.domain.states import CALLED, WAITING
from queueing.locks import lock_ticket
from queueing.models import Estimate, Ticket
from queueing.selectors.estimates import Near, calls_of_ticket, tickets_just_called, tickets_near
from queueing.selectors.tickets import rules_of_call
from queueing.services.estimates import estimate_keep


def turns_tell(now: datetime) -> int:
    """Look who has come near the turn and who was called; returns how many were looked after."""
    near = jobs.each("tell who is near", tickets_near(now=now), lambda one: ticket_near(one, now=now))
    called = tickets_just_called(now=now)
    return sum(near) + sum(jobs.each("tell who is called", called, lambda code: ticket_come(code, now=now)))


@transactional
def ticket_near(near: Near, *, now: datetime) -> bool:
    """A patient with few people before: the forecast of this moment is kept, and the patient told, once."""
    ticket = lock_ticket(near.code)
    if ticket.state != WAITING or ticket.estimates.filter(kind=Estimate.Kind.NEAR).exists():
        return False
    estimate_keep(ticket, kind=Estimate.Kind.NEAR, now=now)
    if rules_of_call(ticket).turn_notices:
        booking.turn_near(_turn(ticket, ticket.code), ahead=near.ahead, now=now)
    return True


@transactional
def ticket_come(code: str, *, now: datetime) -> bool:
    """A patient who is called is asked to come; for each call once, recalls not counted."""
    ticket = lock_ticket(code)
    if ticket.state != CALLED or not rules_of_call(ticket).turn_notices:
        return False
    nth = calls_of_ticket(ticket_id=ticket.pk)
    booking.turn_come(_turn(ticket, code if nth < 2 else f"{code}-{nth}"), now=now)
    return True


def _turn(ticket: Ticket, key: str) -> booking.Turn:
    return booking.turn_of(
        key=key,
        number=ticket.display,
        path=f"/t/{ticket.code}/",
        patient_id=ticket.patient_id,
        appointment_id=ticket.appointment_id,
        session_id=ticket.called_session_id or ticket.session_id,
    )
