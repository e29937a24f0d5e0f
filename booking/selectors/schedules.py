"""Schedules as quota plans need them: experts by code, their templates, sessions not yet released."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from booking.domain.schedules import Recurrence
from booking.models import Absence, ClinicSession, Expert, SessionTemplate


def experts_by_code(codes: Iterable[str] | None = None) -> dict[str, Expert]:
    """Experts with their departments by code; all of them without ``codes``. One query."""
    experts = Expert.objects.select_related("department")
    if codes is not None:
        experts = experts.filter(code__in=set(codes))
    return {expert.code: expert for expert in experts}


@dataclass(frozen=True, slots=True)
class ExpertAtWork:
    """An expert, and the recurring periods of one who is active by weekday and opening."""

    expert: Expert
    templates: dict[tuple[int, time], SessionTemplate] = field(default_factory=dict)


def experts_at_work(codes: Iterable[str]) -> dict[str, ExpertAtWork]:
    """Experts by code with their recurring periods; two queries."""
    found = {code: ExpertAtWork(expert) for code, expert in experts_by_code(codes).items()}
    code_of = {one.expert.pk: code for code, one in found.items()}
    templates = SessionTemplate.objects.filter(expert__in=code_of, expert__active=True)
    for template in templates.order_by("pk"):
        found[code_of[template.expert_id]].templates[template.weekday, template.opens_at] = template
    return found


def templates_in_force(day: date) -> list[SessionTemplate]:
    """The recurring periods of active experts that hold on a day, by expert, weekday and opening; one query."""
    found = SessionTemplate.objects.filter(expert__active=True, valid_from__lte=day)
    found = found.filter(Q(valid_until=None) | Q(valid_until__gte=day)).select_related("expert")
    return list(found.order_by("expert__code", "weekday", "opens_at", "pk"))


def experts_scheduled() -> set[str]:
    """Codes of the active experts who have a recurring period."""
    templates = SessionTemplate.objects.filter(expert__active=True)
    return set(templates.values_list("expert__code", flat=True).distinct())


class Unreleased(NamedTuple):
    """A session that is planned and not on sale yet, with the quotas of its slots."""

    pk: int
    expert_code: str
    opens_at: datetime
    slot_minutes: int
    quota_source: str
    quotas: list[int]


def sessions_unreleased(now: datetime, codes: Iterable[str] | None = None) -> list[Unreleased]:
    """Sessions that are planned and not on sale yet, of these experts or of all, by id; one query."""
    sessions = ClinicSession.objects.filter(state="planned", walk_in_opens_at__gt=now, slots__isnull=False)
    if codes is not None:
        sessions = sessions.filter(expert__code__in=list(codes))
    quotas = ArrayAgg("slots__quota", order_by="slots__index")
    rows = sessions.annotate(quotas=quotas).order_by("pk")
    columns = ("pk", "expert__code", "opens_at", "slot_minutes", "quota_source", "quotas")
    return [Unreleased._make(row) for row in rows.values_list(*columns)]


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
