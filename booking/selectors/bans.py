"""Bans, missed appointments and appeals: of an account, and for the managers who decide."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet, Value

from booking.domain.errors import UnknownNumber
from booking.models import Appeal, Appointment, Ban, DataRequest
from hospital.models import User

SHOWN = 200
_WITH_SESSION = ("patient", "slot", "session__expert__department", "session__room")
_MISSES = Prefetch(
    "misses", queryset=Appointment.objects.select_related(*_WITH_SESSION).order_by("slot__starts_at")
)
_APPEALS = Prefetch("appeals", queryset=Appeal.objects.order_by("pk"))


@dataclass(frozen=True, slots=True)
class ToDecide:
    """How much waits for a manager."""

    no_shows: int
    appeals: int
    requests: int


def ban_in_force(*, patient_id: int, now: datetime) -> Ban | None:
    """The ban that keeps this patient from booking online the longest; None when there is none."""
    return Ban.objects.in_force(now).filter(patient_id=patient_id).order_by("-ends_at").first()


def bans_in_force(*, now: datetime) -> list[Ban]:
    """Every ban in force with what it was made for, the newest first."""
    bans = Ban.objects.in_force(now).select_related("patient")
    return list(bans.prefetch_related(_MISSES).order_by("-starts_at", "-pk")[:SHOWN])


def bans_count(*, now: datetime) -> int:
    """How many patients cannot book online now."""
    return Ban.objects.in_force(now).values("patient_id").distinct().count()


def to_decide() -> ToDecide:
    """The counts beside the managers' list of pages; one query."""
    waiting = {
        "no_shows": Appointment.objects.filter(state="unresolved"),
        "appeals": Appeal.objects.filter(state="open"),
        "requests": DataRequest.objects.filter(state="open"),
    }
    kinds = [rows.order_by().values_list(Value(kind)).annotate(Count("pk")) for kind, rows in waiting.items()]
    counted = dict(kinds[0].union(*kinds[1:]))
    return ToDecide(**{kind: counted.get(kind, 0) for kind in waiting})


def bans_of_user(*, user: User, now: datetime) -> list[Ban]:
    """Bans in force of the people whom the account books for, with what they were made for and the appeals."""
    bans = Ban.objects.in_force(now).filter(patient__accounts__account=user).select_related("patient")
    return list(bans.prefetch_related(_MISSES, _APPEALS).order_by("ends_at", "pk"))


def ban_for_user(*, user: User, code: str) -> Ban:
    """A ban of somebody whom the account books for; a stranger's does not exist. Raises ``UnknownNumber``."""
    found = Ban.objects.filter(code=code, patient__accounts__account=user).select_related("patient")
    ban = found.prefetch_related(_MISSES, _APPEALS).first()
    if ban is None:
        raise UnknownNumber(field="ban")
    return ban


def ban_by_code(*, code: str) -> Ban:
    """A ban by code, for managers. Raises ``UnknownNumber``."""
    ban = Ban.objects.filter(code=code).first()
    if ban is None:
        raise UnknownNumber(field="ban")
    return ban


def appeals_of_appointment(*, appointment_id: int) -> list[Appeal]:
    """What was said about an appointment, oldest first."""
    return list(Appeal.objects.filter(appointment_id=appointment_id).order_by("pk"))


def no_shows_unresolved() -> list[Appointment]:
    """Appointments nobody was seen coming to, the longest waiting first, with how often each patient was missed."""
    return list(_resolvable("unresolved").order_by("session__closed_at", "slot__starts_at", "pk")[:SHOWN])


def no_shows_confirmed(*, since: datetime) -> list[Appointment]:
    """Confirmed no-shows of late, the newest first."""
    found = _resolvable("no_show").filter(slot__starts_at__gte=since)
    return list(found.order_by("-slot__starts_at", "pk")[:SHOWN])


def _resolvable(state: str) -> QuerySet[Appointment]:
    missed = Count("patient__appointments", filter=Q(patient__appointments__state="no_show"))
    found = Appointment.objects.filter(state=state).select_related(*_WITH_SESSION, "ban")
    return found.annotate(missed=missed).prefetch_related(_APPEALS)


def appeals_open() -> list[Appeal]:
    """Appeals that wait for an answer, the oldest first, with what they are about."""
    return list(_appeals().filter(state="open").order_by("asked_at", "pk")[:SHOWN])


def appeals_answered(*, limit: int = 30) -> list[Appeal]:
    """The last answers."""
    return list(_appeals().exclude(state="open").order_by("-answered_at", "-pk")[:limit])


def appeal_by_code(*, code: str) -> Appeal:
    """An appeal by code, for managers. Raises ``UnknownNumber``."""
    appeal = _appeals().filter(code=code).first()
    if appeal is None:
        raise UnknownNumber(field="appeal")
    return appeal


def _appeals() -> QuerySet[Appeal]:
    about = [f"appointment__{name}" for name in _WITH_SESSION]
    return Appeal.objects.select_related("ban__patient", *about).prefetch_related(
        Prefetch("ban__misses", queryset=_MISSES.queryset),
        Prefetch("ban__patient__bans", queryset=Ban.objects.order_by("-starts_at", "-pk")),
    )
