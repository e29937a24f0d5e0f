"""What every move of a ticket has in common: state table, history, revision, announcement."""

from datetime import datetime

from django.db.models import Model

from hospital.common import history, live
from hospital.common.actor import Actor
from queueing.domain.states import TICKET
from queueing.models import Queue, Ticket


def move(
    ticket: Ticket,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    **changes: object,
) -> Ticket:
    """Move a locked ticket along its state table and write ``changes`` with it.

    The history row keeps what the columns held before, so that an undo can put it back.

    Raises
    ------
    IllegalTransition
        When the table has no such move; nothing is written.
    """
    kept = {column: plain(getattr(ticket, _attname(column))) for column in changes}
    history.move(
        ticket, TICKET, verb, actor=actor, at=now, reason=reason, data={"before": kept}, columns=changes
    )
    return ticket


def plain(value: object) -> object:
    """``value`` as the history's JSON can keep it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.pk if isinstance(value, Model) else value


def _attname(column: str) -> str:
    return str(Ticket._meta.get_field(column).attname)  # type: ignore[union-attr]


def queue_changed(queue: Queue, *, ticket: Ticket, event: str = "queue.changed") -> int:
    """Count the queue's revision and tell, on commit, who looks at the queue or at the ticket."""
    queue.revision += 1
    queue.save(update_fields=["revision"])
    announce(queue.pk, queue.revision, ticket=ticket, event=event)
    return queue.revision


def session_changed(queue: Queue, *, session_id: int) -> int:
    """Count the revision of a locked queue for a change of one of its sessions, and tell, on commit, who looks."""
    queue.revision += 1
    queue.save(update_fields=["revision"])
    live.announce(f"queue.{queue.pk}", "queue.changed", revision=queue.revision, session=session_id)
    return queue.revision


def announce(queue_id: int, revision: int, *, ticket: Ticket, event: str = "queue.changed") -> None:
    """Tell, on commit, who looks at the queue or at the ticket."""
    live.announce(
        f"queue.{queue_id}", event, revision=revision, session=ticket.called_session_id or ticket.session_id
    )
    live.announce(
        f"ticket.{ticket.code}", event if event == "ticket.called" else "ticket.changed", revision=revision
    )
