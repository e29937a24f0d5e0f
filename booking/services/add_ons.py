"""Add-on numbers: one number beyond a slot's quota, given by a person with a reason."""

from datetime import datetime, timedelta

from django.db.models import F

from booking.domain.add_ons import check_add_on_time, may_add_on
from booking.domain.errors import AddOnNotAllowed, UnknownNumber
from booking.domain.states import SESSION_OPEN
from booking.locks import lock_patient, lock_session, lock_slot
from booking.models import Appointment, ClinicSession, Expert, Slot
from booking.selectors.limits import check_number
from booking.selectors.policies import policy_of_session
from booking.services.counter import number_settle
from booking.services.numbers import number_hold
from booking.services.sessions import session_open_if_due
from hospital.common import live
from hospital.common.actor import Actor
from hospital.common.guards import require_reason
from hospital.common.transactions import transactional
from hospital.models import User


@transactional
def appointment_add_on(
    *, slot_code: str, patient_id: int, payment: str, reason: str, actor: Actor, now: datetime
) -> Appointment:
    """Whoever has the permission gives one number beyond the quota, from the release until the session closes.

    Quota and number limit grow by the same one, so that no booked patient and no walk-in loses a number by it. The
    patient's limits hold; a ban does not, for a ban is from booking online and this number is given by a person.

    Raises
    ------
    ReasonMissing
        Without a reason.
    AddOnNotAllowed
        To others than the session's expert, managers, and staff with the permission.
    NotReleased, AddOnClosed
        Before the release; once the session is over or stopped.
    UnknownNumber
        When there is no such slot.
    AlreadyBooked, LimitReached
        As their names say; nothing is changed.
    """
    reason = require_reason(reason)
    keys = Slot.objects.filter(code=slot_code).values_list("pk", "session_id").first()
    if keys is None:
        raise UnknownNumber(field="slot")
    lock_patient(patient_id)
    session = session_open_if_due(session_id=keys[1], now=now)
    _check_permission(session, actor)
    session, slot = lock_session(keys[1]), lock_slot(keys[0])
    times = {"release_at": session.release_at, "closes_at": session.closes_at}
    check_add_on_time(state=session.state, **times, now=now)
    check_number(session=session, patient_id=patient_id, now=now, despite_ban=True)
    _number_add(session, slot)
    pay_by = now + timedelta(minutes=policy_of_session(session).hold_min)
    made = Appointment(
        slot=slot,
        session=session,
        patient_id=patient_id,
        fee_fen=session.fee_fen,
        pay_by=pay_by,
        add_on=True,
    )
    number_hold(made, actor=actor, now=now, reason=reason[:200])
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)
    return number_settle(held=made, payment=payment, reason=reason, actor=actor, now=now)


def _check_permission(session: ClinicSession, actor: Actor) -> None:
    person = actor.user_id or 0
    granted = User.objects.filter(pk=person, may_add_on=True, is_active=True).exists()
    own = Expert.objects.filter(pk=session.expert_id, user_id=person).exists()
    if not may_add_on(role=actor.kind, is_own_session=own, has_permission=granted):
        raise AddOnNotAllowed


def _number_add(session: ClinicSession, slot: Slot) -> None:
    """The new number is taken in the statement that makes it: nobody else can book it in between."""
    Slot.objects.filter(pk=slot.pk).update(quota=F("quota") + 1, booked=F("booked") + 1)
    counted = {"number_limit": F("number_limit") + 1}
    if session.state in SESSION_OPEN:
        counted["appointments_taken"] = F("appointments_taken") + 1
    ClinicSession.objects.filter(pk=session.pk).update(**counted)
