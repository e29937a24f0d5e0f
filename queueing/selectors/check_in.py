"""Which appointment somebody wants to check in: by code, by QR, by document."""

from datetime import timedelta
from typing import TYPE_CHECKING

from booking import selectors as booking
from hospital.common import clock
from queueing.domain.errors import AppointmentUnknown, SeveralFound, WrongDay
from queueing.domain.states import PASSED
from queueing.models import Ticket

if TYPE_CHECKING:
    from datetime import datetime

    from booking.models import Appointment

CODE_MAX = 12


def scanned_code(text: str) -> str:
    """The code in a scanned QR: the code itself, or the last part of the address that carries it.

    Examples
    --------
    >>> scanned_code("https://h.example/appointments/AB23CD45/"), scanned_code(" ab23cd45 ")
    ('AB23CD45', 'AB23CD45')
    """
    path = text.strip().split("?")[0].split("#")[0].rstrip("/")
    return path.rsplit("/", 1)[-1].upper()[: CODE_MAX + 1]


def appointment_to_check_in(
    *,
    now: "datetime",
    appointment: str = "",
    qr: str = "",
    id_number: str = "",
    phone_tail: str | None = None,
) -> "Appointment":
    """The one appointment that is meant.

    ``phone_tail`` is what a kiosk asks besides the document; None asks nothing.

    Raises
    ------
    AppointmentUnknown
        When nothing fits, or the phone's last digits do not.
    SeveralFound
        When a document has several appointments now; ``choices`` name them without the person.
    WrongDay
        When the document has a booked appointment on another day only.
    """
    code = scanned_code(qr) if qr else appointment.strip()
    found = booking.appointments_find(code=code) if code else _by_document(id_number, phone_tail, now)
    if not found:
        raise AppointmentUnknown
    open_ones = [one for one in found if one.state == "booked"] or _passed(found)
    if len(open_ones) > 1:
        raise SeveralFound(choices=[_choice(one) for one in open_ones])
    return (open_ones or found)[0]


def _by_document(id_number: str, phone_tail: str | None, now: "datetime") -> "list[Appointment]":
    today = clock.local(now).date()
    found = [
        one
        for day in (today - timedelta(days=1), today)
        for one in booking.appointments_find(day=day, id_number=id_number)
        if one.session.date == today or one.session.closes_at > now
    ]
    others = found or booking.appointments_find(id_number=id_number)
    if phone_tail is not None:
        found = [one for one in found if _tail_fits(one, phone_tail)]
        others = [one for one in others if _tail_fits(one, phone_tail)]
    ahead = [one for one in others if one.state == "booked" and one.session.date > today]
    if not found and ahead:
        raise WrongDay(date=ahead[0].session.date.isoformat())
    return found


def _passed(found: "list[Appointment]") -> "list[Appointment]":
    """Appointments whose ticket was passed: reporting again brings them back into the queue."""
    arrived = [one.pk for one in found if one.state == "arrived"]
    passed = set(
        Ticket.objects.filter(appointment__in=arrived, state=PASSED).values_list("appointment_id", flat=True)
    )
    return [one for one in found if one.pk in passed]


def _tail_fits(appointment: "Appointment", phone_tail: str) -> bool:
    return bool(phone_tail) and appointment.patient.phone_tail == phone_tail


def _choice(appointment: "Appointment") -> dict[str, str]:
    expert = appointment.session.expert
    return {
        "appointment": appointment.code,
        "department": expert.department.name,
        "expert": expert.name,
        "room": appointment.session.room.name,
        "starts_at": clock.stated(appointment.slot.starts_at),
    }
