"""The night: take in the visits of the last days, then propose plans, one transaction an expert."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from analytics.domain.visits import Channel, Outcome, SessionKey, VisitRow
from analytics.models import ImportBatch
from analytics.selectors.estimates import Asked, ExpertPlans, plans_of_expert
from analytics.selectors.history import weekdays_by_expert
from analytics.selectors.plans import experts_with_plans
from analytics.services.plans import plan_approve
from analytics.services.proposals import plan_propose
from analytics.services.simulations import simulation_ask
from analytics.services.visits import Numbered, TakenIn, visits_take_in
from analytics.services.waits import usual_waits_hand_over
from booking.selectors.schedules import experts_scheduled
from hospital.common import clock, jobs
from hospital.common.actor import Actor
from hospital.common.policy import policy
from hospital.common.transactions import transactional
from queueing.selectors.visits import visits_of_day

NIGHTLY = Actor.job("nightly quotas")
DAYS_BACK = 3
NIGHT = "analytics.night"
NIGHT_BEGINS, NIGHT_ENDS = time(2, 10), time(6, 0)  # on the hospital's wall clock
RECOMPUTE = "analytics.recompute"


def asked_of_policy(as_of: date) -> Asked:
    """What the policy asks a computation for."""
    rules = policy()
    return Asked(as_of=as_of, weeks=rules.history_weeks, min_sessions=rules.history_min_sessions)


@transactional
def expert_replan(*, expert_code: str, asked: Asked, actor: Actor, now: datetime) -> ExpertPlans:
    """Compute an expert's plans and propose what is new; the policy may approve it at once."""
    found = plans_of_expert(expert_code, asked)
    usual_waits_hand_over(expert_code=expert_code, as_of=asked.as_of, weeks=asked.weeks)
    auto_approve = policy().auto_approve
    for plan in found.plans:
        proposed = plan_propose(
            expert_code=expert_code, department=found.department, plan=plan, asked=asked, actor=actor, now=now
        )
        if proposed and auto_approve:
            plan_approve(code=proposed.code, actor=actor, now=now)
        elif proposed and proposed.simulation is None:
            simulation_ask(code=proposed.code, now=now)
    return found


def day_take_in(*, day: date, now: datetime) -> TakenIn:
    """Store the visits that this system recorded on a day; those known already change nothing."""
    recorded = list(_recorded(day))  # read before: the taking-in copies over the same connection
    return visits_take_in(
        read=lambda: recorded,
        source=ImportBatch.Source.SYSTEM,
        name=f"visits of {day.isoformat()}",
        actor=NIGHTLY,
        now=now,
    )


def _recorded(day: date) -> Iterator[Numbered]:
    for number, found in enumerate(visits_of_day(date=day), start=1):
        session = SessionKey(
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
                session=session,
                channel=Channel(found.channel),
                slot_starts_at=found.slot_starts_at,
                registered_at=found.registered_at,
                checked_in_at=found.checked_in_at,
                called_at=found.called_at,
                started_at=found.started_at,
                finished_at=found.finished_at,
                outcome=Outcome(found.outcome),
                patient_ref=found.patient_ref,
            ),
        )


def night_ask(*, now: datetime) -> bool:
    """Queue the work of this night once, as soon as a worker looks between 02:10 and 06:00."""
    local = clock.local(now)
    due = NIGHT_BEGINS <= local.time() < NIGHT_ENDS
    if due:
        jobs.enqueue(NIGHT, key=local.date().isoformat(), payload={}, due_at=now)
    return due


def nightly_begin(*, now: datetime) -> list[str]:
    """Take in the last days and queue a job for each expert with new visits; returns the experts' codes.

    A night that was killed or runs twice leaves the same: a day's visits and its jobs are one transaction, visits
    are known by their identity, jobs by expert and day, and plans are proposed only where something changed. A
    new day bears on its own weekday only, since the window of whole weeks loses a day of the same weekday.
    """
    today = clock.local(now).date()
    experts: set[str] = set()
    for back in range(DAYS_BACK, 0, -1):
        experts |= _day_begin(day=today - timedelta(days=back), as_of=today, now=now)
    experts |= _newcomers_begin(as_of=today, now=now)
    return sorted(experts)


@transactional
def _day_begin(*, day: date, as_of: date, now: datetime) -> set[str]:
    taken = day_take_in(day=day, now=now)
    weekdays = weekdays_by_expert(taken.session_days)
    for expert_code, changed in weekdays.items():
        jobs.enqueue(
            RECOMPUTE,
            key=f"{as_of.isoformat()} {day.isoformat()} {expert_code}",
            payload={"expert": expert_code, "as_of": as_of.isoformat(), "weekdays": changed},
            due_at=now,
        )
    return set(weekdays)


@transactional
def _newcomers_begin(*, as_of: date, now: datetime) -> set[str]:
    """Experts with a schedule and no plan yet: their department's history may give them one."""
    newcomers = experts_scheduled() - experts_with_plans()
    for expert_code in sorted(newcomers):
        jobs.enqueue(
            RECOMPUTE,
            key=f"{as_of.isoformat()} {expert_code}",
            payload={"expert": expert_code, "as_of": as_of.isoformat(), "weekdays": None},
            due_at=now,
        )
    return newcomers
