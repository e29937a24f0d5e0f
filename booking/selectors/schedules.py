"""Schedules as quota plans need them: experts by code, their templates, sessions not yet released."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from booking.models import ClinicSession, Expert, SessionTemplate


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
