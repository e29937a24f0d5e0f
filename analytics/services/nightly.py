"""What a night does for one day and for one expert: take in the day's visits, propose the expert's plans."""

import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from hashlib import blake2b
from operator import attrgetter

from analytics.domain.evidence import Estimator
from analytics.domain.plans import Method, PlansAsked
from analytics.domain.sessions import Warned
from analytics.domain.visits import Channel, Outcome, SessionKey, VisitRow
from analytics.models import ImportBatch
from analytics.selectors.estimates import ExpertPlans, plans_of_experts
from analytics.selectors.history import ALL_WEEKDAYS, Weekdays, digest_of_day, name_of_day
from analytics.selectors.optimised import with_optimised
from analytics.services.incoming import Numbered
from analytics.services.plans import plan_approve
from analytics.services.proposals import Proposal, plans_propose
from analytics.services.simulations import simulations_ask
from analytics.services.visits import TakenIn, Told, visits_take_in
from analytics.services.waits import usual_waits_hand_over
from hospital.common.actor import Actor
from hospital.common.policy import policy
from hospital.common.transactions import snapshot, transactional
from queueing.selectors.visits import RecordedVisit, visits_of_day

NIGHTLY = Actor.job("nightly quotas")
EXPERTS_TOGETHER = 30
_MOMENTS = [field.name for field in fields(RecordedVisit) if field.type in {datetime, datetime | None}]
_moments = attrgetter(*_MOMENTS)
_others = attrgetter(
    *(field.name for field in fields(RecordedVisit) if field.name not in {*_MOMENTS, "session_date"})
)


def asked_of_policy(as_of: date) -> PlansAsked:
    """What the policy asks a computation for."""
    rules = policy()
    return PlansAsked(
        as_of=as_of,
        estimator=Estimator(rules.arrival_estimator),
        weeks=rules.history_weeks,
        rate_weeks=rules.rate_history_weeks,
        min_sessions=rules.history_min_sessions,
        method=Method(rules.plan_method),
    )


def experts_at_once() -> int:
    """How many experts a worker computes together: one where each takes seconds, for leases last a minute."""
    rules = policy()
    is_quick = rules.plan_method == Method.R1 and rules.arrival_estimator != Estimator.DISCOUNTED
    return EXPERTS_TOGETHER if is_quick else 1


def expert_replan(*, expert_code: str, asked: PlansAsked, actor: Actor, now: datetime) -> ExpertPlans:
    """Compute an expert's plans, then propose what is new."""
    wanted = {expert_code: ALL_WEEKDAYS}
    found = experts_compute(wanted=wanted, asked=asked)
    experts_propose(found=found, wanted=wanted, asked=asked, actor=actor, now=now)
    return found[0]


def experts_compute(*, wanted: Mapping[str, Weekdays], asked: PlansAsked) -> list[ExpertPlans]:
    """What one moment of the history says, also while visits are taken in; nothing is locked or stored."""
    with snapshot():
        found = plans_of_experts(wanted, asked)
    return [with_optimised(each) for each in found] if asked.method is Method.OPTIMISED else found


@transactional
def experts_propose(
    *,
    found: Sequence[ExpertPlans],
    wanted: Mapping[str, Weekdays],
    asked: PlansAsked,
    actor: Actor,
    now: datetime,
) -> list[Proposal]:
    """Propose what is new of experts' plans, all in one transaction; the policy may approve that at once.

    Returns what is open to a decision, or was.
    """
    usual_waits_hand_over(wanted=wanted, as_of=asked.as_of, weeks=asked.weeks)
    given = plans_propose(found=found, asked=asked, actor=actor, now=now)
    auto_approve = policy().auto_approve
    left = []
    for one in given:
        closes = Warned.NOTHING_BOOKABLE in one.row.warnings  # that is for a person to say
        if auto_approve and one.row.proposed_at == now and not closes:
            plan_approve(code=one.row.code, actor=actor, now=now)
        elif not one.is_simulated:
            left.append(one)
    simulations_ask(proposals=left, now=now)
    return given


def day_take_in(*, day: date, now: datetime) -> TakenIn:
    """Store the visits that this system recorded on a day; what is told as before changes nothing."""
    recorded = list(visits_of_day(date=day))  # read before: the taking-in copies over the same connection
    told = Told(day, _digest(recorded))
    if digest_of_day(day) == told.digest:
        return TakenIn(rows=len(recorded), added=0, session_days=())
    return visits_take_in(
        read=lambda: _numbered(recorded),
        source=ImportBatch.Source.SYSTEM,
        name=name_of_day(day),
        actor=NIGHTLY,
        now=now,
        told=told,
    )


def _digest(recorded: Iterable[RecordedVisit]) -> bytes:
    """The same for the same visits."""
    plain = [
        (
            [moment and moment.timestamp() for moment in _moments(row)],
            row.session_date.toordinal(),
            _others(row),
        )
        for row in recorded
    ]
    return blake2b(marshal.dumps(plain, 2), digest_size=20).digest()


def _numbered(recorded: Iterable[RecordedVisit]) -> Iterator[Numbered]:
    sessions: dict[tuple[str, datetime], SessionKey] = {}
    for number, found in enumerate(recorded, start=1):
        key = (found.expert_code, found.opens_at)
        if key not in sessions:
            sessions[key] = SessionKey(
                expert_code=found.expert_code,
                department=found.department,
                session_date=found.session_date,
                opens_at=found.opens_at,
                closes_at=found.closes_at,
                walk_in_opens_at=found.walk_in_opens_at,
                slot_minutes=found.slot_minutes,
            )
        yield (
            number,
            VisitRow(
                session=sessions[key],
                channel=Channel(found.channel),
                slot_starts_at=found.slot_starts_at,
                registered_at=found.registered_at,
                checked_in_at=found.checked_in_at,
                called_at=found.called_at,
                started_at=found.started_at,
                finished_at=found.finished_at,
                outcome=Outcome(found.outcome),
                patient_ref=found.patient_ref,
                late_cancel=found.late_cancel,
            ),
        )
