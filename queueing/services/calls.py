"""The expert's moves: call the next, recall, start, finish, pass."""

from datetime import datetime, timedelta
from typing import Any

from booking import selectors as booking_selectors
from booking import services as booking
from booking.domain.states import SESSION_OPEN
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, next_state
from hospital.common.transactions import transactional
from queueing.domain.errors import NobodyWaiting, NotOpen, PendingCall, RecallLimit, RecallTooSoon
from queueing.domain.states import CALLED, IN_ROOM, TICKET, WAITING
from queueing.locks import lock_queue, lock_ticket, queue_of_session
from queueing.models import Call, Ticket
from queueing.selectors.order import queue_order
from queueing.selectors.tickets import rules_of_call, ticket_by_code
from queueing.services.moves import move, queue_changed


@transactional
def ticket_call_next(*, session_code: str, actor: Actor, now: datetime) -> Ticket:
    """The next patient of the session's queue is called into its room; whoever is served there is done.

    Raises
    ------
    PendingCall
        While somebody is called and neither started nor passed.
    NobodyWaiting
        When the queue is empty; whoever is served stays so.
    NotOpen
        Before walk-in registration opens and after the close.
    """
    session = booking_selectors.session_by_code(code=session_code)
    occupant = _occupant(session.pk)
    if occupant is not None and occupant.state == CALLED:
        raise PendingCall
    queue_id = queue_of_session(session.pk, session.letter, now).pk
    if session.state in SESSION_OPEN and not Ticket.objects.filter(queue_id=queue_id, state=WAITING).exists():
        raise NobodyWaiting
    if session.state != "running":
        _start(session.pk, actor, now)
    _see(occupant, actor, now)
    queue = lock_queue(queue_id)
    now_in_room = _occupant(session.pk)
    if now_in_room is not None and (now_in_room != occupant or now_in_room.state == CALLED):
        raise PendingCall
    order = queue_order(queue.pk, now=now)
    if not order.places:
        raise NobodyWaiting
    if now_in_room is not None:
        move(now_in_room, "finish", actor=actor, now=now, finished_at=now)
        queue_changed(queue, ticket=now_in_room)
    called, rule, room = order.waiting[0], order.places[0].rule, session.room
    written: dict[str, Any] = {"called_at": now, "recalls": 0, "recalled_at": None}
    move(called, "call", actor=actor, now=now, called_session=session, room=room, **written)
    Call.objects.create(queue=queue, session=session, ticket=called, room=room, rule=rule, called_at=now)
    queue_changed(queue, ticket=called, event="ticket.called")
    return called


def _start(session_id: int, actor: Actor, now: datetime) -> None:
    """The first call starts the session. A running one is not locked: two rooms of a queue never lock each
    other's.
    """
    try:
        booking.session_start(session_id=session_id, actor=actor, now=now)
    except IllegalTransition:
        raise NotOpen from None


def _occupant(session_id: int) -> Ticket | None:
    """Who is called or served in the session's room."""
    return Ticket.objects.filter(called_session_id=session_id, state__in=IN_ROOM).first()


def _see(ticket: Ticket | None, actor: Actor, now: datetime) -> None:
    """Tell booking that the patient was seen. Appointments are locked before queues, so this comes first."""
    if ticket is None or ticket.appointment_id is None:
        return
    try:
        booking.appointment_see(appointment_id=ticket.appointment_id, actor=actor, now=now)
    except IllegalTransition:
        raise PendingCall from None


@transactional
def ticket_recall(*, code: str, actor: Actor, now: datetime) -> Ticket:
    """A called patient who does not come is called again, a few times and not at once.

    Raises
    ------
    IllegalTransition
        When the ticket is not called.
    RecallTooSoon, RecallLimit
        By the policy's gap and limit.
    """
    ticket = lock_ticket(code)
    rules = rules_of_call(ticket)
    next_state(TICKET, ticket.state, "recall")
    if ticket.recalls >= rules.recall_limit:
        raise RecallLimit(limit=rules.recall_limit)
    last = ticket.recalled_at or ticket.called_at or now
    again_at = last + timedelta(seconds=rules.recall_gap_s)
    if now < again_at:
        raise RecallTooSoon(seconds=-(-(again_at - now) // timedelta(seconds=1)))
    move(ticket, "recall", actor=actor, now=now, recalls=ticket.recalls + 1, recalled_at=now)
    call = Call.objects.filter(ticket=ticket, recall=False, undone_at=None).latest("pk")
    Call.objects.create(
        queue=ticket.queue,
        session_id=call.session_id,
        ticket=ticket,
        room_id=call.room_id,
        rule=call.rule,
        recall=True,
        called_at=now,
    )
    queue_changed(ticket.queue, ticket=ticket, event="ticket.called")
    return ticket


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


@transactional
def ticket_pass(*, code: str, actor: Actor, now: datetime) -> Ticket:
    """A called patient who is not there is passed and keeps the right that the rules give on coming back.

    Raises
    ------
    IllegalTransition
        When the ticket is not called.
    """
    ticket = lock_ticket(code)
    move(ticket, "pass", actor=actor, now=now, passed_at=now)
    queue_changed(ticket.queue, ticket=ticket)
    return ticket


@transactional
def ticket_pass_unanswered(*, code: str, now: datetime) -> bool:
    """The job passes a patient whom all recalls did not bring, once the gap after the last has gone by."""
    ticket = lock_ticket(code)
    rules = rules_of_call(ticket)
    waited_enough = ticket.recalled_at is not None and now >= ticket.recalled_at + timedelta(
        seconds=rules.recall_gap_s
    )
    if ticket.state != CALLED or ticket.recalls < rules.recall_limit or not waited_enough:
        return False
    move(ticket, "pass", actor=Actor.job("pass unanswered"), now=now, passed_at=now)
    queue_changed(ticket.queue, ticket=ticket)
    return True
