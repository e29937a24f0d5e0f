"""Mornings of experts, played with the live queue's own order and without a database: each check-in is told a
time.

Minutes count from the opening of the doors (07:00). Walk-ins, punctuality, late starts and consultations are
those of the reference world (``docs/method.md``); besides, days differ in speed, some patients have priority or
come as emergencies, some are absent when called, leave, or never come. The forecaster knows of each expert what
a hospital knows: the earlier mornings.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count
from statistics import fmean, pstdev
from time import perf_counter
from typing import Any

import numpy as np

from queueing.domain.expected import LiveQueue, Wait, come_back_in, forecast
from queueing.domain.futures import RoomNow
from queueing.domain.live_queue import latest_slot_called
from queueing.domain.newcomers import Newcomers
from queueing.domain.ordering import calling_order, people_ahead
from queueing.domain.paces import Durations, day_profile, levelled, people_times_mean, pooled, speed
from queueing.domain.places import Called, Discipline, Grid, Place, Rule, Span, Waiting
from queueing.domain.standing import turns_of
from queueing.domain.streams import Stream

WALK_INS = (9.0, 3.0, 1.5, 1.0, 0.5)
"""Expected in each hour from 07:00 on."""
MEANS_MIN = (6.0, 5.0, 6.0, 6.0)
"""Of consultations that begin in each hour from 08:00 on; gamma with this coefficient of variation:"""
CV = 0.5
OPENS_MIN, CLOSES_MIN, SLOT_MIN = 60.0, 300.0, 60.0
COMES, ABSENT, RETURNS, GIVES_UP, URGENT, PRIORITY = 0.9, 0.04, 0.8, 0.02, 0.01, 0.04
WALK_MIN, ABSENCE_MIN = 0.3, 2.0
"""From the call to the chair, and until somebody absent is passed."""
KNOWN_DAYS = 26
"""Mornings that are remembered: two a week for 13 weeks."""
WORTH_MIN = 15.0
S_PER_MIN = 60.0
GRID = Grid(OPENS_MIN * S_PER_MIN, (CLOSES_MIN - SLOT_MIN) * S_PER_MIN)


@dataclass(frozen=True, slots=True)
class Kind:
    """What an expert's mornings are like.

    ``start`` is the mean and the standard deviation of the beginning, minutes after 08:00; ``slow_days`` the
    standard deviation of the logarithm of a day's speed; ``leaves``: whoever is told so goes away and comes
    back when told.
    """

    name: str
    quotas: tuple[int, ...]
    start: tuple[float, float]
    slow_days: float = 0.1
    discipline: Discipline = Discipline()  # noqa: RUF009 - frozen
    leaves: bool = False


@dataclass(slots=True)
class Told:
    """What one patient was told at check-in [min], and what came of it."""

    wait: Wait
    plain: float
    at: float
    walk_in: bool
    rule: Rule
    back: float | None = None
    called_at: float | None = None
    excluded: str = ""
    on_site: float = 0.0


@dataclass(slots=True)
class Past:
    """What is remembered of an expert: consultations, beginnings, walk-ins by hour and urgent patients of each day."""

    days: list[Durations] = field(default_factory=list)
    hours: list[dict[int, list[float]]] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    walk_ins: list[list[int]] = field(default_factory=list)
    urgent: list[int] = field(default_factory=list)

    def remember(self, morning: "Morning") -> None:
        """One day more."""
        self.days = [*self.days, durations(morning.taken)][-KNOWN_DAYS:]
        self.hours = [*self.hours, dict(morning.hours)][-KNOWN_DAYS:]
        self.starts = [*self.starts, morning.begins_at - OPENS_MIN][-KNOWN_DAYS:]
        self.walk_ins = [*self.walk_ins, morning.walk_ins][-KNOWN_DAYS:]
        self.urgent = [*self.urgent, morning.urgent][-KNOWN_DAYS:]

    def by_hour(self) -> dict[int, Durations]:
        """Consultations by the hour of their beginning."""
        hours: dict[int, list[float]] = defaultdict(list)
        for day in self.hours:
            for hour, taken in day.items():
                hours[hour] += taken
        return {hour: durations(taken) for hour, taken in hours.items()}

    def newcomers(self, now: float) -> Newcomers:
        """Who is still to be expected at a minute."""
        return Newcomers(
            slot_min=SLOT_MIN,
            walk_ins=tuple(fmean(hour) for hour in zip(*self.walk_ins, strict=True)),
            walk_ins_from_min=-now,
            urgent_per_h=fmean(self.urgent) * 60.0 / CLOSES_MIN if self.urgent else 0.0,
        )


def durations(minutes: list[float]) -> Durations:
    """Figures of some times."""
    return Durations(len(minutes), fmean(minutes), pstdev(minutes)) if minutes else Durations()


def deviation_min(rng: np.random.Generator) -> float:
    """How far from the due time a booked patient comes: the paper's survey."""
    kind = rng.random()
    if kind < 0.49:
        return float(rng.uniform(30, 120)) * (-1 if kind < 0.21 else 1)
    return float(rng.uniform(-15, 15))


