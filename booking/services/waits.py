"""Usual waits: what the recorded history says, written here by whoever keeps that history."""

from collections.abc import Collection, Mapping, Sequence
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
def slot_waits_set(
    *, waits: Mapping[str, Sequence[SlotWait]], weekdays: Mapping[str, Collection[int]]
) -> int:
    """Experts' usual waits on these weekdays are replaced as a whole; who is not here any more is passed over.

    What is as before is not written again. Returns how many were given.
    """
    experts = dict(Expert.objects.filter(code__in=waits).values_list("pk", "code"))
    days = {day for each in weekdays.values() for day in each}
    days |= {one.weekday for each in waits.values() for one in each}
    known = {
        (one.expert_id, one.weekday, one.starts_at): one
        for one in UsualWait.objects.filter(expert__in=experts, weekday__in=days)
    }
    given = {
        (pk, one.weekday, one.starts_at): UsualWait(
            expert_id=pk,
            weekday=one.weekday,
            starts_at=one.starts_at,
            p20_min=one.p20_min,
            p80_min=one.p80_min,
            n=one.n,
        )
        for pk, code in experts.items()
        for one in waits[code]
    }
    gone = [one.pk for key, one in known.items() if key not in given and key[1] in weekdays[experts[key[0]]]]
    new = [one for key, one in given.items() if key not in known or _figures(known[key]) != _figures(one)]
    UsualWait.objects.filter(pk__in=gone).delete()
    UsualWait.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["expert", "weekday", "starts_at"],
        update_fields=["p20_min", "p80_min", "n"],
    )
    return len(given)


def _figures(wait: UsualWait) -> tuple[int, int, int]:
    return wait.p20_min, wait.p80_min, wait.n
