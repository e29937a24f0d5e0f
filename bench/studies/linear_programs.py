"""What the exact assignment gains over one patient after the other: a stopped clinic, and a line that is shared out.

Costs are in minutes, as the product counts them: moved time or waits, 90 for an expert who is known for something else,
30 for a session without numbers left. Both ways get the same patients and places.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import fmean, stdev
from time import perf_counter

import numpy as np

from analytics.domain.transportation import transportation
from booking.domain.stops import Clinic, FreeSlot, Wanted, distance_min, suggestions
from queueing.domain.batches import Moving, cost_min, shared_out
from queueing.domain.sharing import Load, by_least_work

SEED = 2018
CASES = 400
EIGHT = datetime(2026, 11, 24, 8)  # noqa: DTZ001 - the wall clock of no place


@dataclass(frozen=True, slots=True)
class Gain:
    """Mean cost of a patient one after the other and together [min], over cases of equally many patients served."""

    cases: int
    one_by_one: float
    together: float
    error: float
    """Of their difference."""
    worse: int
    """Cases in which the exact way costs more: there may be none."""


def main() -> None:
    """Both studies, as a table."""
    print(f"seed {SEED}, {CASES} cases each; minutes a patient")
    print("                    one by one  together  difference  SE     together worse")
    for name, study in (("stopped clinic", stopped), ("line shared out", shared)):
        found = study(CASES)
        less = found.together - found.one_by_one
        means = f"{found.one_by_one:10.1f}  {found.together:8.1f}  {less:10.2f}  {found.error:5.2f}"
        print(f"{name:18}  {means}  {found.worse}")
    print(f"transportation of 30 departments x 12 zones to 300 experts x 8 slots: {transported_s():.2f} s")


def transported_s() -> float:
    """Seconds for one plan of a large hospital's week; the second of two, the first imports the solver."""
    random = np.random.default_rng(SEED)
    costs = np.abs(random.integers(0, 12, 360)[:, None] - random.integers(0, 12, 2400)[None, :]).astype(float)
    costs[np.repeat(np.arange(30), 12)[:, None] != np.repeat(np.arange(30), 80)[None, :]] = np.inf
    demand = random.uniform(0, 20, 360).tolist()
    spent = 0.0
    for _turn in range(2):
        begun = perf_counter()
        transportation(demand, [2.0] * 2400, costs)
        spent = perf_counter() - begun
    return spent


def stopped(cases: int) -> Gain:
    """30 patients of a stopped morning, four colleagues with a few numbers left that day, two of another profile."""
    return _gains(cases, _stopped_case)


def shared(cases: int) -> Gain:
    """Up to 25 waiting patients, a third of whom come for something, and four colleagues with lines of their own."""
    return _gains(cases, _shared_case)


def _gains(cases: int, case: Callable[[np.random.Generator], tuple[float, float]]) -> Gain:
    random = np.random.default_rng(SEED)
    pairs = [case(random) for _case in range(cases)]
    differences = [together - apart for apart, together in pairs]
    return Gain(
        cases=cases,
        one_by_one=fmean(apart for apart, _together in pairs),
        together=fmean(together for _apart, together in pairs),
        error=stdev(differences) / cases**0.5,
        worse=sum(less > 1e-6 for less in differences),
    )


def _stopped_case(random: np.random.Generator) -> tuple[float, float]:
    here = Clinic(1, 1, 1, "chief", 5000, frozenset({"a", "b"}))
    wanted = sorted((EIGHT + timedelta(hours=int(random.integers(4))) for _one in range(30)), key=str)
    free = [
        FreeSlot(
            f"{expert}-{hour}",
            Clinic(expert, expert, 1, "chief", 5000, frozenset("a" if expert % 2 else "c")),
            EIGHT + timedelta(hours=hour),
            int(random.integers(0, 6)),
            float(random.uniform(0.3, 1)),
        )
        for expert in range(2, 6)
        for hour in range(9)
    ]
    had = [Wanted(here, moment) for moment in wanted]
    together = suggestions(wanted=had, free=free)
    apart = _nearest_first(had, free)
    return _mean_cost(had, apart), _mean_cost(had, together)


def _nearest_first(wanted: Sequence[Wanted], free: Sequence[FreeSlot]) -> list[FreeSlot | None]:
    left = {slot.code: slot.left for slot in free}
    given: list[FreeSlot | None] = []
    for one in wanted:
        best = min(
            (slot for slot in free if left[slot.code]), key=lambda slot: distance_min(one, slot), default=None
        )
        if best is not None:
            left[best.code] -= 1
        given.append(best)
    return given


def _mean_cost(wanted: Sequence[Wanted], given: Sequence[FreeSlot | None]) -> float:
    costs = [distance_min(one, slot) for one, slot in zip(wanted, given, strict=True) if slot is not None]
    return fmean(costs) if costs else 0.0


def _shared_case(random: np.random.Generator) -> tuple[float, float]:
    people = [
        Moving(number, str(random.choice(["a", "b"])) if random.random() < 1 / 3 else "")
        for number in range(int(random.integers(5, 26)))
    ]
    loads = [
        Load(
            str(number),
            float(random.uniform(0, 90)),
            mean_min=float(random.uniform(4, 12)),
            knows=frozenset({"a"} if number == 0 else {"b"} if number == 1 else set[str]()),
        )
        for number in range(4)
    ]
    together = {one.key: one.code for one in shared_out(people, loads)}
    return _cost_of(people, loads, _least_work_first(people, loads)), _cost_of(people, loads, together)


def _least_work_first(people: Sequence[Moving], loads: Sequence[Load]) -> dict[int, str]:
    now, given = list(loads), dict[int, str]()
    for one in people:
        best = by_least_work(
            replace(load, suits=not one.specialty or one.specialty in load.knows) for load in now
        )[0]
        given[one.key] = best.code
        now = [
            replace(load, work_min=load.work_min + load.mean_min) if load.code == best.code else load
            for load in now
        ]
    return given


def _cost_of(people: Sequence[Moving], loads: Sequence[Load], given: dict[int, str]) -> float:
    turns = dict.fromkeys((load.code for load in loads), 0)
    by_code = {load.code: load for load in loads}
    total = 0.0
    for one in people:
        code = given[one.key]
        total += cost_min(one, by_code[code], turns[code])
        turns[code] += 1
    return total / len(people)
