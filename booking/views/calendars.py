"""An appointment as a calendar file."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from booking.models import Appointment
from hospital.common import clock
from hospital.common.language import hospital_name

REMINDERS = (timedelta(days=1), timedelta(hours=2))
"""The day before, while it can still be given back; and in time for the way."""
OVER = frozenset({"cancelled", "expired"})


def appointment_calendar(found: Appointment, *, now: datetime) -> bytes:
    """Where, when, with whom, and reminders; a later file of the same appointment takes its place."""
    file = Calendar()
    file.add("prodid", "-//Fenliu//EN")
    file.add("version", "2.0")
    file.add_component(_event(found, now))
    file.add_missing_timezones()
    return bytes(file.to_ical())


def _event(found: Appointment, now: datetime) -> Event:
    session, event, is_over = found.session, Event(), found.state in OVER
    event.add("uid", f"{found.code}@fenliu")
    event.add("dtstamp", now)
    event.add("sequence", found.moves + is_over)
    event.add("status", "CANCELLED" if is_over else "TENTATIVE" if found.state == "held" else "CONFIRMED")
    event.add("dtstart", clock.local(found.slot.starts_at))
    event.add("dtend", clock.local(found.slot.ends_at))
    whom = {"hospital": hospital_name(), "expert": session.expert.label, "patient": found.patient.name}
    summary = _("%(hospital)s: doctor %(expert)s for %(patient)s") % whom
    event.add("summary", summary)
    event.add("location", f"{hospital_name()} {session.room.place_label} {session.room.name}")
    event.add("description", _("Check-in code %(code)s") % {"code": found.checkin_code})
    for before in () if is_over else REMINDERS:
        event.add_component(_alarm(summary, before))
    return event


def _alarm(text: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -before)
    return alarm
