"""Registering at the desk somebody whom the hospital does not know yet."""

from datetime import datetime

from booking import services as booking
from hospital.common.actor import Actor
from hospital.common.transactions import transactional
from queueing.models import Ticket
from queueing.services.tickets import walk_in_register_and_ticket


@transactional
def walk_in_register_new(
    *,
    session_code: str,
    name: str,
    id_type: str,
    id_number: str,
    phone: str,
    payment: str,
    actor: Actor,
    now: datetime,
    priority: str = "normal",
    priority_reason: str = "",
) -> Ticket:
    """Somebody new becomes a patient and gets a number and a ticket in one step, or none of the three.

    Raises
    ------
    booking's ImpossibleIdentity, ImpossiblePhone, ImpossibleName, NameDiffers
        As ``patient_register``.
    What ``walk_in_register_and_ticket`` raises
        The person is not kept either.
    """
    patient = booking.patient_register(
        name=name, id_type=id_type, id_number=id_number, phone=phone, actor=actor, now=now
    )
    return walk_in_register_and_ticket(
        session_code=session_code,
        patient_id=patient.pk,
        payment=payment,
        actor=actor,
        now=now,
        priority=priority,
        priority_reason=priority_reason,
    )
