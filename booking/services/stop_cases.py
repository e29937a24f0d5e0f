"""The patients of a stopped clinic, one by one: told, asked, and settled as they choose. Each is one transaction."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import Q

from booking.domain.errors import ChosenAlready, OnSite, UnknownNumber
from booking.domain.states import APPOINTMENT_LIVE, STOP_CASE
from booking.domain.stops import choice_kind
from booking.locks import LockedAppointment, lock_appointment, lock_patient
from booking.models import Appointment, Payment, Slot, StopCase
from booking.selectors.limits import check_number, check_session_bookable
from booking.selectors.stops import clinic_of, reached
from booking.services import notices
from booking.services.appointments import (
    appointment_cancel,
    appointment_confirm,
    appointment_move_state,
    paid_back,
)
from booking.services.numbers import number_hold_instead, number_take
from booking.services.payments import payments_close
from booking.services.returns import number_return
from hospital.common import history, jobs, live
from hospital.common.actor import Actor
from hospital.common.transactions import transactional

REASON = "clinic stopped"
_JOB = Actor.job("stop clinic")
Step = Callable[..., bool]


@transactional
def stop_case_ask(*, case_id: int, now: datetime) -> bool:
    """Tell one patient. A number that was only held is released; for the others the choice is open.

    Returns
    -------
    bool
        Whether it was done now: a second worker, or a second run, does nothing.
    """
    locked, case = _lock(case_id)
    if case.state != "listed":
        return False
    _move(case, "ask", _JOB, now)
    state = locked.appointment.state
    if state in APPOINTMENT_LIVE:
        notices.stopped(case, locked.appointment, now)
    if state == "held":
        appointment_cancel(appointment_id=locked.appointment.pk, actor=_JOB, now=now, reason=REASON)
    if state not in {"booked", "arrived"}:
        _settle(case, "", _JOB, now)
    return True


@transactional
def stop_case_choose(
    *, case_id: int, choice: str, actor: Actor, now: datetime, slot_code: str = ""
) -> StopCase:
    """Carry out what the patient chose: a refund, or a number of ``slot_code`` to which the money moves.

    ``choice`` is ``refund`` or ``slot``. Nothing is changed unless all of it is.

    Raises
    ------
    ChosenAlready
        When this was settled before.
    OnSite
        For a patient who has checked in.
    SoldOut, NotReleased, BookingClosed, NotAChoice, UnknownNumber
        When the number cannot be had; the patient goes on choosing.
    AlreadyBooked, LimitReached
        When the patient has other numbers on the new day.
    """
    lock_patient(_patient_of(case_id))
    locked, case = _lock(case_id)
    if case.state == "settled":
        raise ChosenAlready
    if locked.appointment.state == "arrived":
        raise OnSite
    if locked.appointment.state != "booked":
        raise ChosenAlready
    if case.state == "listed":
        _move(case, "ask", _JOB, now)
    if choice == "refund":
        paid_back(locked.appointment, REASON, actor, now)
        appointment_cancel(appointment_id=locked.appointment.pk, actor=_JOB, now=now, reason=REASON)
        notices.stop_settled(case, now)
        return _settle(case, "refund", actor, now)
    kind, replacement = _replace(locked, slot_code, now)
    return _settle(case, kind, actor, now, replacement=replacement)


@transactional
def stop_case_phoned(*, case_id: int, note: str, actor: Actor, now: datetime) -> StopCase:
    """Somebody phoned the patient, or tried to."""
    case = StopCase.objects.select_for_update(no_key=True).get(pk=case_id)
    case.phoned_at, case.phone_note = now, note.strip()[:200]
    case.save(update_fields=["phoned_at", "phone_note"])
    history.note(case, "phone", actor=actor, at=now, reason=case.phone_note)
    return case


def stop_cases_tell(*, stop_id: int, now: datetime) -> int:
    """Tell whoever of the stop was not told yet, in the order of their times."""
    listed = StopCase.objects.filter(stop_id=stop_id, state="listed")
    in_order = listed.order_by("appointment__slot__starts_at", "pk")
    return _each(stop_case_ask, in_order.values_list("pk", flat=True), now)


def stop_cases_follow(*, stop_id: int, now: datetime) -> int:
    """Settle what was decided elsewhere, and refund whoever did not answer in time.

    Whom no message reaches is left to a person until the clinic would have been over; then the money comes back by
    itself, too.
    """
    asked = StopCase.objects.filter(stop_id=stop_id, state="asked")
    elsewhere = asked.exclude(appointment__state__in=APPOINTMENT_LIVE)
    silent = asked.filter(stop__choose_by__lte=now, appointment__state="booked").filter(
        reached("appointment__") | Q(stop__session__closes_at__lte=now)
    )
    closed = _each(stop_case_close, elsewhere.values_list("pk", flat=True), now)
    return closed + _each(stop_case_refund_unasked, silent.values_list("pk", flat=True), now)


@transactional
def stop_case_close(*, case_id: int, now: datetime) -> bool:
    """Settle a patient whose number ended otherwise: cancelled by themself, seen by a colleague, or gone again.

    Whoever was checked in and left the queue unseen gets the money back: the clinic was stopped, not missed.
    """
    locked, case = _lock(case_id)
    state = locked.appointment.state
    if case.state != "asked" or state in APPOINTMENT_LIVE:
        return False
    if state == "left":
        paid_back(locked.appointment, REASON, _JOB, now)
    _settle(case, "refund" if state in {"left", "cancelled"} else "", _JOB, now)
    return True


def stop_case_refund_unasked(*, case_id: int, now: datetime) -> bool:
    """Refund somebody whose time to choose is over."""
    stop_case_choose(case_id=case_id, choice="refund", actor=_JOB, now=now)
    return True


def _each(step: Step, case_ids: Iterable[int], now: datetime) -> int:
    """One patient's failure never stops the others; the next round tries again."""
    return sum(jobs.each("stopped clinic", case_ids, lambda case_id: step(case_id=case_id, now=now)))


