"""Appointments: of an account, and found by the desk."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from booking.domain.errors import UnknownNumber
from booking.domain.states import APPOINTMENT_LIVE
from booking.models import Appointment, Payment
from booking.selectors.own import own_or_any, owned_by
from booking.selectors.patients import patients_find
from hospital.models import User

_PAYMENTS = Prefetch("payments", queryset=Payment.objects.select_related("refund").order_by("pk"))


def _appointments() -> QuerySet[Appointment]:
    return Appointment.objects.select_related(
        "patient", "slot", "session__expert__department", "session__room", "stop_case__stop"
    ).prefetch_related(_PAYMENTS)


def appointments_of_user(*, user: User) -> QuerySet[Appointment]:
    """What is this account's (see :func:`~booking.selectors.own.owned_by`), the newest clinic day first."""
    return _appointments().filter(owned_by(user)).order_by("-slot__starts_at", "-pk")


def holds_of_user(*, user: User, expert_id: int, now: datetime) -> list[Appointment]:
    """Numbers with this expert that the account took and can still pay, newest first."""
    held = _appointments().filter(account=user, state="held", pay_by__gt=now, session__expert=expert_id)
    return list(held.order_by("-slot__starts_at", "-pk"))


def holds_overdue(*, user: User, now: datetime) -> list[int]:
    """Keys of the account's holds whose time ran out and which no job has ended yet."""
    overdue = Appointment.objects.filter(account=user, state="held", pay_by__lte=now)
    return list(overdue.order_by("pk").values_list("pk", flat=True))


def appointments_ahead(*, user: User, ends_after: datetime) -> list[Appointment]:
    """The account's live appointments whose slot ends after a moment, soonest first, with their tickets."""
    live = appointments_of_user(user=user).filter(state__in=APPOINTMENT_LIVE, slot__ends_at__gt=ends_after)
    return list(live.prefetch_related("tickets__queue").order_by("slot__starts_at", "pk"))


def appointment_for_user(*, user: User, code: str) -> Appointment:
    """An appointment this user may see: one's own, any for the desk. A stranger's does not exist.

    Raises
    ------
    UnknownNumber
        When there is none.
    """
    return own_or_any(_appointments(), user=user, code=code, field="appointment")


def appointment_by_id(*, appointment_id: int) -> Appointment:
    """An appointment with its slot and session, as it is now. Raises ``UnknownNumber``."""
    appointment = _appointments().filter(pk=appointment_id).first()
    if appointment is None:
        raise UnknownNumber(field="appointment")
    return appointment


def add_on_given(*, session_code: str, code: str) -> Appointment | None:
    """The number of this code that was added to the session, as it is now."""
    return (
        _appointments().filter(session__code=session_code, code=code, add_on=True).first() if code else None
    )


def appointment_by_link(*, code: str) -> Appointment:
    """A number that the desk or an expert gave: its unguessable code is the key, for many have no account.

    Raises
    ------
    UnknownNumber
        When there is none; what an account booked is seen by signing in only, and of a person whose identity was
        deleted nothing is (the account is gone from those numbers, too).
    """
    found = _appointments().filter(code=code, account=None, patient__erased_at=None).first()
    if found is None:
        raise UnknownNumber(field="appointment")
    return found


def patient_appointments_ahead(*, patient_id: int, ends_after: datetime) -> list[Appointment]:
    """The patient's live appointments whose slot ends after a moment, soonest first, whoever booked them."""
    live = _appointments().filter(
        patient_id=patient_id, state__in=APPOINTMENT_LIVE, slot__ends_at__gt=ends_after
    )
    return list(live.order_by("slot__starts_at", "pk"))


def appointments_of_patient(*, patient_id: int, day: date, now: datetime) -> list[Appointment]:
    """The patient's appointments of a clinic day, and of the day before where the session still runs."""
    found = _appointments().filter(patient_id=patient_id, session__date__in=[day - timedelta(days=1), day])
    return list(
        found.filter(Q(session__date=day) | Q(session__closes_at__gt=now)).order_by("slot__starts_at", "pk")
    )


def appointments_find(*, day: date | None = None, code: str = "", id_number: str = "") -> list[Appointment]:
    """For check-in: by booking code, check-in code or document number; on ``day`` when one is given."""
    typed = "".join(code.split()).upper()
    if typed:
        found = _appointments().filter(checkin_code=typed) | _appointments().filter(code=typed)
    elif id_number:
        found = _appointments().filter(
            patient__in=[patient.pk for patient in patients_find(id_number=id_number)]
        )
    else:
        return []
    if day is not None:
        found = found.filter(session__date=day)
    return list(found.order_by("slot__starts_at", "pk")[:20])


def appointments_not_here(*, session_ids: Iterable[int]) -> list[Appointment]:
    """Who has, or had, a number in these sessions and did not check in: to be paid, booked, cancelled or missed."""
    without = ("held", "booked", "cancelled", "unresolved", "no_show", "excused")
    found = Appointment.objects.filter(session__in=list(session_ids), state__in=without)
    return list(found.select_related("patient", "slot").order_by("slot__starts_at", "pk"))
