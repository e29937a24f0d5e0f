"""Proposals for the week: asked for by a manager, worked out by the worker."""

from dataclasses import asdict
from datetime import datetime

from analytics.domain.errors import StillPlaying
from analytics.domain.schedule_proposals import proposal
from analytics.models import WeekProposal
from analytics.selectors.weeks import WORK_OUT, week_by_code, weeks_expected
from analytics.services.what_ifs import AT_ONCE, GIVEN_UP_AFTER
from hospital.common import clock, history, jobs
from hospital.common.actor import Actor
from hospital.common.guards import require
from hospital.common.roles import MANAGERS
from hospital.common.transactions import transactional


@transactional
def week_ask(*, growth_percent: int, actor: Actor, now: datetime) -> WeekProposal:
    """The worker compares the expected demand, grown by so much, with the week's sessions.

    What was asked a moment ago and is not answered yet is not asked again.

    Raises
    ------
    NotAllowed
        For who is no manager.
    StillPlaying (``still_playing``)
        While several questions are worked out.
    """
    require(actor, MANAGERS)
    open_ones = list(WeekProposal.objects.filter(found__isnull=True, asked_at__gt=now - GIVEN_UP_AFTER))
    for known in open_ones:
        if known.growth_percent == growth_percent:
            return known
    if len(open_ones) >= AT_ONCE:
        raise StillPlaying(n=AT_ONCE)
    asked = WeekProposal.objects.create(
        asked_at=now, asked_by=actor.name, as_of=clock.local(now).date(), growth_percent=growth_percent
    )
    history.begin(asked, "ask", state="asked", actor=actor, at=now, data={"growth_percent": growth_percent})
    jobs.enqueue(WORK_OUT, key=asked.code, payload={"code": asked.code}, due_at=now, urgent=True)
    return asked


def week_work_out(*, code: str) -> None:
    """Work a week out, department by department; the same history and schedule give the same proposals."""
    asked = week_by_code(code)
    if asked is None or asked.found is not None:
        return
    weeks = weeks_expected(as_of=asked.as_of, growth_percent=asked.growth_percent)
    found = [
        {"department": name, **asdict(proposal(week.expected, week.offers, week.experts))}
        for name, week in weeks.items()
    ]
    WeekProposal.objects.filter(pk=asked.pk, found__isnull=True).update(found=found)
