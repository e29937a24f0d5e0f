"""The reminder of the evening before: once for each time that an appointment has."""

from datetime import datetime, time, timedelta

from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from booking.domain.reminders import Reminding, reminding
from booking.locks import lock_appointment
from booking.models import Appointment
from booking.services import notices
from hospital.common import clock, jobs
from hospital.common.models import Message
from hospital.common.policy import policy
from hospital.common.transactions import transactional

AT_ONCE = 500


def reminders_send(now: datetime) -> int:
    """Remind the patients of tomorrow who have not been; each is a transaction of its own."""
    whom = reminding(clock.local(now), policy().reminder_time)
    if whom is None:
        return 0
    due = reminders_due(whom).values_list("pk", flat=True)[:AT_ONCE]
    return sum(jobs.each("remind", due, lambda pk: reminder_send(appointment_id=pk, now=now)))


@transactional
def reminder_send(*, appointment_id: int, now: datetime) -> bool:
    """Remind one patient, unless the number was given back or moved a moment ago.

    Returns
    -------
    bool
        Whether the appointment still stands.
    """
    locked = lock_appointment(appointment_id)
    if locked.appointment.state != "booked" or locked.slot.starts_at <= now:
        return False
    notices.reminder(locked.appointment, locked.slot, now)
    return True


def reminders_due(whom: Reminding) -> QuerySet[Appointment]:
    """Booked appointments of the day that nobody was reminded of, soonest first."""
    begins = _moment(whom, time())
    ends = _moment(whom, whom.before, days=0 if whom.before > time() else 1)
    told_today = _moment(whom, whom.since, days=-1)
    key = Case(
        When(moves=0, then=F("code")),
        default=Concat("code", Value("-"), Cast("moves", CharField())),
    )
    told = Message.objects.filter(key=OuterRef("key"))
    return (
        Appointment.objects.filter(
            state="booked", slot__starts_at__gte=begins, slot__starts_at__lt=ends, booked_at__lt=told_today
        )
        .annotate(key=key)
        .exclude(Exists(told.filter(kind="reminder")))
        .exclude(Exists(told.filter(kind="moved", created_at__gte=told_today)))
        .order_by("slot__starts_at", "pk")
    )


def _moment(whom: Reminding, at: time, *, days: int = 0) -> datetime:
    return datetime.combine(whom.day + timedelta(days=days), at, tzinfo=clock.zone())
