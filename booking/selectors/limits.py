"""What stands against a patient's having a number."""

from datetime import datetime

from booking.domain.errors import AlreadyBooked, Banned, LimitReached
from booking.domain.states import APPOINTMENT_LIVE
from booking.models import Appointment, Ban, ClinicSession
from hospital.common import clock
from hospital.common.errors import DomainError
from hospital.common.policy import Policy


def patient_refusal(
    *,
    session: ClinicSession,
    patient_id: int,
    now: datetime,
    rules: Policy,
    without: int | None = None,
    despite_ban: bool = False,
) -> DomainError | None:
    """Why this patient may not have a number in ``session``: a ban, or a limit.

    Whoever writes a number on this answer holds the patient's lock. ``without``: an appointment that goes away
    in the same step and so does not count. ``despite_ban``: for a number in place of one that the hospital took away.
    """
    ban = Ban.objects.filter(
        patient_id=patient_id, lifted_at=None, starts_at__lte=now, ends_at__gt=now
    ).first()
    if ban is not None and not despite_ban:
        return Banned(until=clock.local(ban.ends_at).date().isoformat())
    mine = Appointment.objects.filter(
        patient_id=patient_id, state__in=APPOINTMENT_LIVE, session__date=session.date
    ).exclude(pk=without or 0)
    held = list(mine.values_list("session__expert__department_id", flat=True))
    departments = set(held)
    here = session.expert.department_id
    if held.count(here) >= rules.numbers_per_department_day:
        return AlreadyBooked()
    departments.discard(here)
    if len(departments) >= rules.departments_per_day:
        return LimitReached(limit=rules.departments_per_day)
    return None
