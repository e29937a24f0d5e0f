"""Optimised quotas and overbooking, in the hospital's weights and the department's order of calling."""

from collections.abc import Sequence
from dataclasses import replace
from zlib import crc32

from analytics.domain.costs import Weights
from analytics.domain.optimiser import Optimised, optimised
from analytics.domain.overbooking import Overbooking, overbooking
from analytics.domain.plans import Method, PlansAsked
from analytics.domain.simulation import World
from analytics.selectors.estimates import ExpertPlans, plans_of_expert
from analytics.selectors.plans import approved_plans
from hospital.common.policy import policy
from queueing.selectors.disciplines import discipline_of_expert

SEEDS = 1_000_000


def weights_of_policy() -> Weights:
    """What the hospital weighs against a minute that a patient waits."""
    rules = policy()
    return Weights(
        idle=rules.idle_weight_per_10_min / 10,
        overtime=rules.overtime_weight_per_10_min / 10,
        unserved=float(rules.unserved_weight_min),
    )


def optimised_for(
    expert_code: str,
    world: World,
    r1: Sequence[int],
    sessions: int,
    standing: Sequence[int] | None = None,
) -> Optimised:
    """The cheapest quotas beside R1, from so many past sessions: the same whoever computes them, and however often."""
    return optimised(
        world,
        r1,
        standing=standing,
        history=sessions,
        weights=weights_of_policy(),
        discipline=discipline_of_expert(expert_code),
        seed=_seed(expert_code),
    )


def overbooking_for(expert_code: str, world: World, quotas: Sequence[int], sessions: int) -> Overbooking:
    """What numbers beyond these quotas would cost."""
    return overbooking(
        world,
        quotas,
        history=sessions,
        weights=weights_of_policy(),
        discipline=discipline_of_expert(expert_code),
        seed=_seed(expert_code),
    )


def plans_asked_for(expert_code: str, asked: PlansAsked) -> ExpertPlans:
    """The plans of an expert by the method asked for; nothing is stored."""
    found = plans_of_expert(expert_code, asked)
    return with_optimised(found) if asked.method is Method.OPTIMISED else found


def with_optimised(found: ExpertPlans) -> ExpertPlans:
    """The same plans, each with its optimised quotas: about a second a plan, with nothing locked."""
    approved = approved_plans(found.expert_code)
    plans = []
    for plan in found.plans:
        period = plan.period
        known = approved.get((found.expert_code, period.weekday, period.opens_at, period.slot_min))
        standing = [slot.computed_quota for slot in known.slots.all()] if known else None
        best = optimised_for(found.expert_code, plan.world, plan.r1, len(plan.sessions), standing)
        plans.append(replace(plan, optimised=best))
    return replace(found, plans=plans)


def _seed(expert_code: str) -> int:
    return crc32(expert_code.encode()) % SEEDS
