"""Taking a number of a slot outside the hot path, and writing the appointment that holds it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from booking.domain.errors import AlreadyBooked, SoldOut
from booking.models import Appointment, Slot
from hospital.common import history
from hospital.common.actor import Actor

_ONE_LIVE_NUMBER = "one_live_appointment_per_patient_and_session"


@contextmanager
def one_live_number() -> Iterator[None]:
    """Whoever runs into the constraint that a patient has one live number a session is told so.

    Raises
    ------
    AlreadyBooked
        In place of the database's error.
    """
    try:
        yield
    except IntegrityError as error:
        if _ONE_LIVE_NUMBER in str(error):
            raise AlreadyBooked from error
        raise


def number_take(slot: Slot) -> None:
    """Take one of a slot's free numbers in one conditional statement.

    Raises
    ------
    SoldOut
        When none is left.
    """
    if not Slot.objects.with_numbers_left().filter(pk=slot.pk).update(booked=F("booked") + 1):
        raise SoldOut(slot=slot.code)


def number_hold(
    appointment: Appointment,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> Appointment:
    """Write the appointment that holds a number taken before, and its history row; ``data`` says where it came from.

    Raises
    ------
    AlreadyBooked
        When the patient has a live number in this session.
    """
    appointment.held_at = now
    with one_live_number(), transaction.atomic():
        appointment.save(force_insert=True)
    history.begin(appointment, "hold", actor=actor, at=now, reason=reason, data=data)
    return appointment


def number_hold_instead(
    old: Appointment, *, slot: Slot, actor: Actor, now: datetime, reason: str = ""
) -> Appointment:
    """The same patient's number in place of one that is gone, paid already: it is confirmed in the same step."""
    again = Appointment(
        slot=slot,
        session_id=slot.session_id,
        patient=old.patient,
        account_id=old.account_id,
        fee_fen=old.fee_fen,
        pay_by=now,
    )
    return number_hold(again, actor=actor, now=now, reason=reason, data={"instead_of": old.code})
