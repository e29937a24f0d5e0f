"""N3: what quotas are computed from, read from the daily summary / from the raw visits.

The hospital of N1 at 5 million visits. Both sides give the same: what every session of the last 13 weeks showed in
each of its slots of an hour, expert by expert, as plans read it; that they are equal is checked first.
"""

from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bench.measure import REPEATS, Goal, interleaved
from bench.nightly import EXPERTS, LAST, SCALES, VISITS, History

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.domain.bins import Bin

GOAL = Goal("N3", "quota inputs from the summary / from raw visits", "s", 0.15, 0.02, at_most=True)
WEEKS = 13
SLOT_MIN = 60


def _sessions() -> list[list[int]]:
    from analytics.models import SessionDay

    days = SessionDay.objects.filter(date__gt=LAST - timedelta(weeks=WEEKS)).order_by("pk")
    found: dict[str, list[int]] = {}
    for code, pk in days.values_list("expert_code", "pk"):
        found.setdefault(code, []).append(pk)
    return list(found.values())


def _read(bins: "Callable[[list[int], int], dict[int, list[Bin]]]", experts: list[list[int]]) -> float:
    begun = perf_counter()
    for sessions in experts:
        bins(sessions, SLOT_MIN)
    return perf_counter() - begun


def _sorted(bins: "dict[int, list[Bin]]") -> "dict[int, list[Bin]]":
    return {day: sorted(found, key=lambda one: one.place) for day, found in bins.items()}


def run(scale: str) -> dict[str, Any]:
    """Measure N3."""
    from analytics.selectors.bins import bins_of_summary, bins_of_visits

    History(SCALES[scale]).fill()
    experts = _sessions()
    for sessions in experts[:3]:
        if _sorted(bins_of_summary(sessions, SLOT_MIN)) != _sorted(bins_of_visits(sessions, SLOT_MIN)):
            raise RuntimeError("the summary says something else than the visits")
    return interleaved(
        GOAL,
        lambda: _read(bins_of_summary, experts),
        lambda: _read(bins_of_visits, experts),
        repeats=REPEATS,
        visits=SCALES[scale],
        experts=EXPERTS,
        visits_read=EXPERTS * VISITS * WEEKS * 7,
    )
