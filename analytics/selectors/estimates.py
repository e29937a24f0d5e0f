"""What the history says about experts: a computed plan for each recurring period."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

from analytics.domain.errors import NoHistory
from analytics.domain.evidence import Estimator
from analytics.domain.plans import Plan, PlansAsked, plan_of_history
from analytics.domain.sessions import Period
from analytics.selectors.drafts import Draft, Evidence, expert_readers
from analytics.selectors.history import ALL_WEEKDAYS, Weekdays

if TYPE_CHECKING:
    from numpy.random import Generator


@dataclass(frozen=True, slots=True)
class ExpertPlans:
    """The plans of one expert, and the periods that no plan could be computed for."""

    expert_code: str
    department: str
    plans: list[Plan] = field(default_factory=list)
    without_history: list[Period] = field(default_factory=list)


def plans_of_expert(expert_code: str, asked: PlansAsked) -> ExpertPlans:
    """Compute the plan of each of the expert's periods; nothing is stored."""
    return plans_of_experts({expert_code: ALL_WEEKDAYS}, asked)[0]


def plans_of_experts(by_expert: Mapping[str, Weekdays], asked: PlansAsked) -> list[ExpertPlans]:
    """Compute the plans of experts, by code, on which sessions of these weekdays bear; nothing is stored.

    What they rest on is read for all of them together.
    """
    readers = expert_readers(by_expert, asked)
    drafts = [draft for reader in readers for draft in reader.drafts()]
    evidence = Evidence(drafts)
    found = {reader.expert_code: ExpertPlans(reader.expert_code, reader.department) for reader in readers}
    for draft in drafts:
        plan = _plan(draft, evidence, fallback=False) or _plan(draft, evidence, fallback=True)
        if plan:
            found[draft.reader.expert_code].plans.append(plan)
        else:
            found[draft.reader.expert_code].without_history.append(draft.period)
    return list(found.values())


def _plan(draft: Draft, evidence: Evidence, *, fallback: bool) -> Plan | None:
    """The plan, or None when a slot has no consultations; only then the fallback's sums are worth reading."""
    reader = draft.reader
    try:
        return plan_of_history(
            draft.period,
            evidence.history(draft, fallback=fallback),
            draft.rule,
            estimator=reader.asked.estimator,
            generator=_generator(reader.expert_code, draft.period, reader.asked),
            as_of=reader.asked.as_of,
        )
    except NoHistory:
        return None


def _generator(expert_code: str, period: Period, asked: PlansAsked) -> "Generator | None":
    """A generator of its own for each plan, so that a plan does not depend on which others are computed."""
    if asked.estimator is not Estimator.PAPER_SAMPLING:
        return None
    from numpy.random import default_rng

    minutes = period.opens_at.hour * 60 + period.opens_at.minute
    return default_rng([asked.seed, crc32(expert_code.encode()), period.weekday, minutes])
