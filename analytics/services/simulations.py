"""Simulating a plan: what its quotas would do to those who wait, worked out by the worker and kept on the plan."""

from dataclasses import asdict
from datetime import datetime
from zlib import crc32

from analytics.domain.simulation import World
from analytics.models import QuotaPlan
from analytics.selectors.plans import plan_by_code
from booking.domain.quotas import equal_split
from hospital.common import jobs
from hospital.common.transactions import transactional

SIMULATE = "analytics.simulate"
SEED = 2018


@transactional
def simulation_ask(*, code: str, now: datetime, again: bool = False) -> None:
    """The worker simulates the plan once; ``again`` also when it did so before.

    Raises
    ------
    NotFound
        When there is no such plan.
    """
    plan = plan_by_code(code)
    quotas = "/".join(str(slot.quota) for slot in plan.slots.all())
    key = f"{code} {quotas} {now.isoformat()}" if again else f"{code} {quotas}"
    jobs.enqueue(SIMULATE, key=key[:120], payload={"code": code}, due_at=now)


def plan_simulate(*, code: str, sessions: int | None = None) -> None:
    """Play the current and the proposed quotas through the same sessions; the same plan gives the same figures.

    The figures are kept only if nobody edited the quotas meanwhile.
    """
    from numpy.random import default_rng

    from analytics.domain.comparison import SESSIONS, compare

    plan = plan_by_code(code)
    if plan.world is None:
        return
    slots = list(plan.slots.all())
    proposed = [slot.quota for slot in slots]
    known = [slot.current_quota for slot in slots if slot.current_quota is not None]
    current = known if len(known) == len(slots) else equal_split(plan.appointments, len(slots))
    found = compare(
        _world(plan.world), current, proposed, default_rng([SEED, crc32(code.encode())]), sessions or SESSIONS
    )
    _keep(plan, proposed, {**asdict(found), "as_of": plan.as_of.isoformat(), "quotas": proposed})


@transactional
def _keep(plan: QuotaPlan, quotas: list[int], simulation: dict[str, object]) -> None:
    locked = QuotaPlan.objects.select_for_update().get(pk=plan.pk)
    if [slot.quota for slot in locked.slots.all()] == quotas:
        locked.simulation = simulation
        locked.save(update_fields=["simulation"])


def _world(data: dict[str, object]) -> World:
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    return World(**values)  # type: ignore[arg-type]
