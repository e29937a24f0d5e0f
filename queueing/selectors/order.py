"""The order of a queue now: the rows, handed to the pure rules."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from queueing.domain.lateness import on_return
from queueing.domain.ordering import calling_order
from queueing.domain.places import (
    Called,
    OnReturn,
    Place,
    Rule,
    Span,
    Waiting,
)
from queueing.domain.sharing import Caller, Choice, callable_by, choice, overtaken
from queueing.domain.states import LEFT, LIVE, PASSED, WAITING
from queueing.domain.streams import Stream
from queueing.models import Ticket
from queueing.selectors.disciplines import Day, discipline_of_ticket, queue_days
from queueing.selectors.rows import TicketRow, counted_rows


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """Everybody of a queue who still has something to come, and those who wait in calling order."""

    places: tuple[Place, ...]
    tickets: dict[int, Ticket]
    day: Day = field(default_factory=Day)
    calls: tuple[Called, ...] = ()

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

    def next_for(self, session_id: int) -> Choice | None:
        """Whom this session's expert calls next; None when nobody waits whom this one may call."""
        return next_of(self.places, self.tickets, self.day, self.calls, session_id=session_id)

    def places_for(self, session_id: int) -> tuple[Place, ...]:
        """Whom this session's expert may call, the next one first."""
        return places_for(self.places, self.tickets, self.day, self.calls, session_id=session_id)


Rows = Mapping[int, Ticket] | Mapping[int, TicketRow]


def next_of(
    places: Sequence[Place], tickets: Rows, day: Day, calls: Sequence[Called], *, session_id: int
) -> Choice | None:
    """Whom a session of the queue calls next; None when nobody waits whom it may call."""
    if not places or not day.is_shared:
        return Choice(places[0]) if places else None
    return choice(
        places,
        {place.key: waiting_of(tickets[place.key], day) for place in places},
        caller=_caller(day, session_id),
        callers=day.callers,
        times=overtaken(calls),
        limit=day.overtake_limit,
    )


def places_for(
    places: tuple[Place, ...], tickets: Rows, day: Day, calls: Sequence[Called], *, session_id: int
) -> tuple[Place, ...]:
    """Whom a session may call, the next one first; from a queue of its own everybody."""
    first = next_of(places, tickets, day, calls, session_id=session_id)
    if first is None or not day.is_shared:
        return places if first else ()
    here = {place.key: waiting_of(tickets[place.key], day) for place in places}
    mine = callable_by(places, here, caller=_caller(day, session_id))
    return (first.place, *(place for place in mine if place != first.place))


def _caller(day: Day, session_id: int) -> Caller:
    return next((one for one in day.callers if one.key == session_id), Caller(session_id))


def live_tickets(queue_ids: Sequence[int]) -> QuerySet[Ticket]:
    """Tickets with something still to come, with what every view of them needs."""
    return Ticket.objects.filter(queue_id__in=queue_ids, state__in=LIVE).select_related(
        "patient", "queue", "room", "session__expert__department"
    )


def queue_order(queue_id: int, *, now: datetime, related: bool = True) -> QueueOrder:
    """The order of one queue; three queries."""
    return queue_orders([queue_id], now=now, related=related)[queue_id]


def queue_orders(queue_ids: Sequence[int], *, now: datetime, related: bool = True) -> dict[int, QueueOrder]:
    """The orders of several queues; three queries however many.

    Without what is ``related`` to each ticket (patient, session, room), five of six rows need not be read.
    """
    tickets: dict[int, dict[int, Ticket]] = {pk: {} for pk in queue_ids}
    live = live_tickets(queue_ids)
    for ticket in (live if related else live.select_related(None)).order_by("number"):
        tickets[ticket.queue_id][ticket.pk] = ticket
    calls, days = counted_calls(queue_ids), queue_days(queue_ids)
    return {
        pk: QueueOrder(
            places_of(tickets[pk].values(), days[pk], calls[pk], now=now),
            tickets[pk],
            days[pk],
            tuple(calls[pk]),
        )
        for pk in queue_ids
    }


def places_of(
    tickets: Iterable[Ticket | TicketRow], day: Day, calls: Sequence[Called], *, now: datetime
) -> tuple[Place, ...]:
    """Who of these waits in which place."""
    return calling_order(
        [waiting_of(ticket, day) for ticket in tickets if ticket.state == WAITING],
        calls,
        grid=day.grid,
        now=now.timestamp(),
        discipline=day.discipline,
    )


def counted_calls(queue_ids: Sequence[int]) -> dict[int, list[Called]]:
    """The calls of each queue that count for its order; one query."""
    calls: dict[int, list[Called]] = {pk: [] for pk in queue_ids}
    for row in counted_rows(queue_ids=queue_ids):
        slot = _span(row.slot_starts_at, row.slot_ends_at)
        overtook = tuple(json.loads(row.overtook))
        calls[row.queue_id].append(
            Called(row.called_at.timestamp(), Rule(row.rule), slot, row.session_id, overtook)
        )
    return calls


def waiting_of(ticket: Ticket | TicketRow, day: Day) -> Waiting:
    """A ticket as the rules see it."""
    waits = day.is_shared and ticket.chosen and not day.any_expert and day.has(ticket.session_id)
    return Waiting(
        key=ticket.pk,
        arrived_at=ticket.registered_at.timestamp(),
        slot=_span(ticket.slot_starts_at, ticket.slot_ends_at),
        joined_at=ticket.joined_at.timestamp(),
        returned_at=ticket.returned_at.timestamp() if ticket.returned_at else None,
        stream=Stream(ticket.priority),
        misses=ticket.misses,
        waits_for=ticket.session_id if waits else None,
        specialty=ticket.specialty,
    )


def place_on_return(ticket: Ticket) -> OnReturn:
    """What coming back does for this ticket, or would do after one more miss.

    The ticket was selected with its session's expert and department.
    """
    misses = ticket.misses if ticket.state in {PASSED, LEFT} else ticket.misses + 1
    return on_return(
        ticket.registered_at.timestamp(),
        _span(ticket.slot_starts_at, ticket.slot_ends_at),
        misses=max(1, misses),
        discipline=discipline_of_ticket(ticket),
    )


def _span(starts_at: datetime | None, ends_at: datetime | None) -> Span | None:
    return Span(starts_at.timestamp(), ends_at.timestamp()) if starts_at and ends_at else None
