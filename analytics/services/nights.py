"""A night's run: take the days in, one job each, then compute the experts' plans, one job each, on any worker.

Every step is one transaction that ends with the job of the next, so a run goes on wherever it was killed; a step done
twice finds itself done. The lock of the run is taken before those of experts and plans.
"""

import logging
from datetime import date, datetime, timedelta

from django.db.models import Q

from analytics.domain.errors import ImportRefused
from analytics.domain.nights import (
    DAYS_BACK,
    NIGHT_LASTS,
    NIGHT_MOVES,
    days_to_take_in,
    night_due,
)
from analytics.locks import lock_nights
from analytics.models import ExpertRun, NightRun, OutdatedPlan
from analytics.selectors.history import HistoryWindow
from analytics.selectors.nights import experts_gone, experts_known, last_complete_night
from analytics.selectors.plans import experts_with_plans
from analytics.services.nightly import NIGHTLY, asked_of_policy, day_take_in
from booking.selectors.schedules import experts_scheduled
from hospital.common import clock, history, jobs
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.guards import require
from hospital.common.roles import MANAGERS
from hospital.common.transactions import transactional
from queueing.selectors.visits import days_decided_later, first_day_recorded

TAKE_IN = "analytics.take_in"
RECOMPUTE = "analytics.recompute"
DECIDED_SINCE = timedelta(days=DAYS_BACK)
MAY_ASK = MANAGERS | {"job"}
CLOCKS_APART = timedelta(hours=1)
"""Clocks of two machines differ by less."""
logger = logging.getLogger(__name__)


def night_look(*, now: datetime) -> NightRun | None:
    """What every worker does every few minutes: end a run that is past its deadline, begin the night that is due.

    A run begun long after now was begun by a clock that went wrong: its jobs are due when it will never be.
    """
    over = Q(deadline_at__lte=now) | Q(begun_at__gt=now + CLOCKS_APART)
    for pk in NightRun.objects.filter(over, state="running").values_list("pk", flat=True):
        night_give_up(run_id=pk, now=now)
    local = clock.local(now)
    if not night_due(local) or NightRun.objects.filter(kind="night", as_of=local.date()).exists():
        return None
    return night_begin(kind=NightRun.Kind.NIGHT, actor=NIGHTLY, now=now)


@transactional
def night_begin(*, kind: NightRun.Kind, actor: Actor, now: datetime) -> NightRun:
    """Begin a run, or return the one under way: there is one at a time, and one night a day.

    Raises
    ------
    NotAllowed
        When the actor is no manager.
    """
    require(actor, MAY_ASK)
    lock_nights()
    today = clock.local(now).date()
    known = NightRun.objects.filter(state="running").first()
    if known is None and kind == NightRun.Kind.NIGHT:
        known = NightRun.objects.filter(kind=kind, as_of=today).first()
    if known is not None:
        return known
    last = last_complete_night(today)
    days = days_to_take_in(
        today,
        last_complete=last.as_of if last else None,
        first_recorded=first_day_recorded(),
        decided=days_decided_later(since=last.begun_at if last else now - DECIDED_SINCE, before=today),
    )
    run = NightRun.objects.create(
        kind=kind,
        state=next_state(NIGHT_MOVES, None, "begin"),
        as_of=today,
        days=[day.isoformat() for day in days],
        begun_at=now,
        deadline_at=now + NIGHT_LASTS,
        asked_by=actor.name,
    )
    history.begin(run, "begin", actor=actor, at=now)
    _queue_day(run, now)
    return run


def _queue_day(run: NightRun, now: datetime) -> None:
    day = run.days[run.days_taken]
    jobs.enqueue(TAKE_IN, key=f"{run.pk} {day}", payload={"run": run.pk, "day": day}, due_at=now)


@transactional
def night_take_in(*, run_id: int, day: date, now: datetime) -> None:
    """Take in the visits of one day of a run, then queue the next day, or the experts after the last.

    A day without anything new goes with the one after it. A day that is refused is noted and left for the next
    night; the others go on.
    """
    run = NightRun.objects.select_for_update().get(pk=run_id)
    if run.state != "running" or run.days[run.days_taken :][:1] != [day.isoformat()]:
        return
    is_new = False
    while not is_new and run.days_taken < len(run.days):
        is_new = _next_day_take_in(run, now)
    run.save(update_fields=["visits_added", "problem", "days_taken"])
    if run.days_taken < len(run.days):
        _queue_day(run, now)
    else:
        _lay_out(run, now)


def _next_day_take_in(run: NightRun, now: datetime) -> bool:
    """Whether it told anything new."""
    day = date.fromisoformat(run.days[run.days_taken])
    run.days_taken += 1
    try:
        taken = day_take_in(day=day, now=now)
    except ImportRefused as refused:
        logger.error("visits of %s refused: %s", day, refused)
        told = " ".join(str(error) for error in refused.errors[:3])
        run.problem = f"{day.isoformat()}: {refused} {told}"
        return True
    run.visits_added += taken.added
    return bool(taken.session_days)


def _lay_out(run: NightRun, now: datetime) -> None:
    """One row and one job for each expert at work whose history changed, or who has a schedule and no plan yet."""
    changed = set(OutdatedPlan.objects.values_list("expert_code", flat=True)) - experts_gone()
    if run.kind == NightRun.Kind.MANUAL:
        asked = asked_of_policy(run.as_of)
        whole = set(experts_known(HistoryWindow.of_weeks(asked.weeks, asked.as_of)))
    else:
        whole = experts_scheduled() - experts_with_plans()
    made = ExpertRun.objects.bulk_create(
        ExpertRun(run=run, expert_code=code, whole=code in whole) for code in sorted(changed | whole)
    )
    payloads = {f"{run.pk} {one.expert_code}": {"expert_run": one.pk} for one in made}
    jobs.enqueue_all(RECOMPUTE, payloads, due_at=now)
    run.laid_out_at = now
    run.save(update_fields=["laid_out_at"])
    if not made:
        _end(run, now)


@transactional
def night_end_if_over(*, run_id: int, now: datetime) -> None:
    """End a run once no expert waits any more; asked after each of them."""
    if ExpertRun.objects.filter(run_id=run_id, state="waiting").exists():
        return
    run = NightRun.objects.select_for_update().get(pk=run_id)
    if run.state == "running" and run.laid_out_at:
        _end(run, now)


@transactional
def night_give_up(*, run_id: int, now: datetime) -> None:
    """At the deadline: what is not written is left for the next night, whose marks it keeps."""
    run = NightRun.objects.select_for_update().get(pk=run_id)
    if run.state != "running":
        return
    run.experts.filter(state="waiting").update(state="given_up")
    _end(run, now)


def _end(run: NightRun, now: datetime) -> None:
    left = run.experts.filter(state="given_up").count()
    complete = not left and not run.problem and run.laid_out_at is not None
    verb = "complete" if complete else "give_up"
    history.move(
        run, NIGHT_MOVES, verb, actor=NIGHTLY, at=now, columns={"ended_at": now}, data={"left": left}
    )
    if not complete:
        logger.error(
            "the night of %s is incomplete: %s experts left, %s", run.as_of, left, run.problem or "no problem"
        )