@dataclass(slots=True)
class Patient:
    """One who comes: how, and what will happen."""

    waiting: Waiting
    absent: bool = False


class Morning:
    """One expert's morning."""

    def __init__(self, kind: Kind, past: Past, rng: np.random.Generator, *, tells: bool) -> None:
        self.kind, self.past, self.rng, self.tells = kind, past, rng, tells
        self.pace = float(rng.lognormal(0.0, kind.slow_days))
        self.begins_at = max(0.0, OPENS_MIN + float(rng.normal(*kind.start)))
        self.by_hour = past.by_hour()
        self.history, self.late_start = pooled(past.days), durations(past.starts)
        self.waiting: dict[int, Patient] = {}
        self.away: dict[int, Patient] = {}
        self.to_come: dict[int, float] = {}
        self.calls: list[Called] = []
        self.taken: list[float] = []
        self.hours: dict[int, list[float]] = defaultdict(list)
        self.told: dict[int, Told] = {}
        self.walk_ins = [0] * len(WALK_INS)
        self.urgent = 0
        self.inside_since: float | None = None
        self.busy = self.begun = self.closed = False
        self.events: list[tuple[float, int, str, tuple[Any, ...]]] = []
        self.turn, self.keys = count(), count()
        self.spent_s: list[float] = []
        self._plan()

    def play(self) -> None:
        """From the doors' opening until the last patient has gone."""
        while self.events:
            minute, _turn, name, what = heappop(self.events)
            getattr(self, f"_{name}")(minute, *what)
        for key, told in self.told.items():
            if told.called_at is None and not told.excluded:
                told.excluded = "left" if key in self.waiting else "unserved"
        self.past.remember(self)

    # ---- who comes when

    def _plan(self) -> None:
        for hour, quota in enumerate(self.kind.quotas):
            start = OPENS_MIN + SLOT_MIN * hour
            span = Span(start * S_PER_MIN, (start + SLOT_MIN) * S_PER_MIN)
            for place in range(quota):
                key = next(self.keys)
                self.to_come[key] = span.starts_at
                if self.rng.random() < COMES:
                    due = start + SLOT_MIN * (place + 0.5) / quota
                    self._at(max(0.0, due + deviation_min(self.rng)), "check_in", key, span)
        for hour, expected in enumerate(WALK_INS):
            for _one in range(int(self.rng.poisson(expected))):
                self._at(60.0 * (hour + float(self.rng.random())), "check_in", next(self.keys), None)
        self._at(self.begins_at, "begin")

    def _at(self, minute: float, name: str, *what: Any) -> None:
        heappush(self.events, (minute, next(self.turn), name, what))

    # ---- what happens

    def _check_in(self, minute: float, key: int, slot: Span | None) -> None:
        self.to_come.pop(key, None)
        if self.closed:
            return
        chance = self.rng.random()
        stream = Stream.EMERGENCY if chance < URGENT else Stream.NORMAL
        if URGENT <= chance < URGENT + PRIORITY:
            stream = Stream.PRIORITY
        self.urgent += stream is not Stream.NORMAL and slot is None
        if slot is None:
            self.walk_ins[min(int(minute // 60.0), len(WALK_INS) - 1)] += 1
        patient = Patient(Waiting(key, minute * S_PER_MIN, slot, stream=stream))
        patient.absent = self.rng.random() < ABSENT
        self.waiting[key] = patient
        if self.rng.random() < GIVES_UP:
            self._at(minute + float(self.rng.uniform(10, 60)), "give_up", key)
        if self.tells:
            self._tell(minute, patient)
        if self.begun and not self.busy:
            self._next(minute)

    def _order(self, minute: float) -> tuple[Place, ...]:
        return calling_order(
            [one.waiting for one in self.waiting.values()],
            self.calls,
            grid=GRID,
            now=minute * S_PER_MIN,
            discipline=self.kind.discipline,
        )

    def _tell(self, minute: float, patient: Patient) -> None:
        """The time that the patient is told."""
        state = self.state(minute, patient.waiting.key)
        if state is None:
            return
        before = perf_counter()
        wait = forecast(state)
        self.spent_s.append(perf_counter() - before)
        starts = 0.0 if self.begun else max(0.0, OPENS_MIN + self.late_start.mean_min - minute)
        plain = people_times_mean(
            ahead=state.ahead, mean_min=self.history.mean_min, starts_in_min=starts, rooms=1
        )
        told = Told(wait, plain, minute, patient.waiting.slot is None, state.rule)
        if told.walk_in and not patient.absent and patient.waiting.stream is Stream.NORMAL:
            told.back = come_back_in(wait, worth_min=WORTH_MIN)
            if told.back is not None and self.kind.leaves:
                self._at(minute + told.back, "back", patient.waiting.key)
                self.away[patient.waiting.key] = patient
        if patient.waiting.stream is Stream.EMERGENCY:
            told.excluded = "emergency"
        self.told[patient.waiting.key] = told

    def state(self, minute: float, key: int) -> LiveQueue | None:
        """What is known when ``key`` asks; None when that is too little."""
        order = self._order(minute)
        opens = OPENS_MIN - minute
        profile = day_profile(self.by_hour, opens_in_min=opens)
        here = {hour: durations(taken) for hour, taken in self.hours.items()}
        pace = speed(levelled(here, profile, opens_in_min=opens), self.past.days)
        ahead = people_ahead(order, key)
        if pace is None or ahead is None:
            return None
        mine = self.waiting[key].waiting
        return LiveQueue(
            now=minute * S_PER_MIN,
            line=tuple((self.waiting[place.key].waiting, place.rule) for place in order),
            ahead=ahead,
            rule=order[ahead].rule,
            slot_starts_at=mine.slot.starts_at if mine.slot else None,
            to_come=tuple(self.to_come.values()),
            rooms=(
                RoomNow(
                    None if self.inside_since is None else minute - self.inside_since,
                    OPENS_MIN - minute,
                    self.begun,
                ),
            ),
            pace=pace,
            late_start=self.late_start,
            seed=int(self.rng.integers(1 << 30)),
            arrived_at=mine.arrived_at,
            grid=GRID,
            latest_called=latest_slot_called(self.calls),
            turns=turns_of(self.calls, self.kind.discipline.how),
            discipline=self.kind.discipline,
            newcomers=self.past.newcomers(minute),
            between_min=WALK_MIN,
            profile=profile,
        )

    def _give_up(self, _minute: float, key: int) -> None:
        if self.waiting.pop(key, None) and key in self.told:
            self.told[key].excluded = "left"

    def _begin(self, minute: float) -> None:
        self.begun = True
        self._next(minute)

    def _next(self, minute: float) -> None:
        if self.busy:
            return
        order = self._order(minute)
        if not order:
            self.closed = minute >= CLOSES_MIN
            return
        patient = self.waiting.pop(order[0].key)
        self.calls.append(Called(minute * S_PER_MIN, order[0].rule, patient.waiting.slot))
        told = self.told.get(patient.waiting.key)
        self.busy, self.inside_since = True, minute
        if patient.absent or patient.waiting.key in self.away:
            if told and not told.excluded:
                told.excluded = "passed" if patient.absent else "called while away"
            self._at(minute + ABSENCE_MIN, "passed", patient, patient.waiting.key in self.away)
            return
        if told:
            told.called_at = minute if told.called_at is None else told.called_at
            told.on_site = minute - max(told.at, told.at + (told.back or 0.0))
        self._at(minute + WALK_MIN, "start", patient)

    def _start(self, minute: float, patient: Patient) -> None:
        self.inside_since = minute
        hour = min(max(int((minute - OPENS_MIN) // 60), 0), len(MEANS_MIN) - 1)
        taken = float(self.rng.gamma(1 / CV**2, MEANS_MIN[hour] * self.pace * CV**2))
        self._at(minute + taken, "finish", taken, int((minute - OPENS_MIN) // 60))

    def _finish(self, minute: float, taken: float, hour: int) -> None:
        self.taken.append(taken)
        self.hours[hour].append(taken)
        self.busy, self.inside_since = False, None
        self._next(minute)

    def _passed(self, minute: float, patient: Patient, away: bool) -> None:
        patient.waiting = replace(patient.waiting, misses=patient.waiting.misses + 1)
        if not away and self.rng.random() < RETURNS:
            self._at(minute + float(self.rng.uniform(3, 25)), "return", patient)
        patient.absent, self.busy, self.inside_since = False, False, None
        self._next(minute)

    def _back(self, minute: float, key: int) -> None:
        """Somebody who was told to go away is back, in the line still or after being passed."""
        patient = self.away.pop(key)
        if key not in self.waiting and self.told[key].excluded == "called while away":
            self._return(minute, patient)

    def _return(self, minute: float, patient: Patient) -> None:
        if self.closed:
            return
        patient.waiting = replace(patient.waiting, returned_at=minute * S_PER_MIN)
        self.waiting[patient.waiting.key] = patient
        if self.begun and not self.busy:
            self._next(minute)


def mornings(kind: Kind, *, experts: int, days: int, seed: int, learn: int = 12) -> Iterator[Morning]:
    """The mornings of several experts, each after some that only teach how the expert is."""
    for expert in range(experts):
        rng, past = np.random.default_rng((seed, expert)), Past()
        for day in range(learn + days):
            morning = Morning(kind, past, rng, tells=day >= learn)
            morning.play()
            if morning.tells:
                yield morning
