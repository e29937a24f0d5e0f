"""Tickets: one by its code, a patient's live page, a patient's tickets, a ticket's history."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from booking.domain.states import SESSION_OPEN
from booking.selectors import policy_of_session
from hospital.common import history
from hospital.common.models import StateChange
from hospital.common.policy import Policy
from queueing.domain.errors import TicketUnknown
from queueing.domain.ordering import people_ahead
from queueing.domain.states import CALLED, LIVE, PASSED, TICKET, WAITING
from queueing.models import QueueSession, Ticket
from queueing.selectors.expected import Expected, expected_call, speeds
from queueing.selectors.order import place_on_return, queue_order

__all__ = [
    "Expected",
    "TicketLive",
    "rules_of_call",
    "ticket_by_code",
    "ticket_history",
    "ticket_live",
    "tickets_of_patient",
    "tickets_with_session",
    "unanswered_codes",
]

RECENT = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class TicketLive:
    """What a patient sees of the own ticket. No name, no document."""

    code: str
    number: str
    state: str
    ahead: int | None
    expected_at: Expected | None
    come_back_at: datetime | None
    as_of: datetime
    revision: int
    queue_id: int
    room: str
    place: str
    place_en: str
    expert: str
    expert_en: str
    title: str
    department: str
    department_en: str
    channel: str
    late: bool
    on_return: str
    called_at: datetime | None
    recalls: int
    recall_limit: int
    slot_starts_at: datetime | None
    slot_ends_at: datetime | None
    sensitive: bool
    transferred_to: str | None
    stopped: bool
    allowed: tuple[str, ...]


def tickets_with_session() -> QuerySet[Ticket]:
    """Tickets with all that a page says about them."""
    return Ticket.objects.select_related(
        "queue", "patient", "room", "session__expert__department", "session__room", "called_session"
    )


def ticket_by_code(code: str) -> Ticket:
    """The ticket as it is now.

    Raises
    ------
    TicketUnknown
        When no ticket has this code.
    """
    ticket = tickets_with_session().filter(code=code).first()
    if ticket is None:
        raise TicketUnknown
    return ticket


def rules_of_call(ticket: Ticket) -> Policy:
    """The policy of whoever called the patient, which in a shared queue may be another than the one booked."""
    return policy_of_session(ticket.called_session or ticket.session)


def ticket_live(*, code: str, now: datetime) -> TicketLive:
    """A patient's own ticket: place, expected time, room. Raises ``TicketUnknown``."""
    ticket = ticket_by_code(code)
    session, expert = ticket.session, ticket.session.expert
    rules = rules_of_call(ticket)
    stopped = _waits_in_vain(ticket)
    ahead, expected, back = (None, None, None) if stopped else _outlook(ticket, rules, now)
    room = ticket.room or session.room
    successor = Ticket.objects.filter(transferred_from=ticket).values_list("code", flat=True).first()
    return TicketLive(
        code=ticket.code,
        number=ticket.display,
        state=ticket.state,
        ahead=ahead,
        expected_at=expected,
        come_back_at=back,
        as_of=now,
        revision=ticket.queue.revision,
        queue_id=ticket.queue_id,
        room=room.name,
        place=room.place,
        place_en=room.place_en,
        expert=expert.name,
        expert_en=expert.name_en,
        title=expert.title,
        department=expert.department.name,
        department_en=expert.department.name_en,
        channel=ticket.channel,
        late=ticket.late,
        on_return=place_on_return(ticket).value,
        called_at=ticket.called_at,
        recalls=ticket.recalls,
        recall_limit=rules.recall_limit,
        slot_starts_at=ticket.slot_starts_at,
        slot_ends_at=ticket.slot_ends_at,
        sensitive=expert.department.sensitive,
        transferred_to=successor,
        stopped=stopped,
        allowed=("leave",) if (ticket.state, "leave") in TICKET else (),
    )


def _waits_in_vain(ticket: Ticket) -> bool:
    """Whether the clinic was stopped and nobody of a colleague's calls the patient: the desk helps."""
    elsewhere = ticket.state == CALLED and ticket.called_session_id not in {None, ticket.session_id}
    return ticket.session.state == "stopped" and ticket.state in {WAITING, CALLED, PASSED} and not elsewhere


def _outlook(
    ticket: Ticket, rules: Policy, now: datetime
) -> tuple[int | None, Expected | None, datetime | None]:
    """People ahead, expected call and time to be back of a waiting ticket."""
    if ticket.state != WAITING:
        return None, None, None
    order = queue_order(ticket.queue_id, now=now)
    ahead = people_ahead(order.places, ticket.pk)
    if ahead is None:
        return None, None, None
    links = QueueSession.objects.filter(queue_id=ticket.queue_id, session__state__in=SESSION_OPEN)
    expected, back = expected_call(
        order,
        ahead=ahead,
        pace=speeds([ticket.session_id], now=now)[ticket.session_id],
        opens_at=ticket.session.opens_at,
        rooms=max(1, links.count()),
        now=now,
        rules=rules,
    )
    return ahead, expected, back


def tickets_of_patient(*, patient_id: int, now: datetime) -> list[Ticket]:
    """A patient's tickets that are live, and those of the last day and a half, the newest first."""
    recent = tickets_with_session().filter(patient_id=patient_id)
    live = recent.filter(state__in=LIVE) | recent.filter(joined_at__gt=now - RECENT)
    return list(live.order_by("-joined_at", "-pk"))


def ticket_history(*, code: str) -> list[StateChange]:
    """Every move of a ticket, oldest first."""
    return list(history.of(ticket_by_code(code)))


def unanswered_codes(*, now: datetime) -> list[str]:
    """Called tickets whose last recall is older than the policy's gap, none left to make."""
    called = Ticket.objects.filter(state=CALLED, recalled_at__isnull=False).order_by("recalled_at")
    due = []
    for ticket in called.select_related("session", "called_session"):
        rules = rules_of_call(ticket)
        waited = ticket.recalled_at and now - ticket.recalled_at >= timedelta(seconds=rules.recall_gap_s)
        if waited and ticket.recalls >= rules.recall_limit:
            due.append(ticket.code)
    return due


def ticket_code_of_walk_in(*, walk_in_id: int) -> str:
    """The code of a walk-in's newest ticket; empty while there is none."""
    codes = Ticket.objects.filter(walk_in_id=walk_in_id).order_by("-pk").values_list("code", flat=True)
    return codes.first() or ""
