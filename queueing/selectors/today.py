"""Today's list at the desk: every number of the day's sessions, with a ticket or without one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from booking import selectors as booking
from queueing.domain.states import TRANSFERRED
from queueing.domain.today import Asked, Line, lines_asked
from queueing.models import Ticket
from queueing.selectors.desk import sessions_of_today

if TYPE_CHECKING:
    from booking.models import ClinicSession, Patient

SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class TodayList:
    """The lines that were asked for, at most :data:`SHOWN_MAX` of ``total``; and how many each group has."""

    lines: list[Line]
    total: int
    counts: dict[str, int]
    sessions: "list[ClinicSession]"
    people: "list[Patient]"
    """Whose lines these are."""

    @property
    def all_count(self) -> int:
        """How many lines fit whatever their group."""
        return sum(self.counts.values())


def today_list(*, wanted: Asked, now: datetime) -> TodayList:
    """Today's numbers in the order of their time; a transferred patient is listed where the new number is."""
    sessions = sessions_of_today(now)
    by_id = {session.pk: session for session in sessions}
    every = [*_with_ticket(by_id), *_without(by_id, now)]
    in_order = sorted((line for line, _ in every), key=lambda line: (line.at, line.number, line.name))
    lines, counts = lines_asked(in_order, wanted)
    shown = lines[:SHOWN_MAX]
    people = {patient.pk: patient for _, patient in every}
    return TodayList(shown, len(lines), counts, sessions, [people[one.patient] for one in shown])


def _with_ticket(sessions: "dict[int, ClinicSession]") -> "Iterable[tuple[Line, Patient]]":
    tickets = Ticket.objects.filter(session__in=list(sessions)).exclude(state=TRANSFERRED)
    for ticket in tickets.select_related("patient", "queue"):
        yield _line(
            ticket.patient,
            sessions[ticket.session_id],
            at=ticket.slot_starts_at or ticket.registered_at,
            until=ticket.slot_ends_at,
            number=ticket.display,
            channel=ticket.channel,
            state=ticket.state,
            late=ticket.late,
            priority=ticket.priority,
            ticket=ticket.code,
        )


def _without(sessions: "dict[int, ClinicSession]", now: datetime) -> "Iterable[tuple[Line, Patient]]":
    for booked in booking.appointments_not_here(session_ids=sessions):
        yield _line(
            booked.patient,
            sessions[booked.session_id],
            at=booked.slot.starts_at,
            until=booked.slot.ends_at,
            channel="appointment",
            state=booked.state,
            late=booked.state == "booked" and now > booked.slot.ends_at,
            appointment=booked.code,
            checkin_code=booked.checkin_code,
        )
    for kept in booking.walk_ins_unpaid(session_ids=sessions):
        session = sessions[kept.session_id]
        yield _line(
            kept.patient,
            session,
            at=kept.registered_at,
            channel="walk_in",
            state=kept.state,
            walk_in=kept.code,
        )


def _line(patient: "Patient", session: "ClinicSession", **rest: Any) -> "tuple[Line, Patient]":
    expert, department = session.expert, session.expert.department
    line = Line(
        patient=patient.pk,
        name=patient.name,
        id_tail=patient.id_tail,
        phone_tail=patient.phone_tail,
        session=session.code,
        expert=expert.name,
        expert_en=expert.name_en,
        department=department.name,
        department_en=department.name_en,
        **rest,
    )
    return line, patient
