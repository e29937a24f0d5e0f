"""Usual waits of booked patients, by slot of the week."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from booking.models import UsualWait
from hospital.common import clock

STEP_MIN = 5
Waits = Mapping[tuple[int, int, time], "UsualWaitView"]


@dataclass(frozen=True, slots=True)
class UsualWaitView:
    """What 2 and 8 of 10 patients waited at most [min], rounded outwards to 5, and of how many that is known."""

    p20: int
    p80: int
    n: int


def waits_known(expert_ids: Iterable[int]) -> Waits:
    """Usual waits of these experts by expert, weekday and beginning of the slot. One query."""
    found = UsualWait.objects.filter(expert__in=list(expert_ids))
    return {
        (one.expert_id, one.weekday, one.starts_at): UsualWaitView(
            one.p20_min // STEP_MIN * STEP_MIN,
            max(STEP_MIN, -(-one.p80_min // STEP_MIN) * STEP_MIN),
            one.n,
        )
        for one in found
    }


def usual_wait(waits: Waits, expert_id: int, starts_at: datetime) -> UsualWaitView | None:
    """The figure for the slot that begins then; ``None`` when the history says nothing."""
    local = clock.local(starts_at)
    return waits.get((expert_id, local.isoweekday(), local.time().replace(tzinfo=None)))
