"""A hold as a page asks for it: once, after what is overdue and what has to be drawn first."""

from collections.abc import Mapping
from datetime import datetime

from booking.selectors import holds_overdue, patient_for_user
from booking.services.draw_steps import drawn_first
from booking.services.holds import appointment_expire, appointment_hold
from booking.services.risk import risk_check
from hospital.common import idempotency
from hospital.common.actor import Actor
from hospital.models import User


def appointment_hold_asked(
    *, user: User, asked: Mapping[str, str], route: str, device: bytes, now: datetime
) -> str:
    """The code of the held appointment; pressing twice gives the same one.

    ``asked`` has the codes ``slot`` and ``patient``, the request's ``key`` and the ``proof`` of work (may be empty).

    Raises
    ------
    DomainError
        As :func:`appointment_hold`, :func:`drawn_first` and :func:`risk_check`.
    """
    for overdue in holds_overdue(user=user, now=now):
        appointment_expire(appointment_id=overdue, now=now)  # the job may be some seconds behind
    actor, slot = Actor.of(user), asked["slot"]

    def produce() -> idempotency.Answer:
        patient = patient_for_user(user=user, code=asked["patient"])
        risk_check(user=user, proof=asked["proof"], now=now)
        held = appointment_hold(
            slot_code=slot,
            patient_id=patient.pk,
            account_id=user.pk,
            actor=actor,
            now=now,
            device_index=device,
        )
        return 201, {"code": held.code}

    def once() -> str:
        body = {"slot": slot, "patient": asked["patient"]}
        (_, answer), _ = idempotency.once(
            account=actor.account_key, route=route, key=asked["key"], body=body, now=now, produce=produce
        )
        return str(answer["code"])

    return drawn_first(once, session_code=slot, now=now)
