"""Quota plans: for the list, for one page, for the sessions that they apply to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Q, QuerySet, Value, When

from analytics.models import QuotaPlan
from booking.selectors.sales import sessions_on_sale
from booking.selectors.schedules import sessions_unreleased
from hospital.common import clock, history
from hospital.common.errors import NotFound
from hospital.common.models import Job, StateChange
from hospital.models import User


def plans_for_list(
    *, state: str = "", department: str = "", expert: str = "", weekday: int | None = None
) -> QuerySet[QuotaPlan]:
    """Plans with their slots, those to review first; of any state: those to review and in force."""
    plans = QuotaPlan.objects.prefetch_related("slots")
    plans = plans.filter(state__in=[state] if state else ["proposed", "approved"])
    for field, value in (("department", department), ("expert_code", expert), ("weekday", weekday)):
        if value:
            plans = plans.filter(**{field: value})
    decided = Case(When(state="proposed", then=Value(0)), default=Value(1))
    return plans.order_by(decided, "expert_code", "weekday", "opens_at", "-pk")


@dataclass(frozen=True, slots=True)
class Planned:
    """Whom there are plans for."""

    departments: list[str]
    experts: list[str]


def planned() -> Planned:
    """The departments and experts of all plans."""
    pairs = QuotaPlan.objects.order_by().values_list("department", "expert_code").distinct()
    return Planned(
        departments=sorted({department for department, _ in pairs if department}),
        experts=sorted({expert for _, expert in pairs}),
    )


def plans_to_review() -> int:
    """How many plans wait for a decision."""
    return QuotaPlan.objects.filter(state=QuotaPlan.State.PROPOSED).count()


def experts_with_plans() -> set[str]:
    """Codes of the experts who ever had a plan."""
    return set(QuotaPlan.objects.order_by().values_list("expert_code", flat=True).distinct())


def simulation_pending(code: str) -> bool:
    """Whether the worker still has this plan to simulate."""
    return Job.objects.filter(kind="analytics.simulate", done_at=None, payload__code=code).exists()


def plan_by_code(code: str) -> QuotaPlan:
    """One plan with its slots and the plan it replaced.

    Raises
    ------
    NotFound
        When there is no such plan.
    """
    plan = QuotaPlan.objects.select_related("replaces").prefetch_related("slots").filter(code=code).first()
    if plan is None:
        raise NotFound
    return plan


def plan_changes(plan: QuotaPlan) -> list[tuple[StateChange, User | None]]:
    """What happened to a plan, the last first, each with the person who did it."""
    changes = list(history.of(plan).order_by("-pk"))
    people = User.objects.in_bulk({change.actor_id for change in changes if change.actor_id})
    return [(change, people.get(change.actor_id or 0)) for change in changes]


def same_period(plan: QuotaPlan) -> Q:
    """Condition of the plans for the same expert, weekday and opening."""
    return Q(expert_code=plan.expert_code, weekday=plan.weekday, opens_at=plan.opens_at)


def approved_for(plan: QuotaPlan) -> QuotaPlan | None:
    """The approved plan of the same period and slot length."""
    found = QuotaPlan.objects.filter(same_period(plan), state="approved", slot_minutes=plan.slot_minutes)
    return found.prefetch_related("slots").first()


def approved_plans(expert_code: str | None = None) -> dict[tuple[str, int, object, int], QuotaPlan]:
    """Approved plans with their slots by (expert, weekday, opening, slot length)."""
    plans = QuotaPlan.objects.filter(state="approved").prefetch_related("slots")
    if expert_code is not None:
        plans = plans.filter(expert_code=expert_code)
    return {(plan.expert_code, plan.weekday, plan.opens_at, plan.slot_minutes): plan for plan in plans}


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """A session not yet released, as far as plans are concerned."""

    pk: int
    key: tuple[str, int, object, int]
    opens_at: datetime
    quotas: tuple[int, ...]
    source: str


def planned_sessions(now: datetime, codes: Iterable[str] | None = None) -> list[PlannedSession]:
    """Sessions that a plan may still change, by id; one query."""
    found = []
    for session in sessions_unreleased(now, codes):
        opening = clock.local(session.opens_at)
        opens_at = opening.time().replace(microsecond=0)
        key = (session.expert_code, opening.isoweekday(), opens_at, session.slot_minutes)
        found.append(
            PlannedSession(session.pk, key, session.opens_at, tuple(session.quotas), session.quota_source)
        )
    return found


def key_of(plan: QuotaPlan) -> tuple[str, int, object, int]:
    """The period of a plan as :func:`planned_sessions` and :func:`approved_plans` name it."""
    return plan.expert_code, plan.weekday, plan.opens_at, plan.slot_minutes


def sessions_for(plan: QuotaPlan, now: datetime) -> list[PlannedSession]:
    """The unreleased sessions that approving this plan would change, soonest first."""
    slots = len(plan.slots.all())
    found = [
        session
        for session in planned_sessions(now, [plan.expert_code])
        if session.key == key_of(plan) and len(session.quotas) == slots
    ]
    return sorted(found, key=lambda session: session.opens_at)


@dataclass(frozen=True, slots=True)
class OnSale:
    """A session of a plan's period that is on sale: its quotas stay as they are, whatever is decided."""

    code: str
    opens_at: datetime
    quotas: list[int]


def next_on_sale(plan: QuotaPlan, now: datetime) -> OnSale | None:
    """The next session of the plan's period that patients can book already. Two queries."""
    for session in sessions_on_sale(expert_code=plan.expert_code, after=now):
        opening = clock.local(session.opens_at)
        if (opening.isoweekday(), opening.time()) == (plan.weekday, plan.opens_at):
            slots = sorted(session.slots.all(), key=lambda slot: slot.index)
            return OnSale(session.code, session.opens_at, [slot.quota for slot in slots])
    return None
