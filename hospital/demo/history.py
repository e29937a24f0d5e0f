"""Synthetic history with the paper's arrivals and punctuality, from a seeded generator.

Walk-ins come by a Poisson process, most of them before the session opens; booked patients are 21 % of the time
30-120 minutes early and 28 % of the time 30-120 minutes late; the expert starts late (ward rounds); the order of
calling is the product's own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np

from analytics.domain.visits import Channel, Outcome, SessionKey, VisitRow
from hospital.common import clock
from hospital.demo.clinic import EXPERTS, Period, periods
from queueing.domain.ordering import next_ticket
from queueing.domain.places import Called, Grid, Span, Waiting

DAYS = 60
PLANNED = 28
"""So many days ago sessions with the first plans' quotas began."""
SEED = 2018
WALK_INS_PER_H = (9.0, 3.0, 1.5, 1.0, 0.5)
"""In the hour before opening and in each hour of the session: the paper's estimates."""
BOOKED_PER_SLOT = (6, 5, 5, 5)
FIRST_START_MIN = (30.0, 8.0)
SERVICE_MIN = 5.5
SERVICE_CV = 0.5
NO_SHOW = 0.03
DaysOf = Callable[[str], Iterable[int]]
"""How many days before today sessions of an expert were, oldest first."""
QuotasOf = Mapping[tuple[str, int, time], Sequence[int]]
"""Who is booked in each slot of an expert's weekday and opening; ``BOOKED_PER_SLOT`` where nothing is said."""
NO_PLANS: QuotasOf = {}


@dataclass(slots=True)
class _Person:
    """One patient of a simulated session; minutes after walk-in registration opens."""

    key: int
    arrives_min: float
    slot: Span | None
    registered_min: float
    starts_min: float | None = None
    ends_min: float = 0.0


@dataclass(slots=True)
class _Session:
    """A simulated session: who came, whom the expert has called."""

    people: list[_Person]
    slots: list[Span]
    calls: list[Called] = field(default_factory=list)


def visits(today: date, days_of: DaysOf, quotas_of: QuotasOf = NO_PLANS) -> Iterator[VisitRow]:
    """Every visit of these days before ``today``, the same for the same day and quotas."""
    for number, row in enumerate(EXPERTS):
        code = row[1]
        busy = np.random.default_rng([SEED, number]).uniform(0.7, 1.2)
        for back in days_of(code):
            random = np.random.default_rng([SEED, number, back])
            day = today - timedelta(days=back)
            for period in periods(number):
                if period.weekday == day.isoweekday():
                    booked = quotas_of.get((code, period.weekday, period.times[0]), BOOKED_PER_SLOT)
                    yield from _session_visits((code, row[0]), day, period, busy, random, booked=booked)


def _session_visits(
    expert: tuple[str, str],
    day: date,
    period: Period,
    busy: float,
    random: np.random.Generator,
    *,
    booked: Sequence[int],
) -> Iterator[VisitRow]:
    code, department = expert
    opens_at, closes_at, walk_in_opens_at = (
        datetime.combine(day, wall, tzinfo=clock.zone()) for wall in period.times
    )
    key = SessionKey(code, department, day, opens_at, closes_at, walk_in_opens_at, 60)
    before_min = (opens_at - walk_in_opens_at).total_seconds() / 60
    count = int((closes_at - opens_at) / timedelta(hours=1))
    slots = [Span(before_min + 60 * index, before_min + 60 * (index + 1)) for index in range(count)]
    session = _Session(_people(slots, busy, random, booked), slots)
    _serve(session, before_min + max(5.0, random.normal(*FIRST_START_MIN)), random)

    def moment(minutes: float) -> datetime:
        return (walk_in_opens_at + timedelta(minutes=minutes)).replace(microsecond=0)

    for person in session.people:
        yield _row(key, person, moment, no_show=person.slot is not None and random.random() < NO_SHOW)


def _people(
    slots: list[Span], busy: float, random: np.random.Generator, booked_per_slot: Sequence[int]
) -> list[_Person]:
    people: list[_Person] = []
    hours = [Span(slots[0].starts_at - 60, slots[0].starts_at), *slots]
    for hour, rate in zip(hours, WALK_INS_PER_H, strict=False):
        for arrives in random.uniform(hour.starts_at, hour.ends_at, random.poisson(rate * busy)):
            people.append(_Person(len(people), float(arrives), None, float(arrives)))
    for slot, booked in zip(slots, booked_per_slot, strict=False):
        for place in range(booked):
            due = slot.starts_at + 60 * (place + 0.5) / booked
            arrives = max(0.0, due + _deviation(random))
            people.append(_Person(len(people), arrives, slot, -float(random.uniform(600, 9000))))
    return people


def _deviation(random: np.random.Generator) -> float:
    drawn = random.random()
    if drawn < 0.21:
        return -float(random.uniform(30, 120))
    if drawn < 0.49:
        return float(random.uniform(30, 120))
    return float(random.uniform(-15, 15))


def _serve(session: _Session, starts: float, random: np.random.Generator) -> None:
    """Call everybody in the product's own order, one after the other."""
    shape = 1 / SERVICE_CV**2
    grid = Grid(session.slots[0].starts_at, session.slots[-1].starts_at)
    waiting = {person.key: person for person in session.people}
    now = starts
    while waiting:
        here = [Waiting(p.key, p.arrives_min, p.slot) for p in waiting.values() if p.arrives_min <= now]
        place = next_ticket(here, session.calls, grid=grid, now=now)
        if place is None:
            now = min(person.arrives_min for person in waiting.values())
            if now > session.slots[-1].ends_at:
                break
            continue
        person = waiting.pop(place.key)
        person.starts_min = now
        now += max(1.0, float(random.gamma(shape, SERVICE_MIN / shape)))
        person.ends_min = now
        session.calls.append(Called(person.starts_min, place.rule, person.slot))


def _row(key: SessionKey, person: _Person, at: Callable[[float], datetime], *, no_show: bool) -> VisitRow:
    starts_min = None if no_show else person.starts_min
    gone = starts_min is None
    return VisitRow(
        session=key,
        channel=Channel.WALK_IN if person.slot is None else Channel.APPOINTMENT,
        slot_starts_at=None if person.slot is None else at(person.slot.starts_at),
        registered_at=at(person.registered_min),
        checked_in_at=None if gone else at(person.arrives_min),
        called_at=None if starts_min is None else at(starts_min),
        started_at=None if starts_min is None else at(starts_min),
        finished_at=None if gone else at(person.ends_min),
        outcome=_outcome(gone=gone, no_show=no_show),
        patient_ref=f"synthetic-{key.expert_code}-{key.session_date}-{key.opens_at:%H}-{person.key}",
    )


def _outcome(*, gone: bool, no_show: bool) -> Outcome:
    if no_show:
        return Outcome.NO_SHOW
    return Outcome.LEFT if gone else Outcome.DONE
