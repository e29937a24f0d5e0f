"""Who is not ahead of the one who asks and may still go first, in each future.

Everything is an array with one row for each future; times are minutes from now.
"""

from dataclasses import dataclass
from math import inf

import numpy as np

from queueing.domain.futures import Floats
from queueing.domain.live_queue import LiveQueue
from queueing.domain.newcomers import booked_arrivals, urgent_arrivals, walk_in_arrivals
from queueing.domain.places import Rule, Waiting

OVERTAKEN = frozenset({Rule.WALK_IN, Rule.ARRIVAL, Rule.BOOKED, Rule.EARLY, Rule.LATE_PASSED})
"""Whoever stands so loses to emergencies and to the streams beside that come later."""
BESIDES = (Rule.PRIORITY, Rule.REVIEW, Rule.PASSED)
"""Whoever stands so takes turns with the normal line; in the order of :data:`queueing.domain.turns.Turns`."""
BY_SLOT = frozenset({Rule.BOOKED, Rule.EARLY})


@dataclass(frozen=True, slots=True)
class Rivals:
    """Who is not ahead and may still go first.

    Attributes
    ----------
    booked : ndarray of float, shape (futures, b)
        When booked patients come who are not here yet.
    slots : ndarray of float, shape (b,)
        When their slots begin.
    walk_ins, urgent : ndarray of float, shape (futures, w) and (futures, u)
        When walk-ins come, and patients of the streams beside.
    early : ndarray of float, shape (e,)
        When the slots begin of those who wait behind and move up then.
    """

    booked: Floats
    slots: Floats
    walk_ins: Floats
    urgent: Floats
    early: Floats

    @property
    def people(self) -> int:
        """How many there are."""
        others = (self.booked, self.walk_ins, self.urgent)
        return len(self.early) + sum(int(who.shape[1]) for who in others)


def rivals_of(state: LiveQueue, futures: int, rng: np.random.Generator) -> Rivals:
    """Who may go before the one who asks besides those ahead.

    Parameters
    ----------
    state : LiveQueue
        What is known now.
    futures : int
        How many.
    rng : numpy.random.Generator
        Its source of chance.

    Returns
    -------
    Rivals

    Notes
    -----
    Rules 6 to 10. A walk-in loses to booked patients whose slot has begun; a booked patient to those of earlier
    slots; an early one also to walk-ins until the own slot begins; who came late to a passed slot, before the
    last slot begins, to everybody who comes until then. Under ``first_come`` nobody loses to somebody who comes
    later, but to those who came before and whose slot begins meanwhile. A patient of a stream beside loses to
    those who come in time for the turns that the normal line still has.

    Examples
    --------
    >>> from queueing.domain.futures import RoomNow
    >>> from queueing.domain.paces import Speed
    >>> asks = LiveQueue(0, (), 0, Rule.BOOKED, 3600.0, (0.0, 3600.0), (RoomNow(),), Speed(6, 0.5, 20))
    >>> rivals_of(asks, 5, np.random.default_rng(1)).slots.tolist()
    [0.0]
    """
    slots = np.array(sorted(state.minutes(start) for start in _slots_before(state)))
    crowd_until, until = _crowd_until(state), _horizon(state, len(slots))
    none = np.empty((futures, 0))
    return Rivals(
        booked=booked_arrivals(slots.tolist(), state.newcomers, futures, rng),
        slots=slots,
        walk_ins=walk_in_arrivals(state.newcomers, min(crowd_until, until), futures, rng),
        urgent=urgent_arrivals(state.newcomers, until, futures, rng) if state.rule in OVERTAKEN else none,
        early=np.array(_early_behind(state), dtype=float),
    )


def _slots_before(state: LiveQueue) -> tuple[float, ...]:
    """Of the booked patients to come who may go first."""
    own = state.slot_starts_at
    if state.rule in BY_SLOT and own is not None:
        return tuple(start for start in state.to_come if start < own)
    return state.to_come if state.rule in {Rule.WALK_IN, Rule.LATE_PASSED, *BESIDES} else ()


def _crowd_until(state: LiveQueue) -> float:
    """Until when a walk-in who comes goes first."""
    if state.rule is Rule.EARLY and state.slot_starts_at is not None:
        return state.minutes(state.slot_starts_at)
    if state.rule in BESIDES:
        return inf
    return state.minutes(state.grid.last_starts_at) if state.rule is Rule.LATE_PASSED else 0.0


def _horizon(state: LiveQueue, coming: int) -> float:
    """Later than this the call is hardly ever: who comes then need not be foreseen."""
    opens = max(0.0, min(room.starts_in_min for room in state.rooms) + state.late_start.mean_min)
    begin = 0.0 if any(room.started for room in state.rooms) else opens
    people = state.ahead + coming + 1
    own = 0.0 if state.slot_starts_at is None else max(0.0, state.minutes(state.slot_starts_at))
    return max(begin, own) + 1.5 * people * (state.pace.mean_min + state.between_min) / len(state.rooms)


def _early_behind(state: LiveQueue) -> list[float]:
    """When the slots begin of those behind who move up then; first come, first served, only who came before."""
    loses = {Rule.WALK_IN, Rule.LATE_PASSED, Rule.ARRIVAL, *BESIDES}
    if state.rule not in (loses | {Rule.EARLY} if state.is_first_come else loses):
        return []
    latest = state.came_at if state.is_first_come else inf
    return [
        state.minutes(one.slot.starts_at)
        for one, rule in state.line[state.ahead :]
        if rule is Rule.EARLY and one.slot is not None and one.arrived_at <= latest and not _asks(one, state)
    ]


def _asks(one: Waiting, state: LiveQueue) -> bool:
    """Whether this is the one who asks, who stands in the line, too."""
    mine = state.line[state.ahead][0] if state.ahead < len(state.line) else None
    return state.rule is Rule.EARLY and one is mine
