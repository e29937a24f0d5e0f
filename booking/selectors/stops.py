"""Stopped clinics: which there are, what may be had instead, how far each is carried out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Sum,
)

from booking.domain.errors import UnknownNumber
from booking.domain.specialties import parts
from booking.domain.states import APPOINTMENT_LIVE
from booking.domain.stops import Clinic
from booking.models import (
    AccountPatient,
    Appointment,
    ClinicSession,
    Payment,
    Slot,
    Stop,
    StopCase,
)
from booking.selectors.own import own_or_any
from hospital.models import User

SHOWN_MAX = 200
_WHERE = ("session__expert__department", "session__room")


def stop_by_code(*, code: str) -> Stop:
    """A stop with its session, expert, department and room. Raises ``UnknownNumber``."""
    stop = Stop.objects.select_related(*_WHERE, "proposed_by").filter(code=code).first()
    if stop is None:
        raise UnknownNumber(field="stop")
    return stop


def stops_shown(*, now: datetime) -> QuerySet[Stop]:
    """Stops that are open, and those of the last four weeks; open ones first."""
    recent = Q(proposed_at__gte=now - timedelta(days=28)) | Q(state__in=["proposed", "applying"])
    counted = Stop.objects.filter(recent).exclude(state="discarded").select_related(*_WHERE)
    counted = counted.annotate(
        people=Count("cases"), open_cases=Count("cases", filter=~Q(cases__state="settled"))
    )
    return counted.order_by("finished_at", "session__opens_at", "pk")


def sessions_to_stop(*, now: datetime, department: str = "", code: str = "") -> list[ClinicSession]:
    """Sessions of the next four weeks that can be stopped, with their numbers; ``code`` alone when it is given."""
    found = ClinicSession.objects.filter(closes_at__gt=now, opens_at__lt=now + timedelta(weeks=4))
    found = found.exclude(state__in=["stopped", "closed"]).select_related("expert__department", "room")
    if department:
        found = found.filter(expert__department__code=department)
    if code:
        found = found.filter(code=code)
    return list(found.annotate(taken=Sum("slots__booked")).order_by("opens_at", "letter")[:SHOWN_MAX])


def stops_open_count() -> int:
    """How many stops wait for a manager: proposed, or with people who have not chosen."""
    return Stop.objects.filter(state__in=["proposed", "applying"]).count()


def clinic_of(session: ClinicSession) -> Clinic:
    """What decides whether a session may stand in for another."""
    expert = session.expert
    knows = frozenset(parts(expert.specialty))
    return Clinic(session.pk, expert.pk, expert.department_id, expert.title, session.fee_fen, knows)


def slots_instead(*, session: ClinicSession, fee_fen: int, now: datetime) -> list[Slot]:
    """Slots with numbers left that the session's patients may choose: the same expert, or the same grade; one query."""
    grade = Q(session__expert__title=session.expert.title) & Q(
        session__expert__department_id=session.expert.department_id
    )
    found = Slot.objects.open_for_booking(now).filter(
        grade | Q(session__expert_id=session.expert_id), session__fee_fen=fee_fen
    )
    found = found.exclude(session_id=session.pk)
    return list(found.select_related(*_WHERE).order_by("session__opens_at", "session_id", "starts_at"))


def stopping_beside(session: ClinicSession) -> list[ClinicSession]:
    """Sessions that are proposed to be stopped, too, and whose patients may want the same numbers; one query."""
    proposed = ClinicSession.objects.filter(stops__state="proposed").exclude(pk=session.pk)
    alike = proposed.filter(
        expert__department_id=session.expert.department_id,
        expert__title=session.expert.title,
        fee_fen=session.fee_fen,
    )
    return list(alike.select_related("expert").order_by("opens_at", "pk"))


def affected_of(session: ClinicSession) -> list[Appointment]:
    """The numbers of the session that are held, booked or checked in, by time."""
    live = Appointment.objects.filter(session=session, state__in=APPOINTMENT_LIVE)
    payments = Prefetch("payments", queryset=Payment.objects.order_by("pk"))
    live = live.select_related("patient", "account", "slot").prefetch_related(payments)
    live = live.annotate(reached=ExpressionWrapper(reached(), output_field=BooleanField()))
    return list(live.order_by("slot__starts_at", "pk"))


def reached(of: str = "") -> Q:
    """Appointments (or what has them behind ``of``) whose patient reads a message: by phone, or in an account.

    As notices find their reader: the patient's phone, the account that booked, else one that keeps the patient.
    """
    kept = AccountPatient.objects.filter(patient=OuterRef(f"{of}patient"), account__is_active=True)
    return (
        Q(**{f"{of}patient__phone_sealed__isnull": False})
        | Q(**{f"{of}account__role": User.Role.PATIENT})
        | Q(Exists(kept))
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stop is carried out."""

    total: int
    told: int
    settled: int
    undecided: int
    to_phone: int

    @property
    def telling(self) -> bool:
        """Whether some have not been told yet."""
        return self.told < self.total


def stop_progress(*, stop: Stop) -> Progress:
    """Counts of a stop's patients; one query."""
    counts = StopCase.objects.filter(stop=stop).aggregate(
        total=Count("pk"),
        told=Count("pk", filter=~Q(state="listed")),
        settled=Count("pk", filter=Q(state="settled")),
        undecided=Count("pk", filter=Q(state="asked")),
        to_phone=Count("pk", filter=Q(state="asked") & ~reached("appointment__")),
    )
    return Progress(**counts)


def stop_cases(*, stop: Stop, show: str = "all") -> list[StopCase]:
    """The stop's patients by time; ``show``: ``all``, ``open`` (not chosen yet) or ``phone`` (out of reach)."""
    found = _cases().filter(stop=stop)
    if show == "open":
        found = found.exclude(state="settled")
    elif show == "phone":
        found = found.exclude(state="settled").exclude(reached("appointment__"))
    return list(found.order_by("appointment__slot__starts_at", "pk"))


def stop_case_for_user(*, user: User, code: str) -> StopCase:
    """A case that this user may settle: one's own number, any for the desk. A stranger's does not exist.

    Raises
    ------
    UnknownNumber
        When there is none.
    """
    return own_or_any(_cases(), user=user, code=code, field="case", of="appointment__")


def _cases() -> QuerySet[StopCase]:
    return StopCase.objects.select_related(
        "stop__session__expert__department",
        "stop__session__room",
        "appointment__patient",
        "appointment__account",
        "appointment__slot",
        "replacement__slot",
        "replacement__session__expert__department",
        "replacement__session__room",
    ).prefetch_related("appointment__payments", "appointment__payments__refund")
