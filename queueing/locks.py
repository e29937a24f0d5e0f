"""Locks of the queue, taken after booking's and in the order queue, ticket.

Every move of a ticket locks its queue first: the order of calling, the room and the revision are facts of the
whole queue. Numbers come from a counter on the queue's row, by one statement.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from booking import selectors as booking
from hospital.common.errors import NotFound
from queueing.domain.errors import TicketUnknown
from queueing.models import Printer, Queue, QueueSession, SharedQueue, Ticket


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
    """The queue a session calls from, made when it is asked for first; two who ask at once get the same.

    Where the experts of a department share one, all sessions of the same hours get that.
    """
    for _try in range(3):
        link = QueueSession.objects.select_related("queue").filter(session_id=session_id).first()
        if link is not None:
            return link.queue
        try:
            with transaction.atomic():
                queue = _shared(session_id, now) or Queue.objects.create(letter=letter, created_at=now)
                QueueSession.objects.create(queue=queue, session_id=session_id)
                return queue
        except IntegrityError:  # somebody else made it, or the one to share: look again
            continue
    raise AssertionError("unreachable")


def _shared(session_id: int, now: datetime) -> Queue | None:
    """The queue of the department's sessions of these hours, if they share one."""
    group = booking.session_group(session_id=session_id)
    if not booking.policy_of_department(group.department_id).shared_queue:
        return None
    whose: dict[str, Any] = {
        "department_id": group.department_id,
        "opens_at": group.opens_at,
        "closes_at": group.closes_at,
    }
    found = SharedQueue.objects.select_related("queue").filter(**whose).first()
    if found is not None:
        return found.queue
    queue = Queue.objects.create(letter=group.letter, created_at=now)
    SharedQueue.objects.create(queue=queue, **whose)
    return queue


def lock_printer(printer_id: int) -> Printer:
    """The printer, locked until the end of the transaction: one decision at a time about what it prints.

    Raises
    ------
    NotFound
        When there is none.
    """
    printer = Printer.objects.select_for_update(no_key=True).filter(pk=printer_id).first()
    if printer is None:
        raise NotFound
    return printer
