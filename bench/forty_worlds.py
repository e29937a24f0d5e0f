"""Forty invented clinics on which the optimiser is measured, and the histories that they would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from math import exp, floor
from typing import Final

from numpy.random import Generator, default_rng

from analytics.domain.bins import Bin, Span
from analytics.domain.capacity import LATE_START_MIN, Durations, rounded_down
from analytics.domain.quotas import quota_plan
from analytics.domain.sessions import PastSession, Period
from analytics.domain.simulation import World

SEED: Final = 2018
WORLDS: Final = 40
SESSIONS_OF_HISTORY: Final = 10
SLOTS: Final = (4, 6, 8)
PERIOD_MIN: Final = 240.0
PRE_OPENING_MIN: Final = 60.0
PEAKS: Final = ("front", "mid", "flat", "back")
START_SD_MIN: Final = 8.0


@dataclass(frozen=True, slots=True)
class Clinic:
    """One of the worlds: where its walk-ins peak, how full it is, and how many numbers may be booked ahead."""

    peak: str
    load: float
    appointments: int
    world: World

    @property
    def r1(self) -> tuple[int, ...]:
        """The quotas R1 of someone who knows the world's means."""
        world = self.world
        possible = [length / mean for length, mean in zip(world.slot_min, world.service_min, strict=True)]
        if world.start_delay_min > LATE_START_MIN:
            possible[0] = max(0.0, (world.slot_min[0] - world.start_delay_min) / world.service_min[0])
        capacities = [rounded_down(each) for each in possible]
        pre_opening, *walk_ins = world.walk_ins
        plan = quota_plan(capacities, walk_ins, self.appointments, pre_opening=pre_opening)
        return tuple(slot.quota for slot in plan)


def clinics(count: int = WORLDS, seed: int = SEED) -> tuple[Clinic, ...]:
    """The worlds, always the same for a seed; fewer are the first of more.

    Of the design: 4, 6 or 8 slots, walk-ins that peak early, in the middle, late or nowhere, a load U(0.75, 1.15) of
    the time in which the expert is there, a start delay U(0, 45) min. Ours: four hours; mean visits U(4, 8) min, by
    slot up to a tenth longer or shorter, with a coefficient of variation U(0.3, 0.7); a share U(0.3, 0.6) of the
    patients walks in.
    """
    return tuple(_clinic(default_rng([seed, number])) for number in range(count))


def _clinic(generator: Generator) -> Clinic:
    slots = int(generator.choice(SLOTS))
    peak = str(generator.choice(PEAKS))
    load, delay = float(generator.uniform(0.75, 1.15)), float(generator.uniform(0, 45))
    mean, cv = float(generator.uniform(4, 8)), float(generator.uniform(0.3, 0.7))
    walking = float(generator.uniform(0.3, 0.6))
    patients = load * (PERIOD_MIN - delay) / mean
    shape = _shape(peak, slots)
    world = World(
        pre_opening_min=PRE_OPENING_MIN,
        slot_min=(PERIOD_MIN / slots,) * slots,
        walk_ins=tuple(patients * walking * part / sum(shape) for part in shape),
        service_min=tuple(float(mean * factor) for factor in generator.uniform(0.9, 1.1, slots)),
        service_cv=cv,
        start_delay_min=delay,
        start_delay_sd_min=START_SD_MIN,
    )
    return Clinic(peak, load, round(patients * (1 - walking)), world)


def _shape(peak: str, slots: int) -> list[float]:
    """How the walk-ins spread over the hour before the opening and the slots, by the middle of each window."""
    length = PERIOD_MIN / slots
    middles = [-PRE_OPENING_MIN / 2, *(length * (slot + 0.5) for slot in range(slots))]
    widths = [PRE_OPENING_MIN, *[length] * slots]
    return [width * _rate(peak, middle) for middle, width in zip(middles, widths, strict=True)]


def _rate(peak: str, minute: float) -> float:
    """Walk-ins a minute, up to a factor; the early peak falls about as the paper's 9, 3, 1.5, 1 and 0.5 an hour."""
    if peak == "front":
        return exp(-(minute + PRE_OPENING_MIN) / 80)
    if peak == "mid":
        return exp(-(((minute - PERIOD_MIN / 2) / 60) ** 2))
    if peak == "back":
        return exp((minute - PERIOD_MIN) / 80)
    return 1.0


def period_of_clinic(clinic: Clinic) -> Period:
    """Mondays from eight."""
    return Period(1, time(8), time(12), time(7), round(clinic.world.slot_min[0]))


def history_of_clinic(
    clinic: Clinic, generator: Generator, sessions: int = SESSIONS_OF_HISTORY
) -> list[PastSession]:
    """So many weeks as the daily summary would hold them in bins of a minute: what the estimators learn the world from.

    The expert sees one patient after the other from the first start to the close.
    """
    first = date(2018, 9, 3)
    return [_past(clinic, generator, first + timedelta(weeks=week)) for week in range(sessions)]


def _past(clinic: Clinic, generator: Generator, day: date) -> PastSession:
    world = clinic.world
    walk_ins = Counter(_walk_ins(world, generator))
    start = float(generator.normal(world.start_delay_min, world.start_delay_sd_min))
    visits: dict[int, Durations] = {}
    for minute, length in _visits(world, generator, start):
        visits[minute] = Durations.of_all([visits.get(minute, Durations()), Durations(1, length, length**2)])
    return PastSession(
        day=day,
        weekday=1,
        observed=Span(-round(world.pre_opening_min), round(PERIOD_MIN)),
        bins=[
            _bin(minute, walk_ins[minute], visits.get(minute, Durations()))
            for minute in sorted({*walk_ins, *visits})
        ],
        first_start_min=start,
        live_appointments=clinic.appointments,
        unknown_channel=0,
        known_channel=clinic.appointments + walk_ins.total(),
        bin_min=1,
    )


def _walk_ins(world: World, generator: Generator) -> Iterator[int]:
    """The minute of each registration, from the opening."""
    start = -world.pre_opening_min
    for expected, length in zip(world.walk_ins, (world.pre_opening_min, *world.slot_min), strict=True):
        for _ in range(generator.poisson(expected)):
            yield floor(generator.uniform(start, start + length))
        start += length


def _visits(world: World, generator: Generator, start: float) -> Iterator[tuple[int, float]]:
    """The minute in which each consultation begins, and its length [min]."""
    shape, slot_min = 1 / world.service_cv**2, world.slot_min[0]
    while start < PERIOD_MIN:
        mean = world.service_min[max(0, floor(start / slot_min))]
        length = float(generator.gamma(shape, mean / shape))
        yield floor(start), length
        start += length


def _bin(minute: int, walk_ins: int, visits: Durations) -> Bin:
    crowded = [0, 0, 0, 0]
    if walk_ins:
        crowded[min(walk_ins, 4) - 1] = 1
    return Bin(
        minute,
        walk_ins,
        *crowded,
        visits.count,
        visits.count,
        visits.sum_min * 60,
        visits.sum_squares_min * 3600,
    )