def _replace(locked: LockedAppointment, slot_code: str, now: datetime) -> tuple[str, Appointment]:
    """Give the old number back, take the new one, move the money: all or nothing."""
    old = locked.appointment
    slot = Slot.objects.select_related("session__expert").filter(code=slot_code).first()
    if slot is None:
        raise UnknownNumber(field="slot")
    session = slot.session
    check_session_bookable(session=session, now=now)
    kind = choice_kind(stopped=clinic_of(locked.session), target=clinic_of(session), fee_fen=old.fee_fen)
    check_number(session=session, patient_id=old.patient_id, now=now, leaving=old.pk, despite_ban=True)
    number_take(slot)
    new = number_hold_instead(old, slot=slot, actor=_JOB, now=now, reason=REASON)
    live.announce(f"session.{slot.session_id}", "session.changed", session=slot.session_id)
    appointment_move_state(old, "cancel", _JOB, now, reason=REASON, ended=True)
    number_return(locked=locked, actor=_JOB, now=now)
    payments_close(old, now)
    money = Payment.objects.filter(appointment=old, state__in=["paid", "held_for_review"])
    for payment in money.select_for_update(no_key=True).order_by("pk"):
        _payment_follow(payment, new, now)
    appointment_confirm(locked=LockedAppointment(session, slot, new), actor=_JOB, now=now)
    return kind, new


def _payment_follow(payment: Payment, appointment: Appointment, now: datetime) -> None:
    """The money goes with the patient to the new number; nothing is paid back."""
    payment.appointment = appointment
    payment.save(update_fields=["appointment"])
    history.note(payment, "move", actor=_JOB, at=now, reason=REASON, data={"appointment": appointment.code})


def _patient_of(case_id: int) -> int:
    patient_id = StopCase.objects.filter(pk=case_id).values_list("appointment__patient_id", flat=True).first()
    if patient_id is None:
        raise UnknownNumber(field="case")
    return patient_id


def _lock(case_id: int) -> tuple[LockedAppointment, StopCase]:
    """Lock the number, then the case: in this order everywhere."""
    appointment_id = StopCase.objects.values_list("appointment_id", flat=True).get(pk=case_id)
    locked = lock_appointment(appointment_id)
    case = (
        StopCase.objects.select_for_update(no_key=True, of=("self",)).select_related("stop").get(pk=case_id)
    )
    return locked, case


def _settle(
    case: StopCase, choice: str, actor: Actor, now: datetime, *, replacement: Appointment | None = None
) -> StopCase:
    case.choice, case.settled_at, case.replacement = choice, now, replacement
    case.target_slot_id = replacement.slot_id if replacement else None
    case.chosen_by = actor.name if actor.is_staff else actor.kind
    case.save(update_fields=["choice", "settled_at", "replacement", "target_slot", "chosen_by"])
    return _move(case, "settle", actor, now)


def _move(case: StopCase, verb: str, actor: Actor, now: datetime) -> StopCase:
    history.move(case, STOP_CASE, verb, actor=actor, at=now, reason=case.choice)
    return case
