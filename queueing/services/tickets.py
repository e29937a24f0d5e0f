"""How tickets come about: check-in of an appointment, transfer from another queue; walk-ins have their own module."""

from datetime import datetime

from booking import selectors as booking_selectors
from booking import services as booking
from booking.domain.states import SESSION_OPEN
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, next_state
from hospital.common.guards import require_reason
from hospital.common.transactions import transactional
from queueing.domain.check_in import Period, state_refusal, time_refusal
from queueing.domain.errors import AlreadyWaiting, SameQueue, UnknownPriority
from queueing.domain.lateness import is_late
from queueing.domain.places import Span
from queueing.domain.states import LIVE, PASSED, TICKET
from queueing.domain.streams import Stream
from queueing.locks import lock_queues, lock_ticket, queue_of_session, take_number
from queueing.models import Queue, Ticket
from queueing.selectors.tickets import ticket_by_code
from queueing.services.departures import ticket_return
from queueing.services.moves import announce, move, plain, queue_changed


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
    announce(queue.pk, taken.revision, ticket=ticket)
    return ticket


@transactional
def ticket_transfer(
    *, code: str, target_session_code: str, actor: Actor, now: datetime, reason: str = ""
) -> Ticket:
    """A waiting or served patient goes to another queue with a new ticket; slot and original arrival stay.

    No capacity of the target is used.

    Raises
    ------
    IllegalTransition
        When the ticket is neither waiting nor served, or the target is not open.
    SameQueue
        When the target calls from the same queue.
    """
    target = booking_selectors.session_by_code(code=target_session_code)
    target = booking.session_open_if_due(session_id=target.pk, now=now)
    if target.state not in SESSION_OPEN:
        raise IllegalTransition(state=target.state, verb="transfer")
    target_queue = queue_of_session(target.pk, target.letter, now)
    found = ticket_by_code(code)
    if found.queue_id == target_queue.pk:
        raise SameQueue
    queues = lock_queues([found.queue_id, target_queue.pk])
    ticket = lock_ticket(code)
    move(ticket, "transfer", actor=actor, now=now, reason=reason, ended_at=now)
    queue_changed(ticket.queue, ticket=ticket)
    new = Ticket(
        session=target,
        patient_id=ticket.patient_id,
        appointment_id=ticket.appointment_id,
        walk_in_id=ticket.walk_in_id,
        channel=ticket.channel,
        priority=ticket.priority,
        priority_reason=ticket.priority_reason,
        slot_index=ticket.slot_index,
        slot_starts_at=ticket.slot_starts_at,
        slot_ends_at=ticket.slot_ends_at,
        late=ticket.late,
        registered_at=ticket.registered_at,
        returned_at=ticket.returned_at,
        transferred_from=ticket,
    )
    return ticket_create(queues[target_queue.pk], new, actor=actor, now=now)


@transactional
def ticket_set_priority(*, code: str, priority: str, reason: str, actor: Actor, now: datetime) -> Ticket:
    """The desk may put a patient into a priority stream, with a reason that the history keeps.

    Raises
    ------
    UnknownPriority, ReasonMissing
        Nothing is changed.
    """
    check_priority(priority, reason)
    ticket = lock_ticket(code)
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
    if priority not in set(Stream):
        raise UnknownPriority(field="priority")
    if priority != Stream.NORMAL:
        require_reason(reason, field="priority_reason")
