"""What becomes of a booking."""

from datetime import datetime

from booking.models import Appointment, Expert, Slot
from booking.selectors.policies import cancel_until
from booking.services.notice_facts import address, moment, page, slot_facts, time_key
from booking.services.notice_rows import tell, tell_of
from booking.services.notices.told import notice
from hospital.common.messages import message_withdraw
from hospital.common.words import yuan_short


@notice
def booked(appointment: Appointment, slot: Slot, now: datetime) -> None:
    """The booking stands: when, where, the code to check in with, and until when it can be given back."""
    late = now >= cancel_until(appointment.session)
    tell_of(appointment, "booked", slot, now, text="booked_late" if late else "booked")


@notice
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


@notice
def moved(appointment: Appointment, slot: Slot, now: datetime) -> None:
    """The appointment is at another time now; a reminder of the old time is not sent any more."""
    message_withdraw(kind="reminder", key=time_key(appointment, ago=1))
    tell_of(appointment, "moved", slot, now, key=time_key(appointment))


@notice
def reminder(appointment: Appointment, slot: Slot, now: datetime) -> None:
    """Tomorrow is the day. Of no use once it has begun."""
    text = "reminder_late" if now >= cancel_until(appointment.session) else "reminder"
    tell_of(
        appointment, "reminder", slot, now, key=time_key(appointment), text=text, expires_at=slot.starts_at
    )


@notice
def cancelled(appointment: Appointment, now: datetime, *, refunded: bool) -> None:
    """The appointment is given back, and what happens to the money; a reminder is not sent any more."""
    message_withdraw(kind="reminder", key=time_key(appointment))
    text = "cancelled_refunded" if refunded else "cancelled" if appointment.fee_fen else "cancelled_unpaid"
    tell_of(appointment, "cancelled", appointment.slot, now, text=text)


@notice
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
