"""Walk-ins: registered and paid at the desk, or paid through a provider first, and the ticket comes after."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from booking import selectors as booking_selectors
from booking import services as booking
from booking.domain.states import SESSION_OPEN
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition
from hospital.common.transactions import transactional
from queueing.domain.errors import AlreadyWaiting, UnknownSpecialty
from queueing.locks import lock_queue, queue_of_session
from queueing.models import Queue, Ticket
from queueing.selectors.loads import specialty_kept
from queueing.services.prints import slip_ask
from queueing.services.tickets import check_not_waiting, check_priority, ticket_create

if TYPE_CHECKING:
    from booking.models import WalkIn

_JOB = Actor.job("walk-ins")
R = TypeVar("R")


@transactional
def walk_in_register_and_ticket(
    *,
    session_code: str,
    patient_id: int,
    payment: str,
    actor: Actor,
    now: datetime,
    priority: str = "normal",
    priority_reason: str = "",
    chosen: bool = True,
    specialty: str = "",
) -> Ticket:
    """A walk-in takes a number from the pool and gets a ticket in the same moment, paid in cash or free.

    ``chosen`` (the patient wants this doctor) and ``specialty`` (what for) count where doctors share a queue.

    Raises
    ------
    booking's PoolEmpty (``sold_out``), WalkInNotOpen (``closed``), AlreadyBooked
        Nothing is registered, charged or ticketed.
    AlreadyWaiting (``already_in_queue``)
        When the patient has a live ticket in this queue: nobody pays twice for one doctor.
    UnknownPriority, ReasonMissing
        When the priority is not one, or has no reason.
    UnknownSpecialty
        When no doctor of the department who has a session today has it.
    """
    wishes = _wishes(priority, priority_reason, chosen, specialty)
    session_id, queue = _queue_to_join(session_code, patient_id, wishes, now)
    walk_in = booking.walk_in_register(
        session_id=session_id, patient_id=patient_id, payment=payment, actor=actor, now=now
    )
    return ticket_of_walk_in(queue=queue, walk_in=walk_in, actor=actor, now=now, **wishes)


def _wishes(priority: str, priority_reason: str, chosen: bool, specialty: str) -> dict[str, str]:
    """What the ticket shall say, as the history of a number kept for payment can keep it."""
    named = {"chosen": "yes" if chosen else "no", "specialty": specialty}
    return {"priority": priority, "priority_reason": priority_reason, **named}


def _queue_to_join(
    session_code: str, patient_id: int, wishes: dict[str, str], now: datetime
) -> tuple[int, Queue]:
    """The session and its queue, locked, once it is sure that the patient may wait there for what is wished."""
    check_priority(wishes["priority"], wishes["priority_reason"])
    session = booking_selectors.session_by_code(code=session_code)
    wishes["specialty"] = _specialty(wishes["specialty"], session.expert.department.code, now)
    booking.session_open_if_due(session_id=session.pk, now=now)  # booking's lock comes before the queue's
    queue = lock_queue(queue_of_session(session.pk, session.letter, now).pk)
    check_not_waiting(queue, patient_id)
    return session.pk, queue


def _specialty(wanted: str, department_code: str, now: datetime) -> str:
    """As the ticket keeps it; empty for anything."""
    kept = specialty_kept(specialty=wanted, department_code=department_code, now=now) if wanted else ""
    if kept is None:
        raise UnknownSpecialty(field="specialty", specialty=wanted)
    return kept


def ticket_of_walk_in(
    *,
    queue: Queue,
    walk_in: "WalkIn",
    actor: Actor,
    now: datetime,
    priority: str = "normal",
    priority_reason: str = "",
    chosen: str = "yes",
    specialty: str = "",
) -> Ticket:
    """A registered walk-in's ticket; the caller holds the locks of session and queue."""
    return ticket_create(
        queue,
        Ticket(
            session_id=walk_in.session_id,
            patient_id=walk_in.patient_id,
            walk_in=walk_in,
            channel=Ticket.Channel.WALK_IN,
            priority=priority,
            priority_reason=priority_reason,
            chosen=chosen == "yes",
            specialty=specialty,
            registered_at=walk_in.registered_at,
        ),
        actor=actor,
        now=now,
    )


