"""A number that was called in vain too often."""

from datetime import datetime

from booking.models import Appointment, WalkIn
from booking.services.notice_facts import page
from booking.services.notice_rows import tell
from booking.services.notices.told import notice


@notice
def void(number: Appointment | WalkIn, now: datetime, *, times: int) -> None:
    """The patient was called so often while absent that the number is void: the desk helps."""
    booked_ahead = number if isinstance(number, Appointment) else None
    tell(
        "void",
        number.code,
        patient=number.patient,
        account=booked_ahead.account if booked_ahead else None,
        facts=lambda: {"times": times, "expert": number.session.expert.label},
        link=page("appointment", booked_ahead.code) if booked_ahead else "",
        now=now,
    )
