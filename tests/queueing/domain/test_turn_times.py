"""The forecaster's short cut gives the call that the queue's own order gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from queueing.domain.futures import RoomNow
from queueing.domain.live_queue import LiveQueue
from queueing.domain.newcomers import Newcomers
from queueing.domain.ordering import calling_order, next_ticket, people_ahead
from queueing.domain.paces import Speed
from queueing.domain.places import Called, Discipline, Grid, Rule, Serving, Span, Waiting
from queueing.domain.rivals import Rivals, rivals_of
from queueing.domain.turn_times import called_at

HOUR = 3600.0
GRID = Grid(-HOUR, 2 * HOUR)
SLOTS = tuple(Span(start * HOUR, (start + 1) * HOUR) for start in (-1, 0, 1, 2))
ASKER = 10_000


@dataclass(frozen=True)
class Case:
    """A queue now (0), those who come later, and the moments of the calls."""

    waiting: list[Waiting]
    coming: list[Waiting]
    times: list[float]
    asker: Waiting
    discipline: Discipline


def case(seed: int, kind: str, serving: Serving) -> Case:
    """A random one; nobody who still comes is late, so that no slot is passed in between."""
    rng = np.random.default_rng(seed)
    slot = {"walk_in": None, "booked": SLOTS[1], "early": SLOTS[int(rng.integers(2, 4))]}[kind]
    waiting = [Waiting(key, -float(rng.uniform(0, HOUR))) for key in range(int(rng.integers(0, 8)))]
    waiting += [
        Waiting(100 + key, -float(rng.uniform(0, HOUR)), SLOTS[int(rng.integers(1, 4))])
        for key in range(int(rng.integers(0, 6)))
    ]
    coming = [Waiting(200 + key, float(rng.uniform(0, 2 * HOUR))) for key in range(int(rng.integers(0, 6)))]
    for key in range(int(rng.integers(0, 8))):
        at = SLOTS[int(rng.integers(1, 4))]
        coming.append(Waiting(300 + key, float(rng.uniform(0, at.ends_at)), at))
    times = np.cumsum(rng.gamma(4.0, 120.0, size=len(waiting) + len(coming) + 1))
    return Case(waiting, coming, times.tolist(), Waiting(ASKER, 0.0, slot), Discipline(serving))


def by_the_order(case: Case) -> float:
    """When the one who asks is called, one call after the other [min]."""
    here, calls = {one.key: one for one in [*case.waiting, case.asker]}, list[Called]()
    coming = sorted(case.coming, key=lambda one: one.arrived_at)
    for at in case.times:
        while coming and coming[0].arrived_at <= at:
            here[coming[0].key] = coming[0]
            coming = coming[1:]
        place = next_ticket(list(here.values()), calls, grid=GRID, now=at, discipline=case.discipline)
        assert place is not None
        if place.key == ASKER:
            return at / 60.0
        calls.append(Called(at, place.rule, here.pop(place.key).slot))
    raise AssertionError


def by_the_short_cut(case: Case) -> float:
    """The same by the forecaster's count."""
    everybody = [*case.waiting, case.asker]
    order = calling_order(everybody, [], grid=GRID, now=0.0, discipline=case.discipline)
    ahead = people_ahead(order, ASKER)
    assert ahead is not None
    by_key = {one.key: one for one in everybody}
    state = LiveQueue(
        0.0, tuple((by_key[place.key], place.rule) for place in order), ahead, order[ahead].rule,
        case.asker.slot.starts_at if case.asker.slot else None, (), (RoomNow(),), Speed(8, 0.5, 20),
        arrived_at=0.0, grid=GRID, discipline=case.discipline, newcomers=Newcomers(slot_min=600.0),
    )  # fmt: skip
    own = case.asker.slot.starts_at if case.asker.slot else np.inf
    first_come = case.discipline.serving is Serving.FIRST_COME
    booked = [
        one
        for one in case.coming
        if one.slot and one.slot.starts_at < own and (not first_come or state.rule is Rule.EARLY)
    ]
    crowd = [one.arrived_at / 60.0 for one in case.coming if one.slot is None and state.rule is Rule.EARLY]
    rivals = Rivals(
        booked=np.array([[one.arrived_at / 60.0 for one in booked]]),
        slots=np.array([one.slot.starts_at / 60.0 for one in booked if one.slot]),
        walk_ins=np.array([crowd]),
        urgent=np.empty((1, 0)),
        early=rivals_of(state, 1, np.random.default_rng(1)).early,
    )
    times = np.array([case.times]) / 60.0
    return float(called_at(state, rivals, times)[0])


@pytest.mark.parametrize("serving", [Serving.APPOINTMENTS_FIRST, Serving.FIRST_COME])
@pytest.mark.parametrize(("kind", "share"), [("walk_in", 1.0), ("booked", 1.0), ("early", 0.97)])
def test_the_short_cut_finds_the_call_that_the_order_gives(kind: str, share: float, serving: Serving) -> None:
    cases = [case(seed, kind, serving) for seed in range(120)]
    same = [by_the_short_cut(one) == pytest.approx(by_the_order(one)) for one in cases]
    assert np.mean(same) >= share, [seed for seed, found in enumerate(same) if not found]
