"""A plan as plain data, in the shape that ``recompute_quotas --json`` promises."""

from __future__ import annotations

from typing import Any

from analytics.domain.plans import Plan

DIGITS = 6


def plan_as_data(expert_code: str, plan: Plan) -> dict[str, Any]:
    """The plan with the inputs of every slot; real numbers rounded to 6 digits.

    Parameters
    ----------
    expert_code : str
        Whose plan it is.
    plan : Plan
        As computed.

    Returns
    -------
    dict
        Of texts, numbers and lists only; lengths in minutes, rates per minute.
    """
    period = plan.period
    return {
        "expert": expert_code,
        "weekday": period.weekday,
        "opens_at": f"{period.opens_at:%H:%M}",
        "closes_at": f"{period.closes_at:%H:%M}",
        "slot_minutes": period.slot_min,
        "method": str(plan.method),
        "estimator": str(plan.estimator),
        "sessions_used": len(plan.sessions),
        "appointments": plan.appointments,
        "pre_opening_walk_ins": round(plan.pre_opening_walk_ins, DIGITS),
        "slots": [
            {
                "starts_at": f"{slot.starts_at:%H:%M}",
                "walk_in_rate_per_min": round(slot.rate.per_min, DIGITS),
                "walk_ins": round(slot.walk_ins, DIGITS),
                "capacity": slot.capacity.numbers,
                "capacity_rule": str(slot.capacity.rule),
                "carry_in": round(slot.quota.carry_in, DIGITS),
                "quota": quota,
            }
            for slot, quota in zip(plan.slots, plan.quotas, strict=True)
        ],
    }
