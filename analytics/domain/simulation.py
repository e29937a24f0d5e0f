"""One clinic session played through many times: what a vector of quotas does to those who wait.

Who is next is decided by the live queue's own function. Times are minutes after walk-in registration opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from queueing.domain.ordering import next_ticket
from queueing.domain.places import Called, Grid, Span, Waiting

if TYPE_CHECKING:
    from numpy.random import Generator

EARLY_SHARE: Final = 0.21
LATE_SHARE: Final = 0.28
FAR_MIN: Final = (30.0, 120.0)
NEAR_MIN: Final = 15.0
SPARE_SERVICES: Final = 60


@dataclass(frozen=True, slots=True)
class World:
    """What a simulated session is like.

    Parameters
    ----------
    pre_opening_min : float
        Walk-in registration before the opening [min].
    slot_min : tuple of float
        Length of each slot [min].
    walk_ins : tuple of float
        Expected walk-ins before the opening and in each slot; one more than slots.
    service_min : tuple of float
        Mean consultation by the slot in which it begins [min].
    service_cv : float
        Coefficient of variation of consultations, gamma distributed.
    start_delay_min, start_delay_sd_min : float
        The expert's first start after the opening, normal, never before registration opens [min].
    """

    pre_opening_min: float
    slot_min: tuple[float, ...]
    walk_ins: tuple[float, ...]
    service_min: tuple[float, ...]
    service_cv: float
    start_delay_min: float
    start_delay_sd_min: float

    def spans(self) -> tuple[Span, ...]:
        """The slots on the session's axis.

        Returns
        -------
        tuple of Span, shape (M,)
            The first begins where registration has been open for ``pre_opening_min`` [min].

        Examples
        --------
        >>> REFERENCE_WORLD.spans()[0]
        Span(starts_at=60.0, ends_at=120.0)
        """
        spans: list[Span] = []
        start = self.pre_opening_min
        for length in self.slot_min:
            spans.append(Span(start, start + length))
            start += length
        return tuple(spans)


REFERENCE_WORLD: Final = World(
    pre_opening_min=60.0,
    slot_min=(60.0,) * 4,
    walk_ins=(9.0, 3.0, 1.5, 1.0, 0.5),
    service_min=(6.0, 5.0, 6.0, 6.0),
    service_cv=0.5,
    start_delay_min=48.0,
    start_delay_sd_min=8.0,
)
"""The paper's morning as we read it (its tables are lost): figures quoted from it belong to this world only."""


@dataclass(frozen=True, slots=True)
class Draws:
    """One session's chances, the same for every vector of quotas (common random numbers)."""

    walk_ins: tuple[float, ...]
    deviations: tuple[float, ...]
    services: tuple[float, ...]
    start: float


@dataclass(slots=True)
class Outcome:
    """What happened in one session; sums of waits by window of arrival, the first before the opening."""

    walk_in_wait: list[float]
    walk_in_count: list[int]
    booked_wait: list[float]
    booked_count: list[int]
    idle_min: float = 0.0
    overtime_min: float = 0.0
    unserved: int = 0


@dataclass(slots=True)
class _Patient:
    waiting: Waiting
    window: int
    due: float


@dataclass(slots=True)
class _Room:
    here: dict[int, _Patient] = field(default_factory=dict)
    calls: list[Called] = field(default_factory=list)


def draws_of(world: World, appointments: int, generator: Generator) -> Draws:
    """Draw one session's chances.

    Parameters
    ----------
    world : World
        What the session is like.
    appointments : int
        Most booked patients of any vector of quotas that is compared.
    generator : numpy.random.Generator
        Seeded by the caller.

    Returns
    -------
    Draws
        Times in minutes on the session's axis.

    Notes
    -----
    Punctuality is quoted from the paper (21 % come 30-120 min early, 28 % as late); that the rest come within 15 min
    is ours, as is the normal start of the expert.

    Examples
    --------
    >>> from numpy.random import default_rng
    >>> one, same = (draws_of(REFERENCE_WORLD, 21, default_rng(7)) for _ in range(2))
    >>> one == same, len(one.deviations)
    (True, 21)
    """
    walk_ins: list[float] = []
    start = 0.0
    for expected, length in zip(world.walk_ins, (world.pre_opening_min, *world.slot_min), strict=True):
        times = generator.uniform(start, start + length, int(generator.poisson(expected)))
        walk_ins += sorted(float(time) for time in times)
        start += length
    shape = 1 / world.service_cv**2
    services = generator.gamma(shape, 1 / shape, len(walk_ins) + appointments + SPARE_SERVICES)
    delay = generator.normal(world.start_delay_min, world.start_delay_sd_min)
    return Draws(
        walk_ins=tuple(walk_ins),
        deviations=tuple(_deviation(generator) for _ in range(appointments)),
        services=tuple(services.tolist()),
        start=max(0.0, world.pre_opening_min + float(delay)),
    )


