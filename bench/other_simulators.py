"""The same clinic session in SimPy and in Ciw: what our simulator is checked and measured against.

The order of calling is written once more here, from the hospital's rules and not from our code: booked patients of
the current and earlier slots, by slot, then check-in; walk-ins, by registration; early booked patients; whoever comes
late and is passed, at the end of the queue as it stands when the last slot begins, at check-in if later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import inf
from random import Random
from typing import Any

import ciw
import simpy

from analytics.domain.draws import Chances
from analytics.domain.simulation import World

WALK_IN = -1
LONG_AFTER_MIN = 600.0
Patient = tuple[float, int]
"""Arrival, and slot: from 0, -1 for a walk-in."""
Begun = list[tuple[float, int, float]]
"""Arrival, slot and call."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What happens in one session whatever the order: who comes when, lengths over their mean, the expert's start."""

    coming: list[Patient]
    services: list[float]
    start: float


def inputs_of(world: World, quotas: Sequence[int], draws: Chances, session: int) -> Inputs:
    """The same chances as one session of ours."""
    begin, end = int(draws.first[session]), int(draws.first[session + 1])
    services = draws.services[begin + session * draws.appointments : end + (session + 1) * draws.appointments]
    booked = _booked(world, quotas, iter(draws.deviations[session].tolist()))
    walk_ins = [(time, WALK_IN) for time in draws.walk_ins[begin:end].tolist()]
    return Inputs(sorted(walk_ins + booked), services.tolist(), float(draws.starts[session, 0]))


def sampled(world: World, quotas: Sequence[int], random: Random) -> Inputs:
    """Chances drawn as a script would draw them."""
    coming, start = [], 0.0
    for expected, length in zip(world.walk_ins, (world.pre_opening_min, *world.slot_min), strict=True):
        time = start + random.expovariate(expected / length)
        while time < start + length:
            coming.append((time, WALK_IN))
            time += random.expovariate(expected / length)
        start += length
    coming += _booked(world, quotas, (_deviation(world, random) for _ in range(sum(quotas))))
    shape = 1 / world.service_cv**2
    services = [random.gammavariate(shape, 1 / shape) for _ in coming]
    delay = random.gauss(world.start_delay_min, world.start_delay_sd_min)
    return Inputs(sorted(coming), services, max(0.0, world.pre_opening_min + delay))


def _deviation(world: World, random: Random) -> float:
    kind = random.random()
    if kind < world.early_share:
        return -random.uniform(*world.far_min)
    if kind < world.early_share + world.late_share:
        return random.uniform(*world.far_min)
    return random.uniform(-world.near_min, world.near_min)


def _booked(world: World, quotas: Sequence[int], deviations: Iterator[float]) -> list[Patient]:
    found = []
    for slot, (span, quota) in enumerate(zip(world.spans(), quotas, strict=True)):
        for place in range(quota):
            due = span.starts_at + (span.ends_at - span.starts_at) * (place + 0.5) / quota
            found.append((max(0.0, due + next(deviations)), slot))
    return found


@dataclass(slots=True)
class _Clinic:
    """The rules, and what they need to know of the calls so far."""

    world: World
    services: Iterator[float]
    starts: list[float] = field(init=False)
    ends: list[float] = field(init=False)
    first_called: list[float] = field(init=False)
    begun: Begun = field(default_factory=list)

    def __post_init__(self) -> None:
        spans = self.world.spans()
        self.starts, self.ends = [one.starts_at for one in spans], [one.ends_at for one in spans]
        self.first_called = [inf] * len(spans)

    def __deepcopy__(self, memo: object) -> _Clinic:
        """Ciw copies distributions; they and the discipline know of the same calls."""
        return self

    def place(self, now: float, one: Patient) -> tuple[float, ...]:
        """Lower is called earlier."""
        arrived, slot = one
        last = self.starts[-1]
        if slot == WALK_IN:
            return (2, arrived, 0, 0)
        if arrived > self.ends[slot] and min(self.first_called[slot + 1 :], default=inf) < arrived:
            return (4 if now < last else 2, max(last, arrived), 1, arrived)
        if slot and self.starts[slot] > now:
            return (3, slot, arrived, 0)
        return (1, slot, arrived, 0)

    def call(self, now: float, one: Patient) -> float:
        """Take note of a call; how long the consultation lasts."""
        if self.place(now, one)[0] == 1:
            self.first_called[one[1]] = min(self.first_called[one[1]], now)
        self.begun.append((*one, now))
        at = max(sum(start <= now for start in self.starts) - 1, 0)
        return next(self.services) * self.world.service_min[at]


def simpy_begun(world: World, inputs: Inputs) -> Begun:
    """The session in SimPy: one process for those who come, one for the expert, who closes after the end."""
    env, clinic = simpy.Environment(), _Clinic(world, iter(inputs.services))
    here: list[Patient] = []
    someone = env.event()

    def comings() -> Iterator[simpy.Event]:
        for one in inputs.coming:
            yield env.timeout(one[0] - env.now)
            here.append(one)
            if not someone.triggered:
                someone.succeed()

    def expert() -> Iterator[simpy.Event]:
        nonlocal someone
        yield env.timeout(inputs.start)
        while True:
            if not here:
                if env.now >= clinic.ends[-1]:
                    return
                someone = env.event()
                yield someone
                if env.now > clinic.ends[-1]:
                    return
            one = min(here, key=partial(clinic.place, env.now))
            here.remove(one)
            yield env.timeout(clinic.call(env.now, one))

    env.process(comings())
    env.process(expert())
    env.run()
    return clinic.begun


class _Consultation(ciw.dists.Distribution):  # type: ignore[misc]
    """Ciw asks for a length when a service begins, in the order in which they do."""

    def __init__(self, clinic: _Clinic) -> None:
        self.clinic = clinic

    def sample(self, t: float = 0.0, ind: Any = None) -> float:
        return self.clinic.call(t, (ind.arrival_date, int(ind.customer_class)))


def ciw_begun(world: World, inputs: Inputs) -> Begun:
    """The session in Ciw: a class of customers for walk-ins and one for each slot, a discipline, a schedule.

    Ciw's server stays: who comes after the close is served, which the caller leaves out.
    """
    clinic = _Clinic(world, iter(inputs.services))
    slots = [str(slot) for slot in range(WALK_IN, len(clinic.starts))]
    by_class: dict[str, list[float]] = {slot: [] for slot in slots}
    for arrived, slot in inputs.coming:
        by_class[str(slot)].append(arrived)

    def following(waiting: list[Any], now: float) -> Any:
        return min(waiting, key=lambda ind: clinic.place(now, (ind.arrival_date, int(ind.customer_class))))

    network = ciw.create_network(
        arrival_distributions={slot: [_gaps(times)] for slot, times in by_class.items()},
        service_distributions={slot: [_Consultation(clinic)] for slot in slots},
        number_of_servers=[ciw.Schedule([0, 1], [inputs.start, inputs.start + 1e6])],
        service_disciplines=[following],
    )
    ciw.Simulation(network).simulate_until_max_time(clinic.ends[-1] + LONG_AFTER_MIN)
    return clinic.begun


def _gaps(times: list[float]) -> Any:
    pairs = zip([0.0, *times], times, strict=False)
    return ciw.dists.Sequential([late - early for early, late in pairs] + [inf])
