"""Proposing plans: what the night computed becomes plans to decide on, where there is something to decide.

The plans of many experts are compared and written together, in as many statements as those of one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.domain.plans import Plan, PlansAsked
from analytics.domain.states import PLAN_MOVES
from analytics.locks import lock_plans_of
from analytics.models import PlanSlot, QuotaPlan
from analytics.selectors.estimates import ExpertPlans
from analytics.selectors.plans import key_of
from analytics.selectors.standing import Known, Standing, current_quotas, next_sessions, standing_plans
from analytics.services.plan_rows import row_of_plan, slots_of_plan
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.transactions import transactional

EVIDENCE = (
    "method",
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
    "quality",
    "world",
)
SLOT_COLUMNS = [
    column.name for column in PlanSlot._meta.concrete_fields if column.name not in {"id", "plan", "index"}
]


@dataclass(slots=True)
class Proposal:
    """A computed plan as a row, and what stands of its period."""

    row: QuotaPlan
    plan: Plan
    standing: Standing

    @property
    def approved(self) -> Known | None:
        """What is in force of the same slots."""
        return self.standing.approved.get(self.row.slot_minutes)

    @property
    def open_one(self) -> Known | None:
        """The open proposal of the same quotas."""
        known = self.standing.proposed
        return known if known and known.says(self.plan.quotas, self.row.slot_minutes) else None

    @property
    def is_decided(self) -> bool:
        """Whether these quotas are in force, or were the last to be rejected or rolled back."""
        against = (self.approved, self.standing.refused)
        return any(known and known.says(self.plan.quotas, self.row.slot_minutes) for known in against)

    @property
    def is_newer(self) -> bool:
        """Whether the open proposal of the same quotas rests on other evidence."""
        compared = EVIDENCE if self.row.optimised is None else (*EVIDENCE, "optimised")
        known = self.open_one
        return known is not None and any(
            _plain(getattr(known.plan, name)) != _plain(getattr(self.row, name)) for name in compared
        )

    @property
    def is_simulated(self) -> bool:
        """Whether the figures of the open proposal are there, and of this evidence."""
        return self.open_one is not None and self.open_one.is_simulated and not self.is_newer

    @property
    def quotas(self) -> Sequence[int]:
        """The quotas to propose; the manager's edit of an open proposal stays."""
        known = self.open_one
        return known.quotas if known and known.plan.edited else self.plan.quotas


@transactional
def plans_propose(
    *, found: Iterable[ExpertPlans], asked: PlansAsked, actor: Actor, now: datetime
) -> list[Proposal]:
    """A computed plan is proposed when it differs from what is in force and from what was last turned down.

    Computing the same again changes nothing; newer evidence for the same quotas renews the open proposal. Returns
    those that are open.
    """
    computed = [(each, plan) for each in found for plan in each.plans]
    codes = {each.expert_code for each, _ in computed}
    lock_plans_of(*codes)
    standing = standing_plans(codes, {plan.period.weekday for _, plan in computed})
    given = []
    for each, plan in computed:
        row = row_of_plan(each, plan, asked, now)
        given.append(
            Proposal(row, plan, standing.get((row.expert_code, row.weekday, row.opens_at), Standing()))
        )
    for proposal in given:
        if known := proposal.open_one:
            proposal.row.pk, proposal.row.code = known.plan.pk, known.plan.code
            proposal.row.proposed_at = known.plan.proposed_at
    _supersede([one for one in given if one.standing.proposed and not one.open_one], actor, now)
    fresh = [one for one in given if not one.open_one and not one.is_decided]
    newer = [one for one in given if one.is_newer]
    QuotaPlan.objects.bulk_create([one.row for one in fresh])
    QuotaPlan.objects.bulk_create(
        [one.row for one in newer],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*EVIDENCE, "optimised"],
    )
    _write_slots([*fresh, *newer], now)
    _tell(fresh, newer, actor, now)
    return [one for one in given if one.row.pk]


def _plain(value: object) -> object:
    """As it comes back from the database: a JSON value holds lists where Python has tuples."""
    if isinstance(value, dict):
        return {name: list(item) if isinstance(item, tuple) else item for name, item in value.items()}
    return value


def _supersede(outdated: Sequence[Proposal], actor: Actor, now: datetime) -> None:
    plans = [one.standing.proposed.plan for one in outdated if one.standing.proposed]
    before, after = "proposed", next_state(PLAN_MOVES, "proposed", "supersede")
    QuotaPlan.objects.filter(pk__in=[plan.pk for plan in plans]).update(state=after)
    history.record_all(things=plans, verb="supersede", from_state=before, to_state=after, actor=actor, at=now)


def _tell(fresh: Sequence[Proposal], newer: Sequence[Proposal], actor: Actor, now: datetime) -> None:
    history.record_all(
        things=[one.row for one in fresh],
        verb="propose",
        to_state=next_state(PLAN_MOVES, None, "propose"),
        actor=actor,
        at=now,
        data=[{"quotas": list(one.plan.quotas)} for one in fresh],
    )
    history.record_all(
        things=[one.row for one in newer],
        verb="renew",
        from_state="proposed",
        to_state="proposed",
        actor=actor,
        at=now,
        data=[{"as_of": one.row.as_of.isoformat()} for one in newer],
    )


def _write_slots(proposals: Sequence[Proposal], now: datetime) -> None:
    """The slots of new plans, and of newer ones in the place of those before, which are as many."""
    sessions = next_sessions({one.row.expert_code for one in proposals if not one.approved}, now)
    PlanSlot.objects.bulk_create(
        [
            slot
            for one in proposals
            for slot in slots_of_plan(
                one.row,
                one.plan,
                quotas=one.quotas,
                current=current_quotas(
                    one.approved,
                    sessions.get(key_of(one.row), []),
                    one.plan.appointments,
                    len(one.plan.slots),
                ),
            )
        ],
        update_conflicts=True,
        unique_fields=["plan", "index"],
        update_fields=SLOT_COLUMNS,
    )
