"""Usual waits: what the recorded history says, written here by whoever keeps that history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from booking.models import Expert, UsualWait
from hospital.common.transactions import transactional


@dataclass(frozen=True, slots=True)
class SlotWait:
    """Waits [min] of booked patients in one slot of the week: the 20th and 80th percentile of ``n``."""

    weekday: int
    starts_at: time
    p20_min: int
    p80_min: int
    n: int


@transactional
def slot_waits_set(*, expert_code: str, waits: Sequence[SlotWait]) -> int:
    """An expert's usual waits are replaced as a whole; an expert who is not here any more is passed over."""
    expert = Expert.objects.filter(code=expert_code).first()
    if expert is None:
        return 0
    UsualWait.objects.filter(expert=expert).delete()
    made = [
        UsualWait(
            expert=expert,
            weekday=one.weekday,
            starts_at=one.starts_at,
            p20_min=one.p20_min,
            p80_min=one.p80_min,
            n=one.n,
        )
        for one in waits
    ]
    return len(UsualWait.objects.bulk_create(made))
