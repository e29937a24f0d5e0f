"""Asking the simulator what a change would do; the worker plays it and the page shows how far it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zlib import crc32

from analytics.domain.errors import StillPlaying
from analytics.domain.what_if import Changes, changed_quotas, changed_world, kept_world
from analytics.models import WhatIf
from analytics.selectors.plans import plan_by_code
from analytics.selectors.what_ifs import what_if_by_code
from analytics.services.simulations import SEED
from hospital.common import jobs
from hospital.common.actor import Actor
from hospital.common.guards import require
from hospital.common.roles import MANAGERS
from hospital.common.transactions import transactional
from queueing.selectors.disciplines import discipline_of_expert

if TYPE_CHECKING:
    from analytics.domain.compiled import Outcomes

WHAT_IF = "analytics.what_if"
SESSIONS = 10_000
PARTS = 10
AT_ONCE = 3
"""So many questions of one manager wait for an answer."""
GIVEN_UP_AFTER = timedelta(minutes=10)


@transactional
def what_if_ask(*, plan_code: str, changes: Changes, actor: Actor, now: datetime) -> WhatIf:
    """The worker plays a plan's sessions as they are and with the changes; the same question is played once.

    Raises
    ------
    NotAllowed, NotFound
        For who is no manager, and for an unknown plan.
    StillPlaying (``still_playing``)
        While several questions of this manager are played: the workers have other things to do, too.
    """
    require(actor, MANAGERS)
    plan = plan_by_code(plan_code)
    asked, quotas = changes.as_data(), [slot.quota for slot in plan.slots.all()]
    known = WhatIf.objects.filter(plan=plan, changes=asked, quotas=quotas).first()
    if known:
        return known
    open_ones = WhatIf.objects.filter(
        asked_by=actor.name, result__isnull=True, asked_at__gt=now - GIVEN_UP_AFTER
    )
    if open_ones.count() >= AT_ONCE:
        raise StillPlaying(n=AT_ONCE)
    found = WhatIf.objects.create(
        plan=plan, quotas=quotas, changes=asked, sessions=SESSIONS, asked_at=now, asked_by=actor.name
    )
    jobs.enqueue(WHAT_IF, key=found.code, payload={"code": found.code}, due_at=now, urgent=True)
    return found


def what_if_play(*, code: str, sessions: int = SESSIONS) -> None:
    """Play both worlds part by part; nothing is locked meanwhile, and a second run gives the same figures."""
    from analytics.domain.compiled import draw_many, play_many
    from analytics.domain.distributions import joined, what_if_result

    found = what_if_by_code(code)
    world, changes = kept_world(found.plan.world), Changes.of_data(found.changes)
    sides = [
        (world, tuple(found.quotas)),
        (changed_world(world, changes), changed_quotas(world, found.quotas, changes)),
    ]
    discipline = discipline_of_expert(found.plan.expert_code)
    most, each = max(sum(quotas) for _world, quotas in sides), max(1, sessions // PARTS)
    played: tuple[list[Outcomes], list[Outcomes]] = ([], [])
    for part in range(PARTS):
        seed = [SEED, crc32(code.encode()), part]
        for (each_world, quotas), outcomes in zip(sides, played, strict=True):
            draws = draw_many(each_world, most, each, seed)
            outcomes.append(play_many(each_world, quotas, draws, discipline))
        _progress(found, (part + 1) * found.sessions // PARTS)
    before, after = (joined(outcomes) for outcomes in played)
    WhatIf.objects.filter(pk=found.pk).update(result=what_if_result(before, after))


def _progress(found: WhatIf, played: int) -> None:
    WhatIf.objects.filter(pk=found.pk).update(played=played)
