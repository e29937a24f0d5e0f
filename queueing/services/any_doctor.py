"""A walk-in who wants any doctor of a department goes where the least work waits."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from booking import services as booking
from booking.domain.errors import PoolEmpty
from hospital.common.actor import Actor
from hospital.common.transactions import transactional
from queueing.domain.errors import AlreadyWaiting
from queueing.models import Ticket
from queueing.selectors.loads import live_number_here, sessions_of_department, sessions_with_least_work
from queueing.services.walk_ins import walk_in_register_and_ticket

R = TypeVar("R")


@transactional
def walk_in_register_any(
    *, department_code: str, patient_id: int, payment: str, actor: Actor, now: datetime, **wanted: Any
) -> Ticket:
    """A walk-in for the department gets a number where the least expected work waits for each room.

    ``wanted`` is what :func:`walk_in_register_and_ticket` takes besides: a priority, a specialty.

    Raises
    ------
    As :func:`walk_in_of_any`
        Nothing is registered, charged or ticketed.
    """
    return walk_in_of_any(
        walk_in_register_and_ticket,
        department_code=department_code,
        patient_id=patient_id,
        payment=payment,
        actor=actor,
        now=now,
        **wanted,
    )


@transactional
def walk_in_of_any(
    make: Callable[..., R],
    *,
    department_code: str,
    patient_id: int,
    actor: Actor,
    now: datetime,
    **wanted: Any,
) -> R:
    """What ``make`` gives (a ticket, a number kept for payment) at the session with the least expected work.

    Whoever comes for a ``specialty`` goes to a doctor who has it, while one of them has a number left. Of equal ones
    the session whose last patient came longest ago, then by code; one whose last number somebody else takes meanwhile
    is left for the next.

    Raises
    ------
    AlreadyWaiting (``already_in_queue``)
        When the patient waits in the department already.
    booking's PoolEmpty (``sold_out``)
        When no open session of the department has a number left.
    What ``make`` raises
        Nothing is kept.
    """
    for session in sessions_of_department(department_code=department_code, now=now):
        if session.state == "released" and now >= session.walk_in_opens_at:
            booking.session_open_if_due(session_id=session.pk, now=now)
    number = live_number_here(patient_id=patient_id, department_code=department_code, now=now)
    if number:
        raise AlreadyWaiting(number=number)
    for load in sessions_with_least_work(
        department_code=department_code, now=now, specialty=str(wanted.get("specialty", ""))
    ):
        try:
            with transaction.atomic():
                return make(
                    session_code=load.code,
                    patient_id=patient_id,
                    chosen=False,
                    actor=actor,
                    now=now,
                    **wanted,
                )
        except PoolEmpty:
            continue
    raise PoolEmpty
