"""What a patient went through: the steps of this visit, and the days of the visits before."""

from dataclasses import dataclass
from datetime import date, datetime

from hospital.common.models import StateChange
from queueing.domain.states import DONE
from queueing.models import Ticket
from queueing.selectors.tickets import of_same_number, tickets_with_session

VISITS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a visit, with the number that the patient had then."""

    at: datetime
    verb: str
    number: str
    reason: str
    transferred: bool


@dataclass(frozen=True, slots=True)
class EarlierVisit:
    """A day on which the patient was seen."""

    date: date
    department: str
    department_en: str
    expert: str
    expert_en: str


@dataclass(frozen=True, slots=True)
class PatientPath:
    """Of one patient; nothing of what was said or found inside a room is known here."""

    steps: tuple[Step, ...]
    visits: tuple[EarlierVisit, ...]


def patient_path(*, ticket: Ticket) -> PatientPath:
    """The steps of this visit, oldest first, through all its tickets, and the last visits before; three queries."""
    tickets = {one.pk: one for one in Ticket.objects.filter(of_same_number(ticket)).select_related("queue")}
    rows = StateChange.objects.filter(thing="ticket", thing_id__in=tickets).order_by("at", "pk")
    return PatientPath(tuple(_step(row, tickets[row.thing_id]) for row in rows), _visits_before(ticket))


def _step(row: StateChange, ticket: Ticket) -> Step:
    return Step(
        at=row.at,
        verb=row.verb,
        number=ticket.display,
        reason=row.reason,
        transferred=ticket.transferred_from_id is not None,
    )


def _visits_before(ticket: Ticket) -> tuple[EarlierVisit, ...]:
    seen = tickets_with_session().filter(
        patient_id=ticket.patient_id, state=DONE, session__date__lt=ticket.session.date
    )
    newest = seen.order_by("-session__date", "-pk")[:VISITS_SHOWN]
    return tuple(
        EarlierVisit(
            one.session.date,
            one.session.expert.department.name,
            one.session.expert.department.name_en,
            one.session.expert.name,
            one.session.expert.name_en,
        )
        for one in newest
    )
