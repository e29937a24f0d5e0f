"""The system's own visits of a day, in the fields of the canonical visit history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Min, Q

from hospital.common.models import StateChange
from queueing.domain.states import CANCELLED, DONE, LEFT
from queueing.models import QueueSession, Ticket

OVER = (DONE, LEFT, CANCELLED)
WITHOUT_TICKET = {"no_show": "no_show", "cancelled": "cancelled", "seen": "done", "excused": ""}
"""What became of an appointment that nobody checked in for; a manager may know that the patient was seen."""


@dataclass(frozen=True, slots=True)
class RecordedVisit:
    """One visit; None = unknown. ``patient_ref`` is a random code, no personal data."""

    expert_code: str
    department: str
    session_date: date
    opens_at: datetime
    closes_at: datetime
    walk_in_opens_at: datetime
    slot_minutes: int
    channel: str
    slot_starts_at: datetime | None
    registered_at: datetime | None
    checked_in_at: datetime | None
    called_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    outcome: str
    patient_ref: str
    late_cancel: bool = False


def visits_of_day(*, date: date) -> list[RecordedVisit]:
    """Everybody who was seen, left or was cancelled on that clinic day, and booked patients who never came;
    two queries.

    Tickets still open and appointments not yet resolved are left out: ask again later. A transferred patient
    counts once, where the new ticket is.
    """
    return [*_with_ticket(date), *_without_ticket(date)]


def first_day_recorded() -> date | None:
    """The first clinic day that this system knows of."""
    first: date | None = QueueSession.objects.aggregate(first=Min("session__date"))["first"]
    return first


def _with_ticket(day: date) -> list[RecordedVisit]:
    tickets = Ticket.objects.filter(session__date=day, state__in=OVER).select_related(
        "session__expert__department", "called_session__expert__department", "appointment", "patient"
    )
    rows = []
    for ticket in tickets.order_by("pk"):
        session = ticket.called_session if ticket.state == DONE and ticket.called_session else ticket.session
        booked_at = ticket.appointment.booked_at if ticket.appointment else None
        rows.append(
            RecordedVisit(
                expert_code=session.expert.code,
                department=session.expert.department.code,
                session_date=session.date,
                opens_at=session.opens_at,
                closes_at=session.closes_at,
                walk_in_opens_at=session.walk_in_opens_at,
                slot_minutes=session.slot_minutes,
                channel=ticket.channel,
                slot_starts_at=ticket.slot_starts_at,
                registered_at=booked_at if ticket.appointment else ticket.registered_at,
                checked_in_at=ticket.checked_in_at,
                called_at=ticket.called_at,
                started_at=ticket.started_at,
                finished_at=ticket.finished_at,
                outcome=ticket.state,
                patient_ref=ticket.patient.code,
                late_cancel=bool(ticket.appointment and ticket.appointment.late_cancel),
            )
        )
    return rows


_SESSION = "session__"
_APPOINTMENT = "session__appointments__"


def _without_ticket(day: date) -> list[RecordedVisit]:
    """Appointments that never became a ticket and are resolved."""
    missing = QueueSession.objects.filter(
        session__date=day,
        session__appointments__state__in=list(WITHOUT_TICKET),
        session__appointments__booked_at__isnull=False,
        session__appointments__tickets__isnull=True,
    ).order_by("session__appointments__pk")
    rows: Iterable[Mapping[str, Any]] = missing.values(
        expert_code=F(_SESSION + "expert__code"),
        department=F(_SESSION + "expert__department__code"),
        session_date=F(_SESSION + "date"),
        opens_at=F(_SESSION + "opens_at"),
        closes_at=F(_SESSION + "closes_at"),
        walk_in_opens_at=F(_SESSION + "walk_in_opens_at"),
        slot_minutes=F(_SESSION + "slot_minutes"),
        slot_starts_at=F(_APPOINTMENT + "slot__starts_at"),
        registered_at=F(_APPOINTMENT + "booked_at"),
        patient_ref=F(_APPOINTMENT + "patient__code"),
        late_cancel=F(_APPOINTMENT + "late_cancel"),
        state=F(_APPOINTMENT + "state"),
    )
    return [
        RecordedVisit(
            **{name: value for name, value in row.items() if name != "state"},
            channel="appointment",
            checked_in_at=None,
            called_at=None,
            started_at=None,
            finished_at=None,
            outcome=WITHOUT_TICKET[row["state"]],
        )
        for row in rows
    ]


DECIDED = ("unresolved", "no_show")


def days_decided_later(*, since: datetime, before: date) -> list[date]:
    """Clinic days before that day whose appointments somebody decided on, or corrected, after that moment."""
    changes = StateChange.objects.filter(
        Q(from_state__in=DECIDED) | Q(verb="excuse"), thing="appointment", at__gt=since
    )
    sessions = QueueSession.objects.filter(
        session__date__lt=before,
        session__appointments__pk__in=list(changes.values_list("thing_id", flat=True)),
    )
    return sorted(set(sessions.values_list("session__date", flat=True)))
