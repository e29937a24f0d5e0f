"""What the worker does for analytics: the night, one job an expert, and plans for new sessions."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from celery import shared_task

from analytics.services.nightly import NIGHTLY, RECOMPUTE, asked_of_policy, expert_replan, nightly_begin
from analytics.services.plans import plans_apply
from analytics.services.simulations import SIMULATE, plan_simulate
from hospital.common import clock, jobs


@shared_task(name="analytics.nightly", ignore_result=True)  # type: ignore[untyped-decorator]
def nightly() -> list[str]:
    """Begin the night's work; its jobs run as rows with leases, so a killed worker loses nothing."""
    return nightly_begin(now=clock.now())


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
