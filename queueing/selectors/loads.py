"""How much work waits for each session of a department, for patients who want any of its doctors."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from booking import selectors as booking
from booking.domain.states import SESSION_OPEN
from hospital.common import clock
from queueing.domain.sharing import Load, by_least_work
from queueing.domain.specialties import Profile, specialties_known
from queueing.domain.states import IN_ROOM, LIVE
from queueing.models import QueueSession, Ticket
from queueing.selectors.expected import UNKNOWN, Known, known_of_queues
from queueing.selectors.order import QueueOrder, queue_orders

if TYPE_CHECKING:
    from booking.models import ClinicSession

MINUTE = timedelta(minutes=1)


def sessions_with_least_work(
    *, department_code: str, now: datetime, with_number: bool = True, specialty: str = ""
) -> list[Load]:
    """Open sessions of the department (with a number left), in the order in which any doctor is given.

    Those whose doctor has the ``specialty`` come first.
    """
    sessions = [
        session
        for session in sessions_of_department(department_code=department_code, now=now)
        if session.state in SESSION_OPEN
        and (session.pool_left > 0 or not with_number)
        and now < session.closes_at
    ]
    links = QueueSession.objects.filter(session__in=sessions).values_list("session_id", "queue_id")
    queue_of = dict(links)
    orders = queue_orders(sorted(set(queue_of.values())), now=now, related=False)
    known = known_of_queues(orders, now=now)
    last = dict(
        Ticket.objects.filter(session__in=sessions)
        .values("session_id")
        .annotate(last=Max("joined_at"))
        .values_list("session_id", "last")
    )
    empty = QueueOrder((), {})
    return by_least_work(
        _load(
            session,
            orders.get(queue_of.get(session.pk, 0), empty),
            known.get(queue_of.get(session.pk, 0), UNKNOWN),
            last.get(session.pk),
            now,
            specialty=specialty,
        )
        for session in sessions
    )


def sessions_of_department(*, department_code: str, now: datetime) -> "list[ClinicSession]":
    """The department's sessions of today, whatever their state."""
    day = clock.local(now).date()
    return [
        session
        for session in booking.sessions_of_day(day=day, now=now)
        if session.expert.department.code == department_code
    ]


def profile_of(session: "ClinicSession") -> Profile:
    """What the session's expert is known for."""
    return session.expert.specialty, session.expert.specialty_en


def specialty_kept(*, specialty: str, department_code: str, now: datetime) -> str | None:
    """As a ticket keeps it; None when none of the department's doctors of today has it."""
    sessions = sessions_of_department(department_code=department_code, now=now)
    return specialties_known(map(profile_of, sessions)).get(specialty)


def live_number_here(*, patient_id: int, department_code: str, now: datetime) -> str:
    """The number with which a patient waits in the department already; empty for nobody."""
    sessions = sessions_of_department(department_code=department_code, now=now)
    live = Ticket.objects.filter(patient_id=patient_id, session__in=sessions, state__in=LIVE)
    ticket = live.select_related("queue").order_by("pk").first()
    return ticket.display if ticket else ""


def _load(
    session: "ClinicSession",
    order: QueueOrder,
    known: Known,
    last: datetime | None,
    now: datetime,
    *,
    specialty: str,
) -> Load:
    """Who waits for as long as a consultation takes, who is inside for half of it (our choice)."""
    planned = (session.closes_at - session.opens_at) / MINUTE / max(1, session.number_limit)
    mean = known.pace.mean_min if known.pace else planned
    people = len(order.places) + len(order.in_state(*IN_ROOM)) / 2
    known_for = specialties_known([profile_of(session)])
    return Load(
        code=session.code,
        work_min=people * mean,
        rooms=max(1, len(known.rooms)),
        starts_in_min=0.0 if session.state == "running" else max(0.0, (session.opens_at - now) / MINUTE),
        last_at=last.timestamp() if last else float("-inf"),
        suits=not specialty or specialty in known_for,
        mean_min=mean,
        knows=frozenset(known_for.values()),
    )
