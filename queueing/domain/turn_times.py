"""Which call goes to the one who asks, in each future.

A room for which somebody waits never rests, and the one who asks waits. So the moments of the calls do not
depend on who is called, and the one who asks is called at the first of them at which all who came so far with a
better right have been called. Everything is an array with one row for each future; times are minutes from now.
"""

from math import ceil, inf

import numpy as np
from numpy.typing import NDArray

from queueing.domain.futures import Floats
from queueing.domain.live_queue import S_PER_MIN, LiveQueue
from queueing.domain.places import Rule, Serving
from queueing.domain.rivals import BESIDES, Rivals
from queueing.domain.turns import HOW_PRIORITY, TURNS_SINCE

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]

NORMAL = frozenset({Rule.BOOKED, Rule.WALK_IN, Rule.ARRIVAL})


def called_at(state: LiveQueue, rivals: Rivals, times: Floats) -> Floats:
    """When the one who asks is called; shape (futures,).

    Parameters
    ----------
    state : LiveQueue
        What is known now.
    rivals : Rivals
        See :func:`rivals_of`.
    times : ndarray of float, shape (futures, calls)
        The moments of the calls, as many as there are people ahead and rivals, and one.

    Returns
    -------
    ndarray of float, shape (futures,)
        Minutes from now.

    Examples
    --------
    >>> from queueing.domain.futures import RoomNow
    >>> from queueing.domain.paces import Speed
    >>> asks = LiveQueue(0, (), 2, Rule.WALK_IN, None, (), (RoomNow(),), Speed(6, 0.5, 20))
    >>> none = np.empty((1, 0))
    >>> rivals = Rivals(np.array([[7.0]]), np.array([10.0]), none, none, np.array([]))
    >>> called_at(asks, rivals, np.array([[0.0, 5.0, 12.0, 20.0]])).tolist()
    [20.0]
    """
    come = np.where(_too_late(state, rivals, times), np.inf, rivals.booked)
    if state.rule is Rule.EARLY and state.slot_starts_at is not None:
        mine = _turns_of_early(state, rivals, come, times)
    else:
        mine = _turns(state, rivals, come, times)
    mine[:, -1] = True
    called: Floats = times[np.arange(len(times)), mine.argmax(axis=1)]
    return called


def _came(ready: Floats, times: Floats) -> Counts:
    """How many are ready at each call; shape (futures, calls)."""
    counted: Counts = (ready[:, None, :] <= times[:, :, None]).sum(axis=2)
    return counted


def _turns(state: LiveQueue, rivals: Rivals, come: Floats, times: Floats) -> Flags:
    """The calls at which nobody is left with a better right."""
    until = state.minutes(state.grid.last_starts_at)
    if state.rule is Rule.LATE_PASSED and until > 0:
        booked = np.where(come > until, np.inf, come) if state.is_first_come else come
        before = _came(np.hstack([booked, rivals.walk_ins]), times)
    else:
        before = _came(np.maximum(come, rivals.slots[None, :]), times)
        before += _came(np.broadcast_to(rivals.early, (len(times), len(rivals.early))), times)
        if state.rule in BESIDES:
            before = np.minimum(before + _came(rivals.walk_ins, times), _normal_in_turn(state))
        if state.rule is Rule.WALK_IN and state.discipline.serving is Serving.INTERLEAVE:
            before = np.minimum(before, _booked_in_turn(state))
    turns: Flags = np.arange(times.shape[1]) >= state.ahead + before + _came(rivals.urgent, times)
    return turns


def _normal_in_turn(state: LiveQueue) -> int:
    """How many more of the normal line have a turn before one of a stream beside, if they come in time."""
    beside, rules = BESIDES.index(state.rule), [rule for _one, rule in state.line]
    ahead, behind = rules[: state.ahead], rules[state.ahead :]
    if NORMAL.intersection(behind):
        return 0
    ratio = state.discipline.how[HOW_PRIORITY + beside]
    turns = max(0, ratio - state.turns[TURNS_SINCE + beside]) + ratio * ahead.count(state.rule)
    return max(0, turns - sum(rule in NORMAL for rule in ahead))


