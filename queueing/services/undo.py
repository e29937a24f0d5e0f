"""Undo: one's own last move, within minutes, while nothing followed it for that patient."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.models import StateChange
from hospital.common.policy import policy
from hospital.common.transactions import transactional
from queueing.domain.errors import RoomTaken, UndoNotPossible, UndoNotYours, UndoTooLate
from queueing.locks import lock_ticket
from queueing.models import Call, Ticket
from queueing.selectors.fees import SETTLED
from queueing.selectors.tickets import ticket_by_code
from queueing.selectors.undo import refusal
from queueing.services.departures import ticket_cancel
from queueing.services.moves import queue_changed
from queueing.services.transfers import fee_settle


@transactional
def ticket_undo(*, code: str, actor: Actor, now: datetime) -> Ticket:
    """One's own last move is taken back; a registration just made gives its number back.

    Money of a difference that was settled by mistake goes the other way in the till.

    Raises
    ------
    UndoTooLate, UndoNotYours, UndoNotPossible
        After the policy's minutes; when somebody else moved last; when booking was told already.
    RoomTaken
        When somebody else has been called into the room since.
    """
    if _last_move(ticket_by_code(code)).verb == "register":
        return _registration_undo(code=code, actor=actor, now=now)
    ticket = lock_ticket(code)
    last = _last_move(ticket)
    _check(ticket, last, actor, now)
    columns = _restore(ticket, last)
    before, ticket.state = ticket.state, last.from_state
    ticket.undos += 1
    try:
        with transaction.atomic():
            ticket.save(update_fields=["state", "undos", *columns])
    except IntegrityError as error:
        if "one_patient_called_or_served_per_session" in str(error):
            raise RoomTaken from error
        raise
    if last.verb == "call":
        _call_undo(ticket, now)
    elif last.verb == SETTLED:
        fee_settle(ticket, fen=-last.data["fen"], actor=actor, now=now)
    history.record(
        thing=ticket,
        verb="undo",
        from_state=before,
        to_state=ticket.state,
        actor=actor,
        at=now,
        data={"undone": last.verb},
    )
    queue_changed(ticket.queue, ticket=ticket)
    return ticket


def _call_undo(ticket: Ticket, now: datetime) -> None:
    call = Call.objects.filter(ticket=ticket, recall=False, undone_at=None).latest("pk")
    call.undone_at = now
    call.save(update_fields=["undone_at"])


def _registration_undo(*, code: str, actor: Actor, now: datetime) -> Ticket:
    """Take back a walk-in just registered: its number returns to the pool, its cash to the patient."""
    ticket = ticket_by_code(code)
    last = _last_move(ticket)
    _check(ticket, last, actor, now)
    cancelled = ticket_cancel(code=code, reason="undo", actor=actor, now=now)
    if history.of(cancelled).filter(pk__gt=last.pk).count() > 1:
        # somebody called while the locks were waited for: nothing of this transaction stays
        raise UndoNotYours
    return cancelled


def _last_move(ticket: Ticket) -> StateChange:
    last = history.of(ticket).last()
    if last is None:
        raise UndoNotPossible
    return last


def _check(ticket: Ticket, last: StateChange, actor: Actor, now: datetime) -> None:
    """Refuse with the code that the selector names, so that pages and services agree."""
    rules = policy()
    code = refusal(ticket, last, actor=actor, now=now, rules=rules)
    if code == UndoTooLate.code:
        raise UndoTooLate(minutes=rules.undo_min)
    if code == UndoNotYours.code:
        raise UndoNotYours
    if code:
        raise UndoNotPossible


def _restore(ticket: Ticket, last: StateChange) -> list[str]:
    """Put back the columns as they were before ``last``."""
    before: dict[str, object] = last.data.get("before", {})
    for column, kept in before.items():
        field: Any = Ticket._meta.get_field(column)
        setattr(ticket, field.attname, field.to_python(kept) if not field.is_relation else kept)
    return list(before)
