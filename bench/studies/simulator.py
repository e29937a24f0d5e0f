"""How exact the simulator is: against Ciw and SimPy, against queues whose answer is known, and in the paper's world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import factorial, inf, sqrt
from typing import Final

import numpy as np

from analytics.domain.comparison import compare
from analytics.domain.compiled import draw_many, play_many, times_of
from analytics.domain.simulation import REFERENCE_WORLD, World
from bench.other_simulators import Begun, ciw_begun, inputs_of, simpy_begun
from queueing.domain.places import Discipline, Serving

SEED: Final = 2018
BEFORE: Final = (6, 5, 5, 5)
PAPERS: Final = Discipline()
QUIET_WORLD: Final = replace(
    REFERENCE_WORLD, service_min=(4.0, 3.0, 5.0, 4.0), start_delay_min=5.0, late_share=0.4
)
READINGS: Final = {
    "R1": ((0, 0, 9, 12), -41.5),
    "without the carry": ((0, 10, 9, 2), -6.0),
    "without the pre-opening arrivals": ((0, 9, 9, 3), -10.0),
    "capacities read as quotas": ((2, 12, 7, 0), 12.0),
}
"""Quotas, and the change of the walk-ins' mean wait that the quota method prints [min]."""
OTHER_WORLDS: Final = {
    "all within 15 min of their time": (replace(REFERENCE_WORLD, early_share=0.0, late_share=0.0), PAPERS),
    "nobody early": (replace(REFERENCE_WORLD, early_share=0.0), PAPERS),
    "nobody late": (replace(REFERENCE_WORLD, late_share=0.0), PAPERS),
    "one of ten booked patients stays away": (replace(REFERENCE_WORLD, no_show=0.1), PAPERS),
    "the expert starts 30 min late": (replace(REFERENCE_WORLD, start_delay_min=30.0), PAPERS),
    "the expert starts on time": (replace(REFERENCE_WORLD, start_delay_min=0.0), PAPERS),
    "consultations scatter twice as much": (replace(REFERENCE_WORLD, service_cv=1.0), PAPERS),
    "a tenth more walk-ins": (
        replace(REFERENCE_WORLD, walk_ins=tuple(1.1 * one for one in REFERENCE_WORLD.walk_ins)),
        PAPERS,
    ),
    "whoever came first goes first": (REFERENCE_WORLD, Discipline(Serving.FIRST_COME)),
    "two booked patients, then a walk-in": (REFERENCE_WORLD, Discipline(Serving.INTERLEAVE)),
}
"""How the figure of R1 depends on what the paper does not tell."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue with a known mean wait; consultations take a minute on average.

    ``shape`` are quantiles of the lengths, none: gamma with coefficient of variation ``cv``.
    """

    name: str
    load: float
    experts: int = 1
    cv: float = 1.0
    shape: tuple[float, ...] = ()

    def wait(self) -> float:
        """Mean wait in line: Erlang's C, with one expert Pollaczek-Khinchine."""
        if self.experts == 1:
            return self.load / (1 - self.load) * self.mean_square() / 2
        busy = self.load * self.experts
        all_busy = busy**self.experts / factorial(self.experts) / (1 - self.load)
        fewer = sum(busy**k / factorial(k) for k in range(self.experts))
        return all_busy / (fewer + all_busy) / (self.experts * (1 - self.load))

    def mean_square(self) -> float:
        """Of a length; quantiles are joined by straight lines."""
        if not self.shape:
            return 1 + self.cv**2
        pairs = zip(self.shape, self.shape[1:], strict=False)
        inner = sum((one**2 + one * other + other**2) / 3 for one, other in pairs)
        return (inner + (self.shape[0] ** 2 + self.shape[-1] ** 2) / 2) / len(self.shape)

    def world(self, customers: int) -> World:
        """One endless slot into which so many walk-ins come."""
        length = customers / (self.load * self.experts)
        return World(
            0.0, (length,), (0.0, customers), (1.0,), self.cv, 0.0, 0.0, self.shape, experts=self.experts
        )


QUEUES: Final = (
    Queue("M/M/1", 0.6),
    Queue("M/M/3", 0.6, experts=3),
    Queue("M/G/1, gamma", 0.6, cv=0.5),
    Queue("M/G/1, quantiles", 0.6, shape=(0.2, 0.3, 0.5, 1.0, 3.0)),
    Queue("M/D/1", 0.6, cv=0.0),
)


