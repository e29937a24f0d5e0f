"""What patients are told by text message."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from booking.models import Appeal, Appointment, Ban, Patient, Slot, Stop, StopCase, WaitlistEntry
from hospital.common import clock
from hospital.common.crypto import unseal
from hospital.common.messages import message_send
from hospital.templatetags.fenliu import day


def booked(appointment: Appointment, slot: Slot, now: datetime) -> None:
    """The booking stands: when, where, and the code to check in with."""
    phone = appointment.patient.phone
    if not phone:
        return
    session = appointment.session
    with translation.override(settings.LANGUAGE_CODE):
        body = _("Booked: %(day)s %(start)s–%(end)s, %(expert)s, room %(room)s. Check-in code %(code)s.") % {
            "day": day(slot.starts_at),
            "start": clock.local(slot.starts_at).strftime("%H:%M"),
            "end": clock.local(slot.ends_at).strftime("%H:%M"),
            "expert": session.expert.label,
            "room": session.room.name,
            "code": appointment.checkin_code,
        }
    message_send(kind="booked", key=appointment.code, phone=phone, body=body, now=now)


def offer(entry: WaitlistEntry, slot: Slot, now: datetime) -> None:
    """A number is offered to somebody on the waitlist: which, and until when."""
    phone = entry.patient.phone
    if not phone or entry.accept_by is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        body = _("A number for %(day)s %(start)s is free for you. Take it and pay by %(until)s.") % {
            "day": clock.local(slot.starts_at).date().isoformat(),
            "start": clock.local(slot.starts_at).strftime("%H:%M"),
            "until": clock.local(entry.accept_by).strftime("%m-%d %H:%M"),
        }
    message_send(kind="offer", key=entry.code, phone=phone, body=body, now=now)


def moved(appointment: Appointment, slot: Slot, now: datetime) -> None:
    """The appointment is at another time now."""
    phone = appointment.patient.phone
    if not phone:
        return
    with translation.override(settings.LANGUAGE_CODE):
        body = _("Changed: your appointment is on %(day)s %(start)s–%(end)s. Check-in code %(code)s.") % {
            "day": clock.local(slot.starts_at).date().isoformat(),
            "start": clock.local(slot.starts_at).strftime("%H:%M"),
            "end": clock.local(slot.ends_at).strftime("%H:%M"),
            "code": appointment.checkin_code,
        }
    message_send(kind="moved", key=f"{appointment.code}-{appointment.moves}", phone=phone, body=body, now=now)


def stopped(case: StopCase, appointment: Appointment, now: datetime) -> None:
    """The clinic does not take place: why, what may be chosen, until when, and what happens otherwise."""
    phone = appointment.patient.phone or _account_phone(appointment)
    if not phone:
        return
    with translation.override(settings.LANGUAGE_CODE):
        body = stopped_text(case.stop, appointment, case.code)
    message_send(kind="stopped", key=case.code, phone=phone, body=body, now=now)


def stopped_text(stop: Stop, appointment: Appointment, code: str) -> str:
    """What the patient reads, in the language in force."""
    session = appointment.session
    facts = {
        "day": clock.local(appointment.slot.starts_at).date().isoformat(),
        "start": clock.local(appointment.slot.starts_at).strftime("%H:%M"),
        "expert": session.expert.label,
        "reason": stop.reason,
        "until": clock.local(stop.choose_by).strftime("%m-%d %H:%M") if stop.choose_by else "",
        "link": settings.PUBLIC_URL + reverse("booking:stopped", args=[code]),
    }
    if appointment.state == "held":
        return (
            _(
                "Clinic cancelled: %(expert)s, %(day)s %(start)s (%(reason)s). Your unpaid number is released;"
                " nothing is charged."
            )
            % facts
        )
    return (
        _(
            "Clinic cancelled: %(expert)s, %(day)s %(start)s (%(reason)s). Choose another number at no cost, or a"
            " refund, by %(until)s: %(link)s Without an answer you get a full refund."
        )
        % facts
    )


def _account_phone(appointment: Appointment) -> str:
    account = appointment.account
    return unseal(account.phone_sealed) if account and account.phone_sealed else ""


def ban(made: Ban, now: datetime) -> None:
    """Online booking is closed for a patient: why, until when, and what can be done."""
    with translation.override(settings.LANGUAGE_CODE):
        body = _(
            "Online booking for the patient with the ID ending %(tail)s is closed until %(until)s: %(why)s."
            " Walk-in stays possible. You can appeal under “My appointments”."
        ) % {"tail": made.patient.id_tail, "until": day(made.ends_at), "why": made.get_reason_display()}
    for phone in _phones(made.patient):
        message_send(kind="ban", key=made.code, phone=phone, body=body, now=now)


def appeal_answered(appeal: Appeal, now: datetime) -> None:
    """The hospital's answer to an appeal, to whoever asked."""
    with translation.override(settings.LANGUAGE_CODE):
        upheld = _("upheld") if appeal.state == "upheld" else _("rejected")
        body = _("Your appeal was %(result)s. The hospital’s answer: %(answer)s") % {
            "result": upheld,
            "answer": appeal.answer,
        }
    if appeal.account.phone_sealed:
        phone = unseal(appeal.account.phone_sealed)
        message_send(kind="appeal", key=appeal.code, phone=phone, body=body, now=now)


def _phones(patient: Patient) -> list[str]:
    """The patient's own phone, else that of the first account that books for them: children have none."""
    if patient.phone:
        return [patient.phone]
    links = patient.accounts.filter(account__phone_sealed__isnull=False).order_by("pk")
    sealed = links.values_list("account__phone_sealed", flat=True).first()
    return [unseal(sealed)] if sealed else []
