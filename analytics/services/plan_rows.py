"""Computed plans as rows: figures are kept rounded."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from analytics.domain.capacity import Capacity
from analytics.domain.plans import Plan, PlansAsked
from analytics.domain.reports import DIGITS
from analytics.models import PlanSlot, QuotaPlan
from analytics.selectors.estimates import ExpertPlans


def row_of_plan(found: ExpertPlans, plan: Plan, asked: PlansAsked, now: datetime) -> QuotaPlan:
    """The plan as it is proposed."""
    period, days = plan.period, [session.day for session in plan.sessions]
    window = period.pre_opening_min
    return QuotaPlan(
        expert_code=found.expert_code,
        department=found.department,
        weekday=period.weekday,
        opens_at=period.opens_at,
        closes_at=period.closes_at,
        walk_in_opens_at=period.walk_in_opens_at,
        slot_minutes=period.slot_min,
        method=str(plan.method),
        optimised=asdict(plan.optimised) if plan.optimised else None,
        estimator=str(plan.estimator),
        seed=asked.seed,
        as_of=asked.as_of,
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        sessions_used=len(days),
        appointments=plan.appointments,
        pre_opening_walk_ins=round(plan.pre_opening_walk_ins, DIGITS),
        pre_opening_low=round(plan.pre_opening.low_per_min * window, DIGITS),
        pre_opening_high=round(plan.pre_opening.high_per_min * window, DIGITS),
        warnings=[str(warning) for warning in plan.warnings],
        quality=plan.quality.as_data(),
        world=asdict(plan.world),
        proposed_at=now,
    )


def slots_of_plan(
    row: QuotaPlan, plan: Plan, *, quotas: Sequence[int], current: Sequence[int]
) -> list[PlanSlot]:
    """Its slots, with the quotas to propose beside those in force; none of these where slots are other ones."""
    return [
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
            **_intervals(slot.capacity),
            capacity=slot.capacity.numbers,
            capacity_rule=str(slot.capacity.rule),
            few_data=slot.capacity.few_data,
            carry_in=round(slot.quota.carry_in, DIGITS),
            spare=round(slot.quota.spare, DIGITS),
            computed_quota=plan.quotas[index - 1],
            quota=quotas[index - 1],
            current_quota=current[index - 1] if len(current) == len(plan.slots) else None,
        )
        for index, slot in enumerate(plan.slots, start=1)
    ]


def _intervals(capacity: Capacity) -> dict[str, Any]:
    """The 95 % intervals of a slot's mean length and capacity, as columns."""
    length, numbers = capacity.mean_interval_min, capacity.interval
    return {
        "mean_duration_low_min": length and round(length[0], DIGITS),
        "mean_duration_high_min": length and round(length[1], DIGITS),
        "capacity_low": numbers and numbers[0],
        "capacity_high": numbers and numbers[1],
    }
