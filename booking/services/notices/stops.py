"""A clinic that does not take place, and money that comes back."""

from datetime import datetime

from booking.models import Appointment, Refund, Stop, StopCase, WalkIn
from booking.services.notice_facts import money_facts, page, session_facts, stop_facts, time_key, why
from booking.services.notice_rows import tell, tell_of
from booking.services.notice_texts import notice_text
from booking.services.notices.told import notice
from hospital.common.messages import message_withdraw


@notice
def stopped(case: StopCase, appointment: Appointment, now: datetime) -> None:
    """The clinic does not take place: why, what may be chosen, until when, and what happens otherwise.

    Whoever has checked in is sent to the nurse desk: the desk helps in person.
    """
    message_withdraw(kind="reminder", key=time_key(appointment))
    stop = case.stop
    tell(
        "stopped",
        case.code,
        patient=appointment.patient,
        account=appointment.account,
        text=_stopped_name(appointment),
        facts=lambda: stop_facts(stop, appointment, case.code),
        link=page("stopped", case.code),
        now=now,
    )


def stopped_text(stop: Stop, appointment: Appointment, code: str) -> str:
    """What the patient of a stopped clinic reads, in the language in force (for the manager's preview)."""
    facts = {"patient": appointment.patient.name, **stop_facts(stop, appointment, code)}
    return notice_text(_stopped_name(appointment), facts)


def _stopped_name(appointment: Appointment) -> str:
    if appointment.state == "arrived":
        return "stopped_here"
    return "stopped_unpaid" if appointment.state in {"held", "expired"} else "stopped"


@notice
def stopped_walk_in(walk_in: WalkIn, now: datetime) -> None:
    """The clinic that somebody waits for in the hospital was stopped."""
    session = walk_in.session
    tell(
        "stopped",
        walk_in.code,
        patient=walk_in.patient,
        text="stopped_here",
        facts=lambda: session_facts(session) | {"why": why(session.stop_reason)},
        now=now,
    )


@notice
def stop_settled(case: StopCase, now: datetime) -> None:
    """The clinic was stopped and the money goes back; a new number is told of as booked."""
    tell_of(case.appointment, "stop_settled", case.appointment.slot, now, key=case.code)


@notice
def refund(refund: Refund, now: datetime) -> None:
    """The money is back."""
    _tell_refund(refund, "refund", now)


@notice
def refund_failed(refund: Refund, now: datetime) -> None:
    """The provider cannot pay it back: how the patient gets it all the same."""
    _tell_refund(refund, "refund_failed", now)


@notice
def refund_cash(refund: Refund, now: datetime) -> None:
    """What was paid in cash waits at the front desk."""
    _tell_refund(refund, "refund_cash", now)


def _tell_refund(refund: Refund, kind: str, now: datetime) -> None:
    paid_for = refund.payment.appointment or refund.payment.walk_in
    if paid_for is None:
        return
    booked_ahead = refund.payment.appointment
    tell(
        kind,
        refund.code,
        patient=paid_for.patient,
        account=booked_ahead.account if booked_ahead else None,
        facts=lambda: money_facts(refund, paid_for),
        link=page("appointment", booked_ahead.code) if booked_ahead else "",
        now=now,
    )
