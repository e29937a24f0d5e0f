"""Tickets: one by its code, a patient's live page, a patient's tickets, a ticket's history."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from booking.selectors import policy_of_session
from hospital.common import history
from hospital.common.models import StateChange
from hospital.common.policy import Policy
from queueing.domain.advice import Advice, waiting_advice
from queueing.domain.errors import TicketUnknown
from queueing.domain.ordering import people_ahead
from queueing.domain.states import CALLED, LIVE, PASSED, TICKET, WAITING
from queueing.models import Ticket
from queueing.selectors.expected import Expected, expected_call, known_of_queues
from queueing.selectors.fees import fee_due_fen
from queueing.selectors.order import place_on_return, queue_order
from queueing.selectors.pauses import PauseNow, pause_of_queue

__all__ = [
    "Expected",
    "TicketLive",
    "of_same_number",
    "rules_of_call",
    "ticket_by_code",
    "ticket_history",
    "ticket_live",
    "ticket_told",
    "tickets_of_patient",
    "tickets_with_session",
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
    near_people: int = 0
    worth_leaving_min: float = 0.0
    pause: PauseNow | None = None
    fee_due_fen: int = 0


def tickets_with_session() -> QuerySet[Ticket]:
    """Tickets with all that a page says about them."""
    return Ticket.objects.select_related(
        "queue", "patient", "room", "session__expert__department", "session__room", "called_session"
    )


def of_same_number(ticket: Ticket) -> Q:
    """The tickets of the same appointment or walk-in: a transfer makes a new one each time."""
    if ticket.appointment_id is None and ticket.walk_in_id is None:
        return Q(pk=ticket.pk)
    return Q(appointment_id=ticket.appointment_id, walk_in_id=ticket.walk_in_id)


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
        near_people=rules.near_people,
        worth_leaving_min=rules.come_back_margin_min,
        pause=pause_of_queue(queue_id=ticket.queue_id, now=now) if ticket.state == WAITING else None,
        fee_due_fen=fee_due_fen(ticket=ticket),
    )


def ticket_told(live: TicketLive, *, now: datetime) -> Advice:
    """The times that a patient with this ticket may be told."""
    expected = live.expected_at
    return waiting_advice(
        p20=expected.p20 if expected else None,
        p80=expected.p80 if expected else None,
        come_back_at=live.come_back_at,
        now=now,
        worth_min=live.worth_leaving_min,
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
    order = queue_order(ticket.queue_id, now=now, related=False)
    ahead = people_ahead(order.places, ticket.pk)
    if ahead is None:
        return None, None, None
    known = known_of_queues({ticket.queue_id: order}, now=now)[ticket.queue_id]
    expected, back = expected_call(order, known, ticket=ticket, ahead=ahead, now=now, rules=rules)
    return ahead, expected, back


def tickets_of_patient(*, patient_id: int, now: datetime) -> list[Ticket]:
    """A patient's tickets that are live, and those of the last day and a half, the newest first."""
    recent = tickets_with_session().filter(patient_id=patient_id)
    live = recent.filter(state__in=LIVE) | recent.filter(joined_at__gt=now - RECENT)
    return list(live.order_by("-joined_at", "-pk"))


def ticket_history(*, code: str) -> list[StateChange]:
    """Every move of a ticket, oldest first, with who moved it."""
    return list(history.of(ticket_by_code(code)).select_related("actor"))


def ticket_code_of_walk_in(*, walk_in_id: int) -> str:
    """The code of a walk-in's newest ticket; empty while there is none."""
    codes = Ticket.objects.filter(walk_in_id=walk_in_id).order_by("-pk").values_list("code", flat=True)
    return codes.first() or ""
