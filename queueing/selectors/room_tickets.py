"""A patient in the queue as staff see them: full name, age, times."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hospital.common import clock
from queueing.domain.ages import age
from queueing.domain.states import IN_ROOM
from queueing.models import Ticket
from queueing.selectors.order import place_on_return


@dataclass(frozen=True, slots=True)
class RoomTicket:
    """One patient as staff see them."""

    code: str
    number: str
    name: str
    sex: str
    age: int | None
    channel: str
    state: str
    slot_starts_at: datetime | None
    slot_ends_at: datetime | None
    registered_at: datetime
    checked_in_at: datetime | None
    called_at: datetime | None
    started_at: datetime | None
    passed_at: datetime | None
    returned_at: datetime | None
    waited_min: int
    late: bool
    recalls: int
    priority: str
    priority_reason: str
    specialty: str
    specialty_en: str
    rule: str
    on_return: str


def room_ticket(ticket: Ticket, now: datetime, *, rule: str = "") -> RoomTicket:
    """A ticket (with patient and queue) as staff see it."""
    until = ticket.called_at if ticket.state in IN_ROOM and ticket.called_at else now
    return RoomTicket(
        code=ticket.code,
        number=ticket.display,
        name=ticket.patient.name,
        sex=ticket.patient.sex,
        age=age(ticket.patient.birth_date, clock.local(now).date()),
        channel=ticket.channel,
        state=ticket.state,
        slot_starts_at=ticket.slot_starts_at,
        slot_ends_at=ticket.slot_ends_at,
        registered_at=ticket.registered_at,
        checked_in_at=ticket.checked_in_at,
        called_at=ticket.called_at,
        started_at=ticket.started_at,
        passed_at=ticket.passed_at,
        returned_at=ticket.returned_at,
        waited_min=max(0, int((until - ticket.registered_at) / timedelta(minutes=1))),
        late=ticket.late,
        recalls=ticket.recalls,
        priority=ticket.priority,
        priority_reason=ticket.priority_reason,
        specialty=ticket.specialty,
        specialty_en=ticket.specialty_en,
        rule=rule,
        on_return=place_on_return(ticket).value,
    )
