"""What patients are told: one function for each event, called inside the transaction of what happened.

Each is told once (one row for each kind, key and channel), in the account's language. None can fail what it
tells about: whatever goes wrong in here is logged and undone alone.
"""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from django.db import OperationalError, transaction

from booking.models import (
    Appeal,
    Appointment,
    Ban,
    DataRequest,
    DrawRequest,
    Expert,
    Refund,
    Slot,
    Stop,
    StopCase,
    WaitlistEntry,
)
from booking.services.notice_facts import (
    address,
    moment,
    money_facts,
    page,
    session_facts,
    slot_facts,
    stop_facts,
    time_key,
)
from booking.services.notice_rows import tell, tell_of
from booking.services.notice_texts import notice_text
from hospital.common.messages import message_withdraw
from hospital.common.words import yuan_short

logger = logging.getLogger(__name__)

P = ParamSpec("P")


def _notice(event: Callable[P, None]) -> Callable[P, None]:
    """Keep what goes wrong in ``event`` away from its caller; a lost connection or a deadlock is everybody's."""

    @wraps(event)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with transaction.atomic():
                event(*args, **kwargs)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - a notice is never worth a booking
            place = traceback.extract_tb(error.__traceback__)[-1]  # not its text, which may name a person
            logger.error(
                "notice %s was not written: %s, line %s", event.__name__, type(error).__name__, place.lineno
            )

    return told


@_notice
def booked(appointment: Appointment, slot: Slot, now: datetime) -> None:
    """The booking stands: when, where, the code to check in with, and until when it can be given back."""
    late = now >= appointment.session.walk_in_opens_at
    tell_of(appointment, "booked", slot, now, text="booked_late" if late else "booked")


@_notice
def pay_link(held: Appointment, now: datetime) -> None:
    """A number is held that the desk or an expert gave: where to pay it, without signing in, and until when."""
    link = page("link-pay", held.code)
    tell(
        "pay_link",
        held.code,
        patient=held.patient,
        facts=lambda: {
            **slot_facts(held.slot, held.session),
            "amount": yuan_short(held.fee_fen),
            "until": moment(held.pay_by),
            "link": address(link),
        },
        link=link,
        expires_at=held.pay_by,
        now=now,
    )


@_notice
def moved(appointment: Appointment, slot: Slot, now: datetime) -> None:
    """The appointment is at another time now; a reminder of the old time is not sent any more."""
    message_withdraw(kind="reminder", key=time_key(appointment, ago=1))
    tell_of(appointment, "moved", slot, now, key=time_key(appointment))


@_notice
def reminder(appointment: Appointment, slot: Slot, now: datetime) -> None:
    """Tomorrow is the day. Of no use once it has begun."""
    tell_of(appointment, "reminder", slot, now, key=time_key(appointment), expires_at=slot.starts_at)


@_notice
def cancelled(appointment: Appointment, now: datetime, *, refunded: bool) -> None:
    """The appointment is given back, and what happens to the money; a reminder is not sent any more."""
    message_withdraw(kind="reminder", key=time_key(appointment))
    text = "cancelled_refunded" if refunded else "cancelled" if appointment.fee_fen else "cancelled_unpaid"
    tell_of(appointment, "cancelled", appointment.slot, now, text=text)


@_notice
def substituted(appointment: Appointment, slot: Slot, now: datetime, *, before: Expert) -> None:
    """Another expert holds the clinic, at the same time with the same code."""
    tell_of(
        appointment,
        "substituted",
        slot,
        now,
        key=f"{appointment.code}-{appointment.session.expert_id}",
        more=lambda: {"before": before.label},
    )


@_notice
def offer(entry: WaitlistEntry, slot: Slot, now: datetime) -> None:
    """A number is offered to somebody on the waitlist: which, and until when."""
    link = page("waitlist-entry", entry.code)
    tell(
        "offer",
        entry.code,
        patient=entry.patient,
        account=entry.account,
        facts=lambda: (
            slot_facts(slot, entry.session) | {"until": moment(entry.accept_by), "link": address(link)}
        ),
        link=link,
        expires_at=entry.accept_by,
        now=now,
    )


