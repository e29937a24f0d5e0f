"""Locks of the queue, taken after booking's and in the order queue, ticket.

Every move of a ticket locks its queue first: the order of calling, the room and the revision are facts of the
whole queue. Numbers come from a counter on the queue's row, by one statement.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from queueing.domain.errors import TicketUnknown
from queueing.models import Queue, QueueSession, Ticket


@dataclass(frozen=True, slots=True)
class NumberTaken:
    """A queue number nobody else has, and the queue's revision with it."""

    number: int
    revision: int


def lock_queue(queue_id: int) -> Queue:
    """The queue, locked until the end of the transaction."""
    return Queue.objects.select_for_update(no_key=True).get(pk=queue_id)


def lock_queues(queue_ids: Iterable[int]) -> dict[int, Queue]:
    """Several queues, locked by id."""
    rows = Queue.objects.select_for_update(no_key=True).filter(pk__in=set(queue_ids)).order_by("pk")
    return {queue.pk: queue for queue in rows}


def lock_ticket(code: str) -> Ticket:
    """The ticket with its queue, both locked.

    Raises
    ------
    TicketUnknown
        When no ticket has this code.
    """
    queue_id = Ticket.objects.filter(code=code).values_list("queue_id", flat=True).first()
    if queue_id is None:
        raise TicketUnknown
    queue = lock_queue(queue_id)
    ticket = (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("session", "called_session")
        .get(code=code)
    )
    ticket.queue = queue
    return ticket


def take_number(queue_id: int) -> NumberTaken:
    """Take the queue's next number and count its revision, in one statement: never twice, never reused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE queueing_queue SET next_number = next_number + 1, revision = revision + 1"
            " WHERE id = %s RETURNING next_number - 1, revision",
            [queue_id],
        )
        number, revision = cursor.fetchone()
    return NumberTaken(number, revision)


def queue_of_session(session_id: int, letter: str, now: datetime) -> Queue:
    """The queue a session calls from, made when it is asked for first; two who ask at once get the same."""
    link = QueueSession.objects.select_related("queue").filter(session_id=session_id).first()
    if link is not None:
        return link.queue
    try:
        with transaction.atomic():
            queue = Queue.objects.create(letter=letter, created_at=now)
            QueueSession.objects.create(queue=queue, session_id=session_id)
            return queue
    except IntegrityError:
        return QueueSession.objects.select_related("queue").get(session_id=session_id).queue
