"""Calls: of the next patient, of a certain one, and again of one who does not come."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from booking import selectors as booking_selectors
from booking import services as booking
from booking.domain.states import SESSION_OPEN
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, next_state
from hospital.common.guards import require_reason
from hospital.common.transactions import transactional
from queueing.domain.errors import (
    NobodyForYou,
    NobodyWaiting,
    NotOpen,
    OutOfOrderNotAllowed,
    Paused,
    PendingCall,
    RecallLimit,
    RecallTooSoon,
    TicketUnknown,
)
from queueing.domain.places import Place, Rule
from queueing.domain.sharing import Choice
from queueing.domain.states import CALLED, IN_ROOM, TICKET, WAITING
from queueing.locks import lock_queue, lock_ticket, queue_of_session
from queueing.models import Call, Ticket
from queueing.selectors.access import may_call_chosen
from queueing.selectors.order import QueueOrder, queue_order
from queueing.selectors.pauses import is_paused
from queueing.selectors.tickets import rules_of_call
from queueing.services.moves import move, queue_changed

Choose = Callable[[QueueOrder, int], Choice]
"""Whom a session calls, and by which rule, once the queue is locked."""


@transactional
def ticket_call_next(*, session_code: str, actor: Actor, now: datetime) -> Ticket:
    """The next patient of the session's queue is called into its room; whoever is served there is done.

    Raises
    ------
    PendingCall
        While somebody is called and neither started nor passed.
    Paused
        While the room calls nobody.
    NobodyWaiting
        When the queue is empty; whoever is served stays so.
    NobodyForYou
        In a shared queue, when all who wait chose another expert.
    NotOpen
        Before walk-in registration opens and after the close.
    """
    return _call(session_code, _first, actor=actor, now=now)


@transactional
def ticket_call_chosen(*, session_code: str, code: str, reason: str, actor: Actor, now: datetime) -> Ticket:
    """A certain waiting patient is called before the turn, by whoever has the permission, with a reason.

    The call counts for no ratio and passes no slot; whoever is first anyway is called in turn.

    Raises
    ------
    ReasonMissing, OutOfOrderNotAllowed
        Nothing is changed.
    TicketUnknown, IllegalTransition
        When the patient is not in this queue, or does not wait.
    PendingCall, Paused, NobodyWaiting, NotOpen
        As :func:`ticket_call_next`.
    """
    reason = require_reason(reason)
    if not may_call_chosen(user_id=actor.user_id):
        raise OutOfOrderNotAllowed

    def chosen(order: QueueOrder, session_id: int) -> Choice:
        found = next((ticket for ticket in order.tickets.values() if ticket.code == code), None)
        if found is None:
            raise TicketUnknown
        first = order.next_for(session_id)
        in_turn = first is not None and first.place.key == found.pk
        return first if first and in_turn else Choice(Place(found.pk, Rule.OUT_OF_ORDER))

    return _call(session_code, chosen, actor=actor, now=now, reason=reason)


def _first(order: QueueOrder, session_id: int) -> Choice:
    first = order.next_for(session_id)
    if first is None:
        raise NobodyForYou if order.places else NobodyWaiting
    return first


def _call(session_code: str, choose: Choose, *, actor: Actor, now: datetime, reason: str = "") -> Ticket:
    session = booking_selectors.session_by_code(code=session_code)
    occupant = _occupant(session.pk)
    if occupant is not None and occupant.state == CALLED:
        raise PendingCall
    if is_paused(session_id=session.pk):
        raise Paused
    queue_id = queue_of_session(session.pk, session.letter, now).pk
    if session.state in SESSION_OPEN and not Ticket.objects.filter(queue_id=queue_id, state=WAITING).exists():
        raise NobodyWaiting
    if session.state != "running":
        _start(session.pk, actor, now)
    _see(occupant, actor, now)
    queue = lock_queue(queue_id)
    if is_paused(session_id=session.pk):  # asked again: the pause locks the queue, too
        raise Paused
    now_in_room = _occupant(session.pk)
    if now_in_room is not None and (now_in_room != occupant or now_in_room.state == CALLED):
        raise PendingCall
    order = queue_order(queue.pk, now=now, related=False)
    chosen = choose(order, session.pk)
    if now_in_room is not None:
        move(now_in_room, "finish", actor=actor, now=now, finished_at=now)
        queue_changed(queue, ticket=now_in_room)
    called, room = order.tickets[chosen.place.key], session.room
    written: dict[str, Any] = {"called_at": now, "recalls": 0, "recalled_at": None}
    move(called, "call", actor=actor, now=now, reason=reason, called_session=session, room=room, **written)
    Call.objects.create(
        queue=queue,
        session=session,
        ticket=called,
        room=room,
        rule=chosen.place.rule,
        overtook=list(chosen.overtook),
        called_at=now,
    )
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
    Paused
        While the room calls nobody.
    RecallTooSoon, RecallLimit
        By the policy's gap and limit.
    """
    ticket = lock_ticket(code)
    rules = rules_of_call(ticket)
    next_state(TICKET, ticket.state, "recall")
    if is_paused(session_id=ticket.called_session_id):
        raise Paused
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
