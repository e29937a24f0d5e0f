"""A night's experts: computed with nothing locked, by any worker, and written all in one transaction."""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import F

from analytics.domain.nights import ATTEMPTS, EXPERT_MOVES
from analytics.domain.plans import PlansAsked
from analytics.models import ExpertRun, OutdatedPlan
from analytics.selectors.estimates import ExpertPlans
from analytics.selectors.history import ALL_WEEKDAYS, Weekdays
from analytics.selectors.nights import marks_of
from analytics.services.nightly import NIGHTLY, asked_of_policy, experts_compute, experts_propose
from analytics.services.nights import night_end_if_over
from analytics.services.outdated import plans_up_to_date
from hospital.common.errors import next_state
from hospital.common.transactions import transactional

logger = logging.getLogger(__name__)


def experts_run(*, expert_run_ids: Collection[int], worker: str, now: datetime) -> None:
    """Compute experts' plans with nothing locked, then write them all in one transaction.

    What fails is told on the night's page and tried again, each expert alone, until the deadline or the last attempt.
    """
    ones, runs = _attempt(expert_run_ids=expert_run_ids, worker=worker, now=now)
    if ones:
        try:
            # read first: what changes from here on stays marked
            marks = marks_of([one.expert_code for one in ones])
            wanted = _wanted(ones, marks)
            asked = asked_of_policy(ones[0].run.as_of)  # the same for all: there is one night at a time
            found = experts_compute(wanted=wanted, asked=asked)
            _finish(found=found, wanted=wanted, asked=asked, marks=marks, ones=ones, worker=worker, now=now)
        except Exception as error:
            if len(ones) == 1:
                ExpertRun.objects.filter(pk=ones[0].pk, state="waiting").update(problem=repr(error)[:500])
            raise
    for run_id in runs:
        night_end_if_over(run_id=run_id, now=now)


@transactional
def _attempt(
    *, expert_run_ids: Collection[int], worker: str, now: datetime
) -> tuple[list[ExpertRun], set[int]]:
    """The experts that still wait, with one more attempt, and the runs of all; one that had too many is given up."""
    rows = ExpertRun.objects.select_for_update(of=["self"]).filter(pk__in=expert_run_ids)
    found = list(rows.select_related("run").order_by("pk"))
    left = [one for one in found if one.state == "waiting" and one.attempts < ATTEMPTS]
    for one in found:
        if one.state == "waiting" and one.attempts >= ATTEMPTS:
            one.state = next_state(EXPERT_MOVES, one.state, "give_up")
            one.save(update_fields=["state"])
            logger.error(
                "plans of %s given up after %s attempts: %s", one.expert_code, one.attempts, one.problem
            )
    ExpertRun.objects.filter(pk__in=[one.pk for one in left]).update(
        attempts=F("attempts") + 1, worker=worker[:64], begun_at=now
    )
    return left, {one.run_id for one in found}


def _wanted(ones: Sequence[ExpertRun], marks: Collection[OutdatedPlan]) -> dict[str, Weekdays]:
    """All weekdays of an expert, or those that are marked."""
    marked: defaultdict[str, set[int]] = defaultdict(set)
    for mark in marks:
        marked[mark.expert_code].add(mark.weekday)
    return {
        one.expert_code: ALL_WEEKDAYS if one.whole else frozenset(marked[one.expert_code]) for one in ones
    }


@transactional
def _finish(
    *,
    found: Sequence[ExpertPlans],
    wanted: Mapping[str, Weekdays],
    asked: PlansAsked,
    marks: Collection[OutdatedPlan],
    ones: Sequence[ExpertRun],
    worker: str,
    now: datetime,
) -> None:
    """Write what was computed, unless another worker did or the night gave it up."""
    waiting = ExpertRun.objects.select_for_update().filter(pk__in=[one.pk for one in ones], state="waiting")
    left = {one.expert_code: one for one in waiting.order_by("pk")}
    found = [each for each in found if each.expert_code in left]
    given = experts_propose(
        found=found,
        wanted={code: weekdays for code, weekdays in wanted.items() if code in left},
        asked=asked,
        actor=NIGHTLY,
        now=now,
    )
    plans_up_to_date(marks=[mark for mark in marks if mark.expert_code in left])
    proposed = Counter(one.row.expert_code for one in given if one.row.proposed_at == now)
    for each in found:
        one = left[each.expert_code]
        one.state, one.done_at, one.problem = next_state(EXPERT_MOVES, one.state, "finish"), now, ""
        one.worker, one.plans, one.proposed = worker[:64], len(each.plans), proposed[each.expert_code]
    ExpertRun.objects.bulk_create(
        left.values(),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["state", "done_at", "problem", "worker", "plans", "proposed"],
    )