def _deviation(generator: Generator) -> float:
    kind, size = generator.random(), generator.random()
    far = FAR_MIN[0] + size * (FAR_MIN[1] - FAR_MIN[0])
    if kind < EARLY_SHARE:
        return -far
    return far if kind < EARLY_SHARE + LATE_SHARE else (2 * size - 1) * NEAR_MIN


def _patients(world: World, quotas: Sequence[int], draws: Draws) -> list[_Patient]:
    spans = world.spans()
    patients = [
        _Patient(Waiting(key, time), _window(time, spans), time) for key, time in enumerate(draws.walk_ins)
    ]
    deviations = iter(draws.deviations)
    for window, (span, quota) in enumerate(zip(spans, quotas, strict=True), start=1):
        for place in range(quota):
            due = span.starts_at + (span.ends_at - span.starts_at) * (place + 0.5) / quota
            arrives = max(0.0, due + next(deviations))
            waiting = Waiting(len(patients), arrives, span)
            patients.append(_Patient(waiting, window, max(arrives, span.starts_at)))
    return sorted(patients, key=lambda patient: patient.waiting.arrived_at)


def _window(time: float, spans: Sequence[Span]) -> int:
    return sum(1 for span in spans if time >= span.starts_at)


def play(world: World, quotas: Sequence[int], draws: Draws) -> Outcome:
    """Play one session: the expert calls in the queue's order and closes when nobody waits after the end.

    Parameters
    ----------
    world : World
        What the session is like.
    quotas : sequence of int, shape (M,)
        Booked patients of each slot; together as many as `draws` has deviations.
    draws : Draws
        The session's chances.

    Returns
    -------
    Outcome
        Sums of waits [min].

    Notes
    -----
    A walk-in waits from registration, a booked patient from the later of check-in and slot start. Patient k of q in
    a slot is due at the slot's start + t (k + 0.5) / q. Those who come after the close are unserved.

    Examples
    --------
    >>> from numpy.random import default_rng
    >>> outcome = play(REFERENCE_WORLD, (0, 0, 9, 12), draws_of(REFERENCE_WORLD, 21, default_rng(7)))
    >>> sum(outcome.booked_count) + outcome.unserved <= 21
    True
    """
    spans = world.spans()
    grid, end = Grid(spans[0].starts_at, spans[-1].starts_at), spans[-1].ends_at
    coming = _patients(world, quotas, draws)
    windows = len(spans) + 1
    seen = Outcome([0.0] * windows, [0] * windows, [0.0] * windows, [0] * windows)
    room, now, arrived, served = _Room(), draws.start, 0, 0
    while True:
        while arrived < len(coming) and coming[arrived].waiting.arrived_at <= now:
            room.here[coming[arrived].waiting.key] = coming[arrived]
            arrived += 1
        place = next_ticket([one.waiting for one in room.here.values()], room.calls, grid=grid, now=now)
        if place is None:
            following = coming[arrived].waiting.arrived_at if arrived < len(coming) else None
            if now >= end or following is None or following > end:
                seen.idle_min += max(0.0, end - now)
                break
            seen.idle_min += following - now
            now = following
            continue
        patient = room.here.pop(place.key)
        room.calls.append(Called(now, place.rule, patient.waiting.slot))
        _count(seen, patient, now)
        slot = max(0, min(_window(now, spans) - 1, len(spans) - 1))
        now += draws.services[served] * world.service_min[slot]
        served += 1
    seen.overtime_min = max(0.0, now - end)
    seen.unserved = len(coming) - arrived
    return seen


def _count(seen: Outcome, patient: _Patient, now: float) -> None:
    wait = max(0.0, now - patient.due)
    if patient.waiting.slot is None:
        seen.walk_in_wait[patient.window] += wait
        seen.walk_in_count[patient.window] += 1
    else:
        seen.booked_wait[patient.window] += wait
        seen.booked_count[patient.window] += 1
