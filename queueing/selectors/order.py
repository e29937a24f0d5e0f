"""The order of a queue now: the rows, handed to the pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, QuerySet

from booking.selectors import policy_of_department
from hospital.common.policy import Policy
from queueing.domain.lateness import on_return
from queueing.domain.ordering import calling_order
from queueing.domain.places import Called, Discipline, Grid, OnReturn, Place, Rule, Span, Waiting
from queueing.domain.states import LIVE, WAITING
from queueing.domain.streams import Ratios, Stream
from queueing.models import Call, QueueSession, Ticket


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """Everybody of a queue who still has something to come, and those who wait in calling order."""

    places: tuple[Place, ...]
    tickets: dict[int, Ticket]

    @property
    def waiting(self) -> list[Ticket]:
        """Who waits, the next one first."""
        return [self.tickets[place.key] for place in self.places]

    def in_state(self, *states: str) -> list[Ticket]:
        """Who is in one of these states, by number."""
        return sorted((t for t in self.tickets.values() if t.state in states), key=lambda t: t.number)

    def rule(self, ticket: Ticket) -> str:
        """The rule that places a waiting ticket; empty for others."""
        return next((place.rule.value for place in self.places if place.key == ticket.pk), "")


def live_tickets(queue_ids: Sequence[int]) -> QuerySet[Ticket]:
    """Tickets with something still to come, with what every view of them needs."""
    return Ticket.objects.filter(queue_id__in=queue_ids, state__in=LIVE).select_related(
        "patient", "queue", "room"
    )


def queue_order(queue_id: int, *, now: datetime) -> QueueOrder:
    """The order of one queue; four queries."""
    return queue_orders([queue_id], now=now)[queue_id]


def queue_orders(queue_ids: Sequence[int], *, now: datetime) -> dict[int, QueueOrder]:
    """The orders of several queues; four queries however many."""
    tickets: dict[int, dict[int, Ticket]] = {pk: {} for pk in queue_ids}
    for ticket in live_tickets(queue_ids).order_by("number"):
        tickets[ticket.queue_id][ticket.pk] = ticket
    calls: dict[int, list[Called]] = {pk: [] for pk in queue_ids}
    counted = Call.objects.filter(queue_id__in=queue_ids, recall=False, undone_at=None).order_by("pk")
    for queue_id, at, rule, starts_at, ends_at in counted.values_list(
        "queue_id", "called_at", "rule", "ticket__slot_starts_at", "ticket__slot_ends_at"
    ):
        calls[queue_id].append(Called(at.timestamp(), Rule(rule), _span(starts_at, ends_at)))
    days = _days(queue_ids)
    orders = {}
    for pk in queue_ids:
        grid, discipline = days[pk]
        waiting = [waiting_of(ticket) for ticket in tickets[pk].values() if ticket.state == WAITING]
        places = calling_order(waiting, calls[pk], grid=grid, now=now.timestamp(), discipline=discipline)
        orders[pk] = QueueOrder(places, tickets[pk])
    return orders


def _ratios(rules: Policy) -> Ratios:
    return Ratios(priority=rules.priority_ratio, review=rules.review_ratio)


def _days(queue_ids: Sequence[int]) -> dict[int, tuple[Grid, Discipline]]:
    """The first and last slot's start of every queue, and its department's way of serving."""
    rows = (
        QueueSession.objects.filter(queue_id__in=queue_ids)
        .values("queue_id")
        .annotate(
            first=Min("session__slots__starts_at"),
            last=Max("session__slots__starts_at"),
            opens=Min("session__opens_at"),
            discipline=Min("session__expert__department__discipline"),
            department=Min("session__expert__department_id"),
        )
    )
    return {
        row["queue_id"]: (
            Grid((row["first"] or row["opens"]).timestamp(), (row["last"] or row["opens"]).timestamp()),
            Discipline(
                first_come=row["discipline"] == "first_come",
                ratios=_ratios(policy_of_department(row["department"])),
            ),
        )
        for row in rows
    }


def waiting_of(ticket: Ticket) -> Waiting:
    """A ticket as the rules see it."""
    return Waiting(
        key=ticket.pk,
        arrived_at=ticket.registered_at.timestamp(),
        slot=_span(ticket.slot_starts_at, ticket.slot_ends_at),
        joined_at=ticket.joined_at.timestamp(),
        returned_at=ticket.returned_at.timestamp() if ticket.returned_at else None,
        stream=Stream(ticket.priority),
    )


def place_on_return(ticket: Ticket) -> OnReturn:
    """What coming back does for this ticket."""
    return on_return(ticket.registered_at.timestamp(), _span(ticket.slot_starts_at, ticket.slot_ends_at))


def _span(starts_at: datetime | None, ends_at: datetime | None) -> Span | None:
    return Span(starts_at.timestamp(), ends_at.timestamp()) if starts_at and ends_at else None
