"""Simulating a plan: what its quotas would do to those who wait, worked out by the worker and kept on the plan."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from zlib import crc32

from analytics.domain.what_if import kept_world
from analytics.models import QuotaPlan
from analytics.selectors.optimised import optimised_for, overbooking_for
from analytics.selectors.plans import plan_by_code, simulation_pending
from analytics.services.proposals import Proposal
from booking.domain.quotas import equal_split
from hospital.common import jobs
from hospital.common.transactions import transactional
from queueing.selectors.disciplines import discipline_of_expert

SIMULATE = "analytics.simulate"
SEED = 2018


@transactional
def simulation_ask(*, code: str, now: datetime, again: bool = False) -> None:
    """The worker simulates the plan once; ``again`` also when it did so before, unless it is still to do so.

    Raises
    ------
    NotFound
        When there is no such plan.
    """
    plan = plan_by_code(code)
    if again and simulation_pending(code):
        return
    key = f"{code} {now.isoformat()}" if again else _key(plan, [slot.quota for slot in plan.slots.all()])
    jobs.enqueue(SIMULATE, key=key, payload={"code": code}, due_at=now)


def simulations_ask(*, proposals: Iterable[Proposal], now: datetime) -> None:
    """The worker simulates each of these plans once."""
    payloads = {_key(one.row, one.quotas): {"code": one.row.code} for one in proposals}
    jobs.enqueue_all(SIMULATE, payloads, due_at=now)


def _key(plan: QuotaPlan, quotas: Sequence[int]) -> str:
    return f"{plan.code} {plan.as_of.isoformat()} {'/'.join(str(quota) for quota in quotas)}"[:120]


def plan_simulate(*, code: str, sessions: int | None = None) -> None:
    """Play the current and the proposed quotas through the same sessions; the same plan gives the same figures.

    Beside them stand the cheapest quotas that a search finds and what numbers beyond the plan's would cost. Patients
    are called in the order and by the late policy that the expert's department has now. The figures are kept only if
    nobody edited the quotas meanwhile.
    """
    from analytics.domain.comparison import SESSIONS, compare

    plan = plan_by_code(code)
    if plan.world is None:
        return
    slots = list(plan.slots.all())
    proposed = [slot.quota for slot in slots]
    known = [slot.current_quota for slot in slots if slot.current_quota is not None]
    current = known if len(known) == len(slots) else equal_split(plan.appointments, len(slots))
    world = kept_world(plan.world)
    found = compare(
        world,
        current,
        proposed,
        [SEED, crc32(code.encode())],
        sessions or SESSIONS,
        discipline=discipline_of_expert(plan.expert_code),
    )
    r1 = [slot.computed_quota for slot in slots]
    figures = {
        "simulation": {**asdict(found), "as_of": plan.as_of.isoformat(), "quotas": proposed},
        "optimised": plan.optimised or asdict(optimised_for(plan.expert_code, world, r1, plan.sessions_used)),
        "overbooking": asdict(overbooking_for(plan.expert_code, world, proposed, plan.sessions_used)),
    }
    _keep(plan, proposed, figures)


@transactional
def _keep(plan: QuotaPlan, quotas: list[int], figures: dict[str, object]) -> None:
    locked = QuotaPlan.objects.select_for_update().get(pk=plan.pk)
    if locked.as_of == plan.as_of and [slot.quota for slot in locked.slots.all()] == quotas:
        for name, value in figures.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(figures))
