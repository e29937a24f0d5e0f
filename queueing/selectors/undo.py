"""What somebody could take back now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hospital.common.actor import Actor
from hospital.common.models import StateChange
from hospital.common.policy import Policy
from queueing.domain.states import IN_ROOM, LIVE, UNDOABLE
from queueing.models import Ticket
from queueing.selectors.ends import queue_goes_on
from queueing.selectors.fees import SETTLED

BOOKING_KNOWS = frozenset({"finish", "leave"})
"""After these booking has been told of a patient seen or gone, and its states do not go back."""


@dataclass(frozen=True, slots=True)
class UndoOffer:
    """The actor's last move, while it can be taken back."""

    code: str
    number: str
    verb: str
    until: datetime


def refusal(ticket: Ticket, last: StateChange, *, actor: Actor, now: datetime, rules: Policy) -> str:
    """Why ``last``, the ticket's last move, cannot be taken back by ``actor`` now: a code; empty when it
    can.
    """
    booked = ticket.appointment_id is not None
    if last.verb == "register":
        if booked or ticket.transferred_from_id is not None:
            return "undo_not_possible"
    elif (
        last.verb not in {*UNDOABLE, SETTLED}
        or (booked and last.verb in BOOKING_KNOWS)
        or _is_over(ticket, last.from_state)
    ):
        return "undo_not_possible"
    if (last.actor_kind, last.actor_id, last.actor_name) != (actor.kind, actor.user_id, actor.name):
        return "undo_not_yours"
    return "undo_too_late" if now > last.at + timedelta(minutes=rules.undo_min) else ""


def _is_over(ticket: Ticket, state: str) -> bool:
    """Whether a patient who is back in ``state`` would be where nobody is called any more."""
    if state in IN_ROOM:
        return ticket.called_session is not None and ticket.called_session.state == "closed"
    over = state in LIVE and ticket.session.state == "closed"
    return over and not queue_goes_on(session_id=ticket.session_id)


def last_moves(ticket_ids: Iterable[int]) -> dict[int, StateChange]:
    """The last move of each ticket, in one query."""
    rows = StateChange.objects.filter(thing="ticket", thing_id__in=list(ticket_ids))
    return {row.thing_id: row for row in rows.order_by("thing_id", "-pk").distinct("thing_id")}


def undo_offer(*, queue_id: int, actor: Actor, now: datetime, rules: Policy) -> UndoOffer | None:
    """The actor's newest move in this queue, if it can be taken back; three queries at most."""
    since = now - timedelta(minutes=rules.undo_min)
    tickets = {
        t.pk: t
        for t in Ticket.objects.filter(
            queue_id=queue_id, joined_at__gt=now - timedelta(days=1)
        ).select_related("queue", "session", "called_session")
    }
    newest = (
        StateChange.objects.filter(
            thing="ticket", thing_id__in=list(tickets), actor_id=actor.user_id, at__gte=since
        )
        .exclude(verb="undo")
        .order_by("-pk")
        .first()
    )
    if newest is None or newest.verb == "register":
        return None
    ticket = tickets[newest.thing_id]
    last = last_moves([ticket.pk]).get(ticket.pk)
    if last is None or last.pk != newest.pk or refusal(ticket, last, actor=actor, now=now, rules=rules):
        return None
    return UndoOffer(ticket.code, ticket.display, last.verb, last.at + timedelta(minutes=rules.undo_min))
