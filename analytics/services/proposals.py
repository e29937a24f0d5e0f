"""Proposing plans: what the night computed becomes a plan to decide on, if there is something to decide."""

from dataclasses import asdict
from datetime import date, datetime

from analytics.domain.plans import Plan
from analytics.domain.reports import DIGITS
from analytics.domain.states import PLAN_MOVES
from analytics.locks import lock_plans_of
from analytics.models import PlanSlot, QuotaPlan
from analytics.selectors.estimates import Asked
from analytics.selectors.plans import approved_for, current_quotas, key_of, planned_sessions, same_period
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.transactions import transactional

EVIDENCE = (
    "estimator",
    "seed",
    "as_of",
    "first_day",
    "last_day",
    "sessions_used",
    "pre_opening_walk_ins",
    "pre_opening_low",
    "pre_opening_high",
    "warnings",
    "world",
)


@transactional
def plan_propose(
    *, expert_code: str, department: str, plan: Plan, asked: Asked, actor: Actor, now: datetime
) -> QuotaPlan | None:
    """A computed plan is proposed when it differs from what is in force and from what was last turned down.

    Computing the same again changes nothing; newer evidence for the same quotas renews the open proposal.
    """
    lock_plans_of(expert_code)
    fresh = _row(expert_code, department, plan, asked, now)
    open_one = (
        QuotaPlan.objects.filter(same_period(fresh), state="proposed").prefetch_related("slots").first()
    )
    if open_one and _computed(open_one) == plan.quotas and open_one.slot_minutes == fresh.slot_minutes:
        return _renew(open_one, fresh, plan, actor, now)
    if open_one:
        _supersede(open_one, actor, now)
    approved = approved_for(fresh)
    if _decided_already(fresh, approved, plan.quotas):
        return None
    fresh.save(force_insert=True)
    _write_slots(fresh, plan, approved, now)
    history.begin(
        fresh,
        "propose",
        state=next_state(PLAN_MOVES, None, "propose"),
        actor=actor,
        at=now,
        data={"quotas": list(plan.quotas)},
    )
    return fresh


def _row(expert_code: str, department: str, plan: Plan, asked: Asked, now: datetime) -> QuotaPlan:
    period, days = plan.period, [session.day for session in plan.sessions]
    window = period.pre_opening_min
    return QuotaPlan(
        expert_code=expert_code,
        department=department,
        weekday=period.weekday,
        opens_at=period.opens_at,
        closes_at=period.closes_at,
        walk_in_opens_at=period.walk_in_opens_at,
        slot_minutes=period.slot_min,
        estimator=str(plan.estimator),
        seed=asked.seed,
        as_of=asked.as_of,
        first_day=_first(days),
        last_day=max(days, default=None),
        sessions_used=len(days),
        appointments=plan.appointments,
        pre_opening_walk_ins=round(plan.pre_opening_walk_ins, DIGITS),
        pre_opening_low=round(plan.pre_opening.low_per_min * window, DIGITS),
        pre_opening_high=round(plan.pre_opening.high_per_min * window, DIGITS),
        warnings=[str(warning) for warning in plan.warnings],
        world=asdict(plan.world),
        proposed_at=now,
    )


def _first(days: list[date]) -> date | None:
    return min(days, default=None)


def _computed(plan: QuotaPlan) -> tuple[int, ...]:
    return tuple(slot.computed_quota for slot in plan.slots.all())


def _decided_already(fresh: QuotaPlan, approved: QuotaPlan | None, quotas: tuple[int, ...]) -> bool:
    """Whether these quotas are in force, or were the last to be rejected or rolled back."""
    if approved and _computed(approved) == quotas:
        return True
    refused = (
        QuotaPlan.objects.filter(same_period(fresh), state__in=["rejected", "rolled_back"])
        .prefetch_related("slots")
        .order_by("-decided_at", "-pk")
        .first()
    )
    return refused is not None and refused.slot_minutes == fresh.slot_minutes and _computed(refused) == quotas


def _renew(open_one: QuotaPlan, fresh: QuotaPlan, plan: Plan, actor: Actor, now: datetime) -> QuotaPlan:
    """Give the open proposal the newer evidence; the manager's edit of its quotas stays."""
    changed = [name for name in EVIDENCE if _plain(getattr(open_one, name)) != _plain(getattr(fresh, name))]
    if not changed:
        return open_one
    for name in EVIDENCE:
        setattr(open_one, name, getattr(fresh, name))
    open_one.save(update_fields=list(EVIDENCE))
    edited = [slot.quota for slot in open_one.slots.all()] if open_one.edited else None
    open_one.slots.all().delete()
    _write_slots(open_one, plan, approved_for(fresh), now, edited)
    history.note(
        open_one, "renew", state="proposed", actor=actor, at=now, data={"as_of": fresh.as_of.isoformat()}
    )
    return open_one


def _plain(value: object) -> object:
    """As it comes back from the database: a JSON value holds lists where Python has tuples."""
    if isinstance(value, dict):
        return {name: list(item) if isinstance(item, tuple) else item for name, item in value.items()}
    return value


def _supersede(plan: QuotaPlan, actor: Actor, now: datetime) -> None:
    history.move(plan, PLAN_MOVES, "supersede", actor=actor, at=now)


def _write_slots(
    row: QuotaPlan, plan: Plan, approved: QuotaPlan | None, now: datetime, edited: list[int] | None = None
) -> None:
    sessions = (
        [] if approved else [one for one in planned_sessions(now, row.expert_code) if one.key == key_of(row)]
    )
    current = current_quotas(approved, sessions, plan.appointments, len(plan.slots))
    PlanSlot.objects.bulk_create(
        PlanSlot(
            plan=row,
            index=index,
            starts_at=slot.starts_at,
            length_min=slot.span.length_min,
            walk_in_rate_per_min=round(slot.rate.per_min, DIGITS),
            rate_low_per_min=round(slot.rate.low_per_min, DIGITS),
            rate_high_per_min=round(slot.rate.high_per_min, DIGITS),
            walk_ins=round(slot.walk_ins, DIGITS),
            consultations=slot.capacity.consultations,
            mean_duration_min=round(slot.capacity.mean_duration_min, DIGITS),
            capacity=slot.capacity.numbers,
            capacity_rule=str(slot.capacity.rule),
            few_data=slot.capacity.few_data,
            carry_in=round(slot.quota.carry_in, DIGITS),
            spare=round(slot.quota.spare, DIGITS),
            computed_quota=slot.quota.quota,
            quota=edited[index - 1] if edited else slot.quota.quota,
            current_quota=current[index - 1] if len(current) == len(plan.slots) else None,
        )
        for index, slot in enumerate(plan.slots, start=1)
    )
