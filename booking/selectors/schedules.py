"""Schedules as quota plans need them: experts by code, their templates, sessions not yet released."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet

from booking.domain.schedules import Recurrence
from booking.models import Absence, ClinicSession, Expert, SessionTemplate


def experts_by_code(codes: Iterable[str] | None = None) -> dict[str, Expert]:
    """Experts with their departments by code; all of them without ``codes``. One query."""
    experts = Expert.objects.select_related("department")
    if codes is not None:
        experts = experts.filter(code__in=set(codes))
    return {expert.code: expert for expert in experts}


def schedule_templates(expert_code: str) -> list[SessionTemplate]:
    """The recurring periods of an active expert, by weekday and opening."""
    templates = SessionTemplate.objects.filter(expert__code=expert_code, expert__active=True)
    return list(templates.select_related("expert__department").order_by("weekday", "opens_at"))


def experts_scheduled() -> set[str]:
    """Codes of the active experts who have a recurring period."""
    templates = SessionTemplate.objects.filter(expert__active=True)
    return set(templates.values_list("expert__code", flat=True).distinct())


def sessions_unreleased(now: datetime, expert_code: str | None = None) -> QuerySet[ClinicSession]:
    """Sessions that are planned and not on sale yet, with their slots, soonest first."""
    sessions = ClinicSession.objects.filter(state="planned", walk_in_opens_at__gt=now)
    if expert_code is not None:
        sessions = sessions.filter(expert__code=expert_code)
    return sessions.select_related("expert__department").prefetch_related("slots").order_by("opens_at", "pk")


def recurrence_of(template: SessionTemplate) -> Recurrence:
    """When a template recurs, for the domain."""
    return Recurrence(
        weekday=template.weekday,
        opens_at=template.opens_at,
        closes_at=template.closes_at,
        every_weeks=template.every_weeks,
        valid_from=template.valid_from,
        valid_until=template.valid_until,
    )


def absences_between(*, first: date, last: date) -> list[Absence]:
    """Holidays and leaves that touch these days."""
    found = Absence.objects.filter(first_day__lte=last, last_day__gte=first)
    return list(found.select_related("expert", "department"))


def blocks(absence: Absence, expert: Expert, day: date) -> bool:
    """Whether the expert has no sessions on ``day`` because of it."""
    if not absence.first_day <= day <= absence.last_day:
        return False
    if absence.kind == Absence.Kind.LEAVE:
        return absence.expert_id == expert.pk
    return absence.department_id in {None, expert.department_id}


def sessions_in(absence: Absence, *, now: datetime) -> list[ClinicSession]:
    """Sessions on the days of an absence that are neither over nor stopped, of those whom it concerns."""
    return list(_ahead_in(absence, now).exclude(state__in=["closed", "stopped"]))


def sessions_stopped_in(absence: Absence, *, now: datetime) -> list[ClinicSession]:
    """Those on its days that are stopped and would not be over yet; no end of the absence brings them back."""
    stopped = _ahead_in(absence, now).filter(state="stopped")
    return list(stopped.select_related("expert__department", "room"))


def _ahead_in(absence: Absence, now: datetime) -> QuerySet[ClinicSession]:
    found = ClinicSession.objects.filter(
        date__gte=absence.first_day, date__lte=absence.last_day, closes_at__gt=now
    )
    if absence.expert_id is not None:
        found = found.filter(expert_id=absence.expert_id)
    if absence.department_id is not None:
        found = found.filter(expert__department_id=absence.department_id)
    return found.order_by("opens_at", "pk")
