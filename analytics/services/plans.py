"""Deciding on quota plans: approve, edit, reject, roll back; and giving sessions the quotas decided on."""

from collections.abc import Sequence
from datetime import datetime

from analytics.domain.errors import PlanEdited, QuotaSumChanged
from analytics.domain.states import PLAN_MOVES
from analytics.locks import lock_plans_of
from analytics.models import QuotaPlan
from analytics.selectors.plans import (
    PlannedSession,
    approved_for,
    approved_plans,
    plan_by_code,
    planned_sessions,
    sessions_for,
)
from analytics.services.simulations import simulation_ask
from booking.domain.quotas import equal_split
from booking.services import session_set_quotas
from hospital.common import history, jobs
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.guards import require, require_reason
from hospital.common.roles import MANAGERS
from hospital.common.transactions import transactional

MAY_DECIDE = MANAGERS | {"job"}
EQUAL = "equal"


def _locked(code: str, actor: Actor) -> QuotaPlan:
    """The plan, read again under the lock of its expert's plans.

    Raises
    ------
    NotAllowed
        When the actor is no manager.
    NotFound
        When there is no such plan.
    """
    require(actor, MAY_DECIDE)
    lock_plans_of(plan_by_code(code).expert_code)
    return plan_by_code(code)


def _move(
    plan: QuotaPlan,
    verb: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    replaces: QuotaPlan | None = None,
) -> None:
    columns: dict[str, object] = {"decided_at": now, "decided_by": actor.name}
    if replaces:
        columns["replaces"] = replaces
    data = {"quotas": [slot.quota for slot in plan.slots.all()]}
    history.move(plan, PLAN_MOVES, verb, actor=actor, at=now, reason=reason, data=data, columns=columns)


@transactional
def plan_approve(*, code: str, actor: Actor, now: datetime, seen: Sequence[int] | None = None) -> int:
    """An approved plan sets the quotas of every session not yet released; returns how many it changed.

    Raises
    ------
    PlanEdited (``plan_edited``)
        When its quotas are not those that were ``seen``.
    NotAllowed, NotFound, IllegalTransition
        For who is no manager, an unknown plan, and a plan that is not proposed.
    """
    plan = _locked(code, actor)
    next_state(PLAN_MOVES, plan.state, "approve")
    if seen is not None and [slot.quota for slot in plan.slots.all()] != list(seen):
        raise PlanEdited
    before = approved_for(plan)
    if before:
        _move(before, "supersede", actor, now)
    _move(plan, "approve", actor, now, replaces=before)
    return _apply(plan, sessions_for(plan, now), actor, now)


@transactional
def plan_edit(*, code: str, quotas: Sequence[int], actor: Actor, now: datetime) -> QuotaPlan:
    """A manager may move numbers between the slots of a proposed plan; their sum stays.

    Raises
    ------
    QuotaSumChanged
        ``quota_sum_changed``: when they are not one for each slot, adding up to the plan's appointments.
    NotAllowed, NotFound, IllegalTransition
        For who is no manager, an unknown plan, and a plan that is not proposed.
    """
    plan = _locked(code, actor)
    next_state(PLAN_MOVES, plan.state, "edit")
    slots = list(plan.slots.all())
    if sum(quotas) != plan.appointments or len(quotas) != len(slots) or min(quotas) < 0:
        raise QuotaSumChanged(appointments=plan.appointments, total=sum(quotas))
    before = [slot.quota for slot in slots]
    if list(quotas) == before:
        return plan
    for slot, quota in zip(slots, quotas, strict=True):
        slot.quota = quota
        slot.save(update_fields=["quota"])
    plan.edited = [slot.computed_quota for slot in slots] != list(quotas)
    plan.simulation = plan.overbooking = None
    plan.save(update_fields=["edited", "simulation", "overbooking"])
    history.note(plan, "edit", actor=actor, at=now, data={"before": before, "quotas": list(quotas)})
    simulation_ask(code=code, now=now)
    return plan


@transactional
def plan_reject(*, code: str, reason: str, actor: Actor, now: datetime) -> QuotaPlan:
    """A rejected plan is not proposed again until the history says something else.

    Raises
    ------
    ReasonMissing
        ``reason_missing``: without a reason.
    NotAllowed, NotFound, IllegalTransition
        For who is no manager, an unknown plan, and a plan that is not proposed.
    """
    reason = require_reason(reason)
    plan = _locked(code, actor)
    _move(plan, "reject", actor, now, reason=reason)
    return plan


@transactional
def plan_roll_back(*, code: str, reason: str, actor: Actor, now: datetime) -> int:
    """Unreleased sessions go back to the plan before, or to equal quotas; returns how many were changed.

    Raises
    ------
    ReasonMissing
        ``reason_missing``: without a reason.
    NotAllowed, NotFound, IllegalTransition
        For who is no manager, an unknown plan, and a plan that is not approved.
    """
    reason = require_reason(reason)
    plan = _locked(code, actor)
    _move(plan, "roll_back", actor, now, reason=reason)
    sessions = [session for session in sessions_for(plan, now) if session.source == source_of(plan)]
    earlier = plan.replaces
    if earlier and earlier.state == "superseded":
        _move(earlier, "restore", actor, now, reason=reason)
        return _apply(earlier, sessions, actor, now)
    quotas = equal_split(plan.appointments, len(plan.slots.all()))
    for session in sorted(sessions, key=lambda each: each.pk):
        session_set_quotas(session_id=session.pk, quotas=quotas, source=EQUAL, actor=actor, now=now)
    return len(sessions)


def source_of(plan: QuotaPlan) -> str:
    """How a session names the plan that its quotas come from."""
    return f"plan:{plan.code}"


def _apply(plan: QuotaPlan, sessions: Sequence[PlannedSession], actor: Actor, now: datetime) -> int:
    quotas = [slot.quota for slot in plan.slots.all()]
    todo = [
        session
        for session in sessions
        if session.source != source_of(plan) and len(session.quotas) == len(quotas)
    ]
    for session in sorted(todo, key=lambda each: each.pk):
        session_set_quotas(session_id=session.pk, quotas=quotas, source=source_of(plan), actor=actor, now=now)
    return len(todo)


def plans_apply(*, now: datetime) -> int:
    """Sessions planned after a plan was approved get its quotas before their release; returns how many."""
    plans = approved_plans()
    behind = {
        session.key[0]
        for session in planned_sessions(now)
        if (plan := plans.get(session.key)) and session.source != source_of(plan)
    }
    return sum(
        jobs.each("apply plans", sorted(behind), lambda code: plans_apply_of(expert_code=code, now=now))
    )


@transactional
def plans_apply_of(*, expert_code: str, now: datetime) -> int:
    """One expert's, with the plans as they are once nobody else decides on them: a plan may be taken back meanwhile."""
    lock_plans_of(expert_code)
    plans = approved_plans(expert_code)
    sessions = planned_sessions(now, [expert_code])
    return sum(
        _apply(plans[session.key], [session], Actor.job("apply plans"), now)
        for session in sessions
        if session.key in plans
    )
