"""What the worker does for analytics: the night, one job an expert, and plans for new sessions."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from analytics.services.nightly import (
    NIGHT,
    NIGHTLY,
    RECOMPUTE,
    asked_of_policy,
    expert_replan,
    night_ask,
    nightly_begin,
)
from analytics.services.plans import plans_apply
from analytics.services.simulations import SIMULATE, plan_simulate
from hospital.common import jobs


@jobs.duty("ask for the night's work", every_s=300)
def ask_for_the_night(now: datetime) -> bool:
    """Once a night, however many workers look."""
    return night_ask(now=now)


@jobs.handler(NIGHT)
def begin_the_night(payload: Mapping[str, object], now: datetime) -> None:
    """Take in the last days' visits and queue a job for each expert."""
    nightly_begin(now=now)


@jobs.handler(RECOMPUTE)
def recompute(payload: Mapping[str, object], now: datetime) -> None:
    """Compute one expert's plans, in one transaction."""
    asked = asked_of_policy(date.fromisoformat(str(payload["as_of"])))
    weekdays = payload["weekdays"]
    if isinstance(weekdays, list):
        asked = replace(asked, weekdays=frozenset(weekdays))
    expert_replan(expert_code=str(payload["expert"]), asked=asked, actor=NIGHTLY, now=now)


@jobs.handler(SIMULATE)
def simulate(payload: Mapping[str, object], now: datetime) -> None:
    """Simulate one plan; nothing is locked while it is worked out."""
    plan_simulate(code=str(payload["code"]))


@jobs.duty("give planned sessions their plans", every_s=60)
def apply_plans(now: datetime) -> int:
    """Sessions planned since a plan was approved get its quotas."""
    return plans_apply(now=now)
