"""What patients are told by text message."""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from booking.models import Appointment, Slot, WaitlistEntry
from hospital.common import clock
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