def simulated(queue: Queue, customers: int, batches: int, seed: int = SEED) -> tuple[float, float, int]:
    """The mean wait, its standard error by batch means, and how many customers it is of."""
    sums, counts = [], []
    for batch in range(batches):
        world = queue.world(customers // batches)
        seen = play_many(world, (0,), draw_many(world, 0, 1, (seed, batch)))
        sums.append(float(seen.walk_in_wait.sum()))
        counts.append(int(seen.walk_in_count.sum()))
    means = np.array(sums) / np.array(counts)
    return sum(sums) / sum(counts), float(means.std(ddof=1)) / sqrt(batches), sum(counts)


def farthest(sessions: int, seed: int = SEED, how: Discipline = PAPERS) -> tuple[float, float, int]:
    """The largest difference of a start from SimPy's and from Ciw's on the same inputs [min]; how many patients.

    Half of the sessions are the reference world's, in which the expert is hardly ever free, half are quiet ones.
    """
    simpy, ciw, patients = 0.0, 0.0, 0
    for world in (REFERENCE_WORLD, QUIET_WORLD):
        draws = draw_many(world, sum(BEFORE), sessions // 2, seed)
        for session in range(draws.sessions):
            found = times_of(world, BEFORE, draws, how, session=session)
            ours = list(zip(found.arrived.tolist(), found.slot.tolist(), found.begun.tolist(), strict=True))
            inputs = inputs_of(world, BEFORE, draws, session)
            simpy = max(simpy, difference(ours, simpy_begun(world, inputs)))
            ciw = max(ciw, difference(ours, ciw_begun(world, inputs)))
            patients += len(ours)
    return simpy, ciw, patients


def difference(ours: Begun, others: Begun) -> float:
    """The largest difference of a start; infinite when not the same patients are served while the clinic is open."""
    end = REFERENCE_WORLD.spans()[-1].ends_at
    served = sorted(one for one in ours if one[2] < inf)
    missed = sorted(one[:2] for one in ours if one[2] == inf)
    there = sorted(others)
    late = [one for one in there if _near(one, missed)]
    there = [one for one in there if one not in late]
    if len(there) != len(served) or any(one[2] < end for one in late):
        return inf
    return max((_apart(one, other) for one, other in zip(served, there, strict=True)), default=0.0)


def _near(one: tuple[float, int, float], missed: list[tuple[float, int]]) -> bool:
    return any(abs(one[0] - arrived) < 1e-6 and one[1] == slot for arrived, slot in missed)


def _apart(one: tuple[float, int, float], other: tuple[float, int, float]) -> float:
    if one[1] != other[1] or abs(one[0] - other[0]) > 1e-6:
        return inf
    return abs(one[2] - other[2])


def main() -> None:
    """Print the figures."""
    simpy, ciw, patients = farthest(300)
    print(f"seed {SEED}; 300 sessions of two worlds, {patients} patients: start times differ by at most")
    print(f"  {simpy:.1e} min from SimPy, {ciw:.1e} min from Ciw")
    print("queue               customers  known wait  simulated     off      SE       z")
    for queue in QUEUES:
        mean, error, count = simulated(queue, 10_000_000, 20)
        known = queue.wait()
        off = 100 * (mean / known - 1)
        row = f"{known:10.5f} {mean:10.5f} {off:+6.2f} % {error:7.5f} {(mean - known) / error:+7.2f}"
        print(f"{queue.name:18} {count:10}  {row}")
    print("reference world, 20,000 sessions with common random numbers, against 6/5/5/5 [min]")
    print("reading                           quotas           walk-ins     SE  printed  booked  unserved")
    for name, (quotas, printed) in READINGS.items():
        found = compare(REFERENCE_WORLD, BEFORE, quotas, SEED, 20_000)
        row = f"{found.walk_in.difference:+8.2f} {found.walk_in.error:6.2f} {printed:+8.1f}"
        unserved = f"{found.unserved.current:.2f} -> {found.unserved.proposed:.2f}"
        print(f"{name:33} {quotas!s:16} {row} {found.booked.difference:+7.2f}  {unserved}")
    print("R1 in other worlds, 20,000 sessions each        walk-ins     SE  booked  unserved")
    for name, (world, how) in OTHER_WORLDS.items():
        found = compare(world, BEFORE, READINGS["R1"][0], SEED, 20_000, discipline=how)
        unserved = f"{found.unserved.current:.2f} -> {found.unserved.proposed:.2f}"
        row = f"{found.walk_in.difference:+8.2f} {found.walk_in.error:6.2f} {found.booked.difference:+7.2f}"
        print(f"{name:47} {row}  {unserved}")