def _booked_in_turn(state: LiveQueue) -> int:
    """How many more booked patients have a turn before a walk-in."""
    rules = [rule for _one, rule in state.line[: state.ahead]]
    share = state.discipline.share
    turns = ceil((rules.count(Rule.WALK_IN) + 1) * share.booked / max(1, share.walk_in))
    return max(0, turns - rules.count(Rule.BOOKED))


def _too_late(state: LiveQueue, rivals: Rivals, times: Floats) -> Flags:
    """Who comes after the end of a slot that is passed by then (rule 10): they go before nobody who is here.

    A slot is passed by the first call in turn of a booked patient of a later one: not before it is over, nor
    before those of it and of earlier ones who are here (our approximation: who still comes of them is left
    out).
    """
    late = np.zeros(rivals.booked.shape, dtype=bool)
    own = [] if state.slot_starts_at is None else [state.slot_starts_at]
    here = [one.slot.starts_at for one, _rule in state.line if one.slot is not None]
    latest = max([*own, *here, *state.to_come], default=-inf)
    for slot in np.unique(rivals.slots):
        start, over = state.now + slot * S_PER_MIN, slot + state.newcomers.slot_min
        if state.latest_called > start:
            passed_at = np.full(len(times), over)
        elif latest > start:
            calls = np.maximum((times < over).sum(axis=1), sum(one <= start for one in here))
            last = times.shape[1] - 1
            passed_at = np.where(calls > last, np.inf, times[np.arange(len(times)), np.minimum(calls, last)])
        else:
            continue
        late |= (rivals.slots == slot)[None, :] & (rivals.booked > passed_at[:, None])
    return late


def _turns_of_early(state: LiveQueue, rivals: Rivals, come: Floats, times: Floats) -> Flags:
    """The calls of one who is early: until the own slot begins only when nobody else is left, from then on once
    those are called who go first then, too.

    Of the calls until then, those who go first then have as many as came in time: a queue of their own, in
    which at each call one is called if there is one; and what is left when the others are gone.
    """
    due = state.minutes(state.slot_starts_at or state.now)
    nth, rows = np.arange(times.shape[1]), np.arange(len(times))
    first, moves_up = _first_when_due(state)
    opening = np.concatenate([moves_up, rivals.early])
    waits = np.broadcast_to(opening, (len(times), len(opening)))
    if state.is_first_come:
        ready, behind = [waits, rivals.urgent], [come, rivals.walk_ins]
    else:
        ready, behind = [waits, rivals.urgent, np.maximum(come, rivals.slots[None, :])], [rivals.walk_ins]
    before, crowd = first + _came(np.hstack(ready), times), _came(np.hstack(behind), times)
    everybody = state.ahead + _came(np.hstack([come, rivals.walk_ins, rivals.urgent]), times)
    until = (times < due).sum(axis=1)
    upto = np.maximum(until - 1, 0)
    called = np.minimum(until, np.minimum.accumulate(before - nth, axis=1)[rows, upto] + upto)
    others = state.ahead - first - len(moves_up) + crowd[rows, upto]
    called = called + np.maximum(until - called - others, 0)
    left = before - called[:, None] - (nth[None, :] - until[:, None])
    turns: Flags = np.where(nth[None, :] < until[:, None], nth[None, :] >= everybody, left <= 0)
    return turns


def _first_when_due(state: LiveQueue) -> tuple[int, Floats]:
    """Of those ahead, how many go first now and once the own slot has begun, and when the slots begin of those who
    go first then only.
    """
    ahead = state.line[: state.ahead]
    if state.is_first_come:
        ahead = tuple((one, rule) for one, rule in ahead if one.arrived_at <= state.came_at)
        loses: set[Rule] = set()
    else:
        loses = {Rule.WALK_IN, Rule.LATE_PASSED}
    opening = [state.minutes(one.slot.starts_at) for one, rule in ahead if rule is Rule.EARLY and one.slot]
    first = sum(rule not in {Rule.EARLY, *loses} for _one, rule in ahead)
    return first, np.array(opening, dtype=float)