@transactional
def walk_in_of_new(
    make: Callable[..., R],
    *,
    name: str,
    id_type: str,
    id_number: str,
    phone: str,
    actor: Actor,
    now: datetime,
    birth_date: date | None = None,
    **wanted: Any,
) -> R:
    """Somebody new becomes a patient and gets what ``make`` gives (a ticket, a number kept), or neither.

    ``make`` is :func:`walk_in_register_and_ticket` or :func:`walk_in_reserve`, and takes ``wanted``.

    Raises
    ------
    booking's ImpossibleIdentity, ImpossiblePhone, ImpossibleName, NameDiffers
        As ``patient_register``.
    What ``make`` raises
        The person is not kept either.
    """
    patient = booking.patient_register(
        name=name,
        id_type=id_type,
        id_number=id_number,
        phone=phone,
        birth_date=birth_date,
        actor=actor,
        now=now,
    )
    return make(patient_id=patient.pk, actor=actor, now=now, **wanted)


@transactional
def walk_in_reserve(
    *,
    session_code: str,
    patient_id: int,
    provider_name: str,
    actor: Actor,
    now: datetime,
    priority: str = "normal",
    priority_reason: str = "",
    chosen: bool = True,
    specialty: str = "",
    printer_code: str = "",
) -> "WalkIn":
    """A number is kept in the pool's account while the patient pays through a provider; no ticket yet.

    ``printer_code``: where the slip comes out once it is paid.

    Raises
    ------
    As ``walk_in_register_and_ticket``, and UnknownProvider
        Nothing is kept.
    """
    wishes = _wishes(priority, priority_reason, chosen, specialty)
    session_id, _queue = _queue_to_join(session_code, patient_id, wishes, now)
    return booking.walk_in_register(
        session_id=session_id,
        patient_id=patient_id,
        payment="provider",
        provider_name=provider_name,
        wishes={**wishes, "printer": printer_code},
        actor=actor,
        now=now,
    )


@transactional
def walk_in_ticket(*, walk_in_id: int, now: datetime) -> Ticket | None:
    """Whoever paid gets the ticket, once. Who cannot wait here any more gets the money back.

    Returns
    -------
    Ticket or None
        None when there is nothing to do (any more).
    """
    walk_in = booking_selectors.walk_in_by_id(walk_in_id=walk_in_id)
    session = booking.session_open_if_due(session_id=walk_in.session_id, now=now)
    queue = lock_queue(queue_of_session(session.pk, session.letter, now).pk)
    walk_in.refresh_from_db()
    if walk_in.state != "registered" or Ticket.objects.filter(walk_in=walk_in).exists():
        return None
    try:
        check_not_waiting(queue, walk_in.patient_id)
    except AlreadyWaiting:
        booking.walk_in_cancel(walk_in_id=walk_in.pk, reason="has a ticket already", actor=_JOB, now=now)
        return None
    if session.state not in SESSION_OPEN:
        booking.walk_in_cancel(walk_in_id=walk_in.pk, reason="session over", actor=_JOB, now=now)
        return None
    asked = booking_selectors.walk_in_reservation(walk_in)
    printer_code = asked.wishes.pop("printer", "")
    ticket = ticket_of_walk_in(queue=queue, walk_in=walk_in, actor=asked.actor, now=now, **asked.wishes)
    slip_ask(ticket=ticket, printer_code=printer_code, actor=asked.actor, now=now)
    return ticket


@transactional
def walk_in_give_up(*, walk_in_id: int, reason: str, actor: Actor, now: datetime) -> "WalkIn":
    """The desk gives a number back that nobody paid; money that comes all the same is refunded.

    Raises
    ------
    IllegalTransition
        Once there is a ticket: that is cancelled instead. When the walk-in is cancelled already.
    """
    walk_in = booking_selectors.walk_in_by_id(walk_in_id=walk_in_id)
    session = booking.session_open_if_due(session_id=walk_in.session_id, now=now)
    lock_queue(queue_of_session(session.pk, session.letter, now).pk)
    if Ticket.objects.filter(walk_in=walk_in).exists():
        raise IllegalTransition(state=walk_in.state, verb="cancel")
    return booking.walk_in_cancel(walk_in_id=walk_in_id, reason=reason, actor=actor, now=now)
