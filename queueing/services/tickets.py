"""How tickets come about by check-in; walk-ins and transfers have their own modules."""

from datetime import datetime

from booking import selectors as booking_selectors
from booking import services as booking
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, next_state
from hospital.common.guards import require_reason
from hospital.common.transactions import transactional
from queueing.domain.check_in import Period, state_refusal, time_refusal
from queueing.domain.errors import AlreadyWaiting, UnknownPriority
from queueing.domain.lateness import is_late
from queueing.domain.places import Span
from queueing.domain.states import LIVE, PASSED, TICKET, WAITING
from queueing.locks import lock_ticket, queue_of_session, take_number
from queueing.models import Queue, Ticket
from queueing.services.departures import ticket_return
from queueing.services.estimates import estimate_at_check_in
from queueing.services.moves import announce, plain, queue_changed


@transactional
def ticket_check_in(*, appointment_id: int, actor: Actor, now: datetime) -> Ticket:
    """A booked patient who is there gets a ticket, from the opening of walk-in registration until the close.

    Raises
    ------
    WrongDay, TooEarly, SessionOver
        When the appointment's session is not now.
    AlreadyCheckedIn, AppointmentCancelled, NotPaid
        By the appointment's state.
    """
    appointment = booking_selectors.appointment_by_id(appointment_id=appointment_id)
    session, slot = appointment.session, appointment.slot
    period = Period(session.state, session.walk_in_opens_at, session.closes_at)
    refusal = time_refusal(period, now=now, zone=clock.zone()) or state_refusal(appointment.state)
    if refusal is not None:
        raise refusal
    try:
        arrived = booking.appointment_arrive(appointment_id=appointment_id, actor=actor, now=now)
    except IllegalTransition as refused:
        raise state_refusal(str(refused.params["state"])) or refused from None
    span = Span(slot.starts_at.timestamp(), slot.ends_at.timestamp())
    return ticket_create(
        queue_of_session(session.pk, session.letter, now),
        Ticket(
            session=session,
            patient_id=arrived.patient_id,  # under its lock: records of patients are merged meanwhile
            appointment=appointment,
            channel=Ticket.Channel.APPOINTMENT,
            slot_index=slot.index,
            slot_starts_at=slot.starts_at,
            slot_ends_at=slot.ends_at,
            late=is_late(now.timestamp(), span),
            registered_at=now,
        ),
        actor=actor,
        now=now,
    )


@transactional
def ticket_report(*, appointment_id: int, actor: Actor, now: datetime) -> Ticket:
    """A booked patient reports at the desk or a kiosk: for the first time, or again after being passed.

    Raises
    ------
    As :func:`ticket_check_in`.
    """
    passed = Ticket.objects.filter(appointment_id=appointment_id, state=PASSED).values_list("code", flat=True)
    code = passed.first()
    if code is not None:
        return ticket_return(code=code, actor=actor, now=now)
    return ticket_check_in(appointment_id=appointment_id, actor=actor, now=now)


def check_not_waiting(queue: Queue, patient_id: int) -> None:
    """One live ticket per patient and queue; the queue is locked, so two who ask at once get one.

    Raises
    ------
    AlreadyWaiting
        With the number that the patient has.
    """
    live = Ticket.objects.filter(queue=queue, patient_id=patient_id, state__in=LIVE)
    first = live.select_related("queue").order_by("pk").first()
    if first is not None:
        raise AlreadyWaiting(number=first.display)


def ticket_create(queue: Queue, ticket: Ticket, *, actor: Actor, now: datetime) -> Ticket:
    """Give ``ticket`` the queue's next number and write it."""
    taken = take_number(queue.pk)
    queue.revision, queue.next_number = taken.revision, taken.number + 1
    ticket.queue, ticket.number, ticket.joined_at = queue, taken.number, now
    ticket.state = next_state(TICKET, None, "register")
    ticket.save(force_insert=True)
    source = ticket.transferred_from_id
    history.begin(
        ticket, "register", actor=actor, at=now, data={"transferred_from": source} if source else {}
    )
    estimate_at_check_in(ticket, now=now)
    announce(queue.pk, taken.revision, ticket=ticket)
    return ticket


@transactional
def ticket_set_priority(*, code: str, priority: str, reason: str, actor: Actor, now: datetime) -> Ticket:
    """The desk may put a patient into a priority stream, with a reason that the history keeps.

    Raises
    ------
    UnknownPriority, ReasonMissing
        Nothing is changed.
    IllegalTransition
        When the patient waits no longer.
    """
    check_priority(priority, reason)
    ticket = lock_ticket(code)
    if ticket.state not in {WAITING, PASSED}:
        raise IllegalTransition(state=ticket.state, verb="prioritise")
    before = {"priority": ticket.priority, "priority_reason": ticket.priority_reason}
    ticket.priority, ticket.priority_reason = priority, reason
    ticket.save(update_fields=["priority", "priority_reason"])
    history.note(
        ticket,
        "prioritise",
        actor=actor,
        at=now,
        reason=reason,
        data={"before": {column: plain(value) for column, value in before.items()}},
    )
    queue_changed(ticket.queue, ticket=ticket)
    return ticket


def check_priority(priority: str, reason: str) -> None:
    """A priority is one of the streams, and any but the normal one has a reason.

    Raises
    ------
    UnknownPriority, ReasonMissing
        When it is not.
    """
    if priority not in Ticket.Priority.values:
        raise UnknownPriority(field="priority")
    if priority != Ticket.Priority.NORMAL:
        require_reason(reason, field="priority_reason")
