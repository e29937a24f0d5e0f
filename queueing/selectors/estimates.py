"""Forecasts that wait for their facts, and who is near the turn."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Greatest

from booking.selectors import policy_of_department
from hospital.common.policy import policy
from queueing.domain.outcomes import SETTLED, TicketPast
from queueing.domain.states import CALLED
from queueing.models import Call, Estimate, QueueSession, Ticket
from queueing.selectors.order import queue_orders

CALL_TOLD = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Settleable:
    """A forecast whose ticket's fate is decided and can no longer be undone."""

    estimate: Estimate
    past: TicketPast
    called_at: datetime | None


def estimates_to_settle(*, now: datetime, limit: int = 500) -> list[Settleable]:
    """Forecasts whose tickets were moved for the last time longer ago than a move can be undone; two queries."""
    since = now - timedelta(minutes=policy().undo_min)
    open_rows = (
        Estimate.objects.filter(outcome="", ticket__state__in=SETTLED)
        .annotate(
            moved_at=Greatest(
                *(F(f"ticket__{name}_at") for name in ("started", "finished", "passed", "ended"))
            )
        )
        .filter(moved_at__lte=since)
        .select_related("ticket")
        .order_by("pk")[:limit]
    )
    rows = list(open_rows)
    calls: dict[int, list[tuple[datetime, str]]] = {}
    made = Call.objects.filter(ticket__in=[row.ticket_id for row in rows], recall=False, undone_at=None)
    for ticket_id, at, rule in made.order_by("pk").values_list("ticket_id", "called_at", "rule"):
        calls.setdefault(ticket_id, []).append((at, rule))
    return [_settleable(row, calls.get(row.ticket_id, [])) for row in rows]


def _settleable(row: Estimate, calls: list[tuple[datetime, str]]) -> Settleable:
    after = [(at, rule) for at, rule in calls if at >= row.made_at]
    ticket = row.ticket
    past = TicketPast(
        state=ticket.state,
        priority=ticket.priority,
        rules=tuple(rule for _at, rule in after),
        has_returned=ticket.returned_at is not None,
    )
    return Settleable(row, past, after[0][0] if after else None)


@dataclass(frozen=True, slots=True)
class Near:
    """A waiting ticket that only so many people are before."""

    code: str
    ahead: int


def tickets_near(*, now: datetime) -> list[Near]:
    """Who has come near the turn since check-in and was not looked at then; a constant number of queries."""
    running = QueueSession.objects.filter(session__state="running").order_by("queue_id")
    departments = dict(running.values_list("queue_id", "session__expert__department_id"))
    if not departments:
        return []
    near: dict[int, tuple[Ticket, int, int]] = {}
    for queue_id, order in queue_orders(list(departments), now=now, related=False).items():
        most = policy_of_department(departments[queue_id]).near_people
        for ahead, ticket in enumerate(order.waiting[: most + 1] if most else ()):
            near[ticket.pk] = (ticket, ahead, most)
    for ticket_id, kind, ahead in Estimate.objects.filter(ticket__in=list(near)).values_list(
        "ticket_id", "kind", "ahead"
    ):
        if ticket_id in near and (kind == Estimate.Kind.NEAR or ahead <= near[ticket_id][2]):
            del near[ticket_id]
    return [Near(ticket.code, ahead) for ticket, ahead, _most in near.values() if ticket.returned_at is None]


def tickets_just_called(*, now: datetime) -> list[str]:
    """Codes of tickets that were called in the last minutes and are expected in the room; one query."""
    called = Ticket.objects.filter(state=CALLED, called_at__gt=now - CALL_TOLD, called_at__lte=now)
    return list(called.order_by("called_at").values_list("code", flat=True))


def calls_of_ticket(*, ticket_id: int) -> int:
    """How often a ticket was called, recalls not counted."""
    return Call.objects.filter(ticket_id=ticket_id, recall=False, undone_at=None).count()