@_notice
def offer_lapsed(entry: WaitlistEntry, now: datetime) -> None:
    """The offer was not taken in time."""
    _tell_waiting(entry, "offer_lapsed", now)


@_notice
def waitlist_ended(entry: WaitlistEntry, now: datetime) -> None:
    """No number came free before walk-in registration opened, or the clinic was stopped."""
    stop = entry.session.state == "stopped"
    _tell_waiting(entry, "waitlist_ended", now, text="waitlist_stopped" if stop else "")


@_notice
def stopped(case: StopCase, appointment: Appointment, now: datetime) -> None:
    """The clinic does not take place: why, what may be chosen, until when, and what happens otherwise."""
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
    return "stopped_unpaid" if appointment.state in {"held", "expired"} else "stopped"


@_notice
def stop_settled(case: StopCase, now: datetime) -> None:
    """The clinic was stopped and the money goes back; a new number is told of as booked."""
    tell_of(case.appointment, "stop_settled", case.appointment.slot, now, key=case.code)


@_notice
def refund(refund: Refund, now: datetime) -> None:
    """The money is back."""
    _tell_refund(refund, "refund", now)


@_notice
def refund_failed(refund: Refund, now: datetime) -> None:
    """The provider cannot pay it back: how the patient gets it all the same."""
    _tell_refund(refund, "refund_failed", now)


@_notice
def ban(ban: Ban, now: datetime) -> None:
    """No online booking: why, until when, what stays possible, how to appeal."""
    tell(
        "ban",
        ban.code,
        patient=ban.patient,
        facts=lambda: {"until": moment(ban.ends_at), "reason": ban.get_reason_display()},
        link=page("appointments"),
        now=now,
    )


@_notice
def ban_lifted(ban: Ban, now: datetime) -> None:
    """The ban is over before its time."""
    tell("ban_lifted", ban.code, patient=ban.patient, link=page("appointments"), now=now)


@_notice
def appeal_answered(appeal: Appeal, now: datetime) -> None:
    """What the hospital decided, in its words."""
    thing = appeal.ban or appeal.appointment
    if thing is None:
        return
    tell(
        "appeal_answered",
        appeal.code,
        patient=thing.patient,
        account=appeal.account,
        text="appeal_upheld" if appeal.state == "upheld" else "appeal_rejected",
        facts=lambda: {"answer": appeal.answer},
        link=page("appointments"),
        now=now,
    )


@_notice
def data_answered(request: DataRequest, now: datetime) -> None:
    """What became of a wish about one's own data, told to the account that asked."""
    if request.account is None:
        return
    tell(
        "data_answered",
        request.code,
        patient=request.patient,
        account=request.account,
        text="data_granted" if request.state == "done" else "data_refused",
        facts=lambda: {"answer": request.answer, "wish": request.get_kind_display()},
        link=page("my-data"),
        now=now,
    )


@_notice
def draw_won(request: DrawRequest, appointment: Appointment, now: datetime) -> None:
    """The lot gave a number: it is kept until it must be paid."""
    link = page("pay", appointment.code)
    tell(
        "draw_won",
        request.code,
        patient=request.patient,
        account=request.account,
        facts=lambda: (
            slot_facts(appointment.slot, request.session)
            | {"until": moment(appointment.pay_by), "link": address(link)}
        ),
        link=link,
        expires_at=appointment.pay_by,
        now=now,
    )


@_notice
def draw_lost(request: DrawRequest, now: datetime) -> None:
    """The lot gave none."""
    tell(
        "draw_lost",
        request.code,
        patient=request.patient,
        account=request.account,
        facts=lambda: slot_facts(request.slot, request.session),
        link=page("expert", request.session.expert.code),
        now=now,
    )


def _tell_waiting(entry: WaitlistEntry, kind: str, now: datetime, *, text: str = "") -> None:
    session = entry.session
    tell(
        kind,
        entry.code,
        patient=entry.patient,
        account=entry.account,
        text=text,
        facts=lambda: session_facts(session),
        link=page("expert", session.expert.code),
        now=now,
    )


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
