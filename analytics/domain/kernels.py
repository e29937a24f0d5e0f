"""The simulator's inner loop, compiled by numba; who is next is compiled from the live queue's own rules.

Patients are numbers from 0 in the order in which they come; two arrays with a row for each say the rest of them. The
slot of a walk-in is -1.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import config, njit

from analytics.domain.draws import Floats, Ints
from queueing.domain import ranks, turns

F = TypeVar("F", bound=Callable[..., object])
MINUTES: Final = 361
"""Waits are counted by full minutes from 0 to 359, the last place holds those from 360 on."""
ARRIVED, DUE, BEGUN = range(3)
"""Columns of ``when``, the times of each patient: begun is the call."""
SLOT, RULE, LOST, GIVEN, BEHIND = range(5)
"""Columns of ``what``: the slot, the rule, the rule of whoever lost the place, how many calls that bring others forward
were made before, who stands behind."""
PEOPLE, FIRST, LAST = range(3)
"""Rows of ``lines``: how many stand in each, who is the first and who the last."""
NOBODY: Final = -1
BORROWS: dict[str, Any] = {"_nrt": False}
"""Arrays belong to the caller: to count who refers to them takes as long again as the session itself."""
Times = tuple[Floats, Floats, Floats]
"""Starts of the slots, their ends, mean consultations."""


def _cached() -> bool:
    """Keep what is compiled where ``NUMBA_CACHE_DIR`` says, apart for each text of the rules and of this file.

    numba itself asks only whether the file of the outermost function changed, so that a new rule would go unnoticed.
    """
    settings: Any = config
    if not settings.CACHE_DIR:
        return False
    texts = b"".join(Path(file).read_bytes() for file in (__file__, ranks.__file__, turns.__file__))
    settings.CACHE_DIR = str(Path(settings.CACHE_DIR) / sha256(texts).hexdigest()[:16])
    return True


CACHED: Final = _cached()


def compiled(function: F) -> F:
    """A function as machine code.

    Parameters
    ----------
    function : callable
        Over numbers, arrays and tuples of them; it makes no arrays, and those that it calls are compiled, too.

    Returns
    -------
    callable
        Takes and gives the same; compiles on the first call.

    Examples
    --------
    >>> compiled(ranks.is_late)(61.0, 60.0)
    True
    """
    return cast("F", njit(cache=CACHED, nogil=True, **BORROWS)(function))


is_late = compiled(ranks.is_late)
passed_at = compiled(ranks.passed_at)
rule_lost = compiled(ranks.rule_lost)
rule_kept = compiled(ranks.rule_kept)
line_of = compiled(turns.line_of)
rank_of = compiled(ranks.rank_of)
line_next = compiled(turns.line_next)
line_in_turn = compiled(turns.line_in_turn)
turns_after = compiled(turns.turns_after)


@compiled
def window_of(time: float, starts: Floats) -> int:
    """0 before the first slot starts, 1 from then on, and so forth."""
    window = 0
    while window < len(starts) and starts[window] <= time:
        window += 1
    return window


@compiled
def coming(
    walk_ins: Floats, deviations: Floats, quotas: Ints, times: Times, when: Floats, what: Ints
) -> tuple[int, int]:
    """Write down who comes, in order, walk-ins first among equals; how many do, and how many stay away."""
    starts, ends, _means = times
    total, drawn, no_shows = len(walk_ins), 0, 0
    for one in range(total):
        when[one, ARRIVED], when[one, DUE], what[one, SLOT] = walk_ins[one], walk_ins[one], -1
    for slot in range(len(quotas)):
        for place in range(quotas[slot]):
            planned = starts[slot] + (ends[slot] - starts[slot]) * (place + 0.5) / quotas[slot]
            time = max(0.0, planned + deviations[drawn])
            drawn += 1
            if time == np.inf:
                no_shows += 1
                continue
            at = total
            while at > 0 and when[at - 1, ARRIVED] > time:
                when[at, ARRIVED], when[at, DUE] = when[at - 1, ARRIVED], when[at - 1, DUE]
                what[at, SLOT] = what[at - 1, SLOT]
                at -= 1
            when[at, ARRIVED], when[at, DUE], what[at, SLOT] = time, max(time, starts[slot]), slot
            total += 1
    return total, no_shows


@compiled
def lost_by(arrived: float, slot: int, later_called: Floats, ends: Floats, late: int, places: int) -> int:
    """The rule of whoever comes when the slot is passed; calls made afterwards change nothing about it."""
    if slot < 0:
        return ranks.NO_RULE
    gone = passed_at(ends[slot], later_called[slot]) < arrived
    return rule_lost(True, False, gone, is_late(arrived, ends[slot]), places, late)


@compiled
def rank(one: int, starts: Floats, when: Floats, what: Ints) -> ranks.Rank:
    """The place of somebody whose rule is known."""
    arrived = when[one, ARRIVED]
    return rank_of(what[one, RULE], starts[what[one, SLOT]], arrived, arrived, starts[-1], float(one))


@compiled
def stand(one: int, now: float, starts: Floats, when: Floats, what: Ints, lines: Ints, serving: int) -> None:
    """Put somebody into the line, and the place in it, that the rules give now."""
    rule = what[one, LOST]
    if rule == ranks.NO_RULE:
        rule = rule_kept(what[one, SLOT] >= 0, starts[what[one, SLOT]], now, starts[0], serving)
    what[one, RULE] = rule
    line = line_of(rule, now, starts[-1], serving)
    mine, before = rank(one, starts, when, what), lines[LAST, line]
    if before >= 0 and mine < rank(before, starts, when, what):
        before, at = NOBODY, lines[FIRST, line]
        while rank(at, starts, when, what) < mine:
            before, at = at, what[at, BEHIND]
    if before < 0:
        what[one, BEHIND], lines[FIRST, line] = lines[FIRST, line], one
    else:
        what[one, BEHIND], what[before, BEHIND] = what[before, BEHIND], one
    if what[one, BEHIND] < 0:
        lines[LAST, line] = one
    lines[PEOPLE, line] += 1


@compiled
def stand_anew(now: float, starts: Floats, when: Floats, what: Ints, lines: Ints, serving: int) -> None:
    """Put everybody into line again: the place depends on the moment only by which slots have begun."""
    here = NOBODY
    for line in range(turns.LINES):
        one = lines[FIRST, line]
        while one >= 0:
            following = what[one, BEHIND]
            what[one, BEHIND], here, one = here, one, following
        lines[PEOPLE, line], lines[FIRST, line], lines[LAST, line] = 0, NOBODY, NOBODY
    while here >= 0:
        one, here = here, what[here, BEHIND]
        stand(one, now, starts, when, what, lines, serving)


@compiled
def called(what: Ints, lines: Ints, so_far: turns.Turns, given: int, how: turns.How, places: int) -> int:
    """Who is next: the first of the line whose turn it is, who stands there no longer."""
    back = lines[FIRST, turns.BACK_LINE]
    line = line_next(lines[PEOPLE], places - (given - what[back, GIVEN]) if back >= 0 else 0)
    if line == turns.IN_TURNS:
        line = line_in_turn(lines[PEOPLE], so_far, how)
    one = int(lines[FIRST, line])
    lines[FIRST, line] = what[one, BEHIND]
    if what[one, BEHIND] < 0:
        lines[LAST, line] = NOBODY
    lines[PEOPLE, line] -= 1
    return one


@compiled
def soonest(free: Floats) -> int:
    """The expert who is free first."""
    found = 0
    for expert in range(1, len(free)):
        if free[expert] < free[found]:
            found = expert
    return found


@compiled
def session(
    services: Floats,
    free: Floats,
    later_called: Floats,
    total: int,
    times: Times,
    when: Floats,
    what: Ints,
    lines: Ints,
    so_far: turns.Turns,
    how: turns.How,
    late: int,
    places: int,
) -> tuple[float, float, int]:
    """Play one session: minutes idle, minutes after the end, how many were not served.

    Whoever is free calls in the queue's order; an expert leaves when nobody waits and nobody comes before the end.
    """
    starts, ends, means = times
    given = came = served = window = so_far[
        turns.TURNS_MADE
    ]  # not a literal: numba would compile once more for it
    idle, overtime, end, serving = 0.0, 0.0, ends[-1], how[turns.HOW_SERVING]
    while True:
        expert = soonest(free)
        now = free[expert]
        if now == np.inf:
            return idle, overtime, total - came
        if window_of(now, starts) != window:
            window = window_of(now, starts)
            stand_anew(now, starts, when, what, lines, serving)
        while came < total and when[came, ARRIVED] <= now:
            what[came, LOST] = lost_by(
                when[came, ARRIVED], what[came, SLOT], later_called, ends, late, places
            )
            what[came, GIVEN] = given
            stand(came, now, starts, when, what, lines, serving)
            came += 1
        if came == served:
            comes = when[came, ARRIVED] if came < total else np.inf
            stays = now < end and comes <= end
            free[expert] = comes if stays else np.inf
            idle += max(0.0, (comes if stays else end) - now)
            overtime += 0.0 if stays else max(0.0, now - end)
            continue
        one = called(what, lines, so_far, given, how, places)
        rule = what[one, RULE]
        so_far = turns_after(so_far, rule, how)
        if rule in turns.GIVES_PLACES:
            given += 1
        if rule in turns.PASSES_SLOTS:
            for earlier in range(what[one, SLOT]):
                later_called[earlier] = min(later_called[earlier], now)
        when[one, BEGUN] = now
        free[expert] = now + services[served] * means[max(window - 1, 0)]
        served += 1


@compiled
def count(
    total: int, starts: Floats, when: Floats, what: Ints, waits: Floats, counts: Ints, minutes: Ints
) -> None:
    """Add one session's waits to the sums of its channels and windows, walk-ins first."""
    for one in range(total):
        if when[one, BEGUN] < np.inf:
            slot = what[one, SLOT]
            channel = 0 if slot < 0 else 1
            window = window_of(when[one, ARRIVED], starts) if slot < 0 else slot + 1
            wait = max(0.0, when[one, BEGUN] - when[one, DUE])
            waits[channel, window] += wait
            counts[channel, window] += 1
            minutes[channel, window, min(int(wait), MINUTES - 1)] += 1


@compiled
def sessions(
    first: Ints,
    walk_ins: Floats,
    deviations: Floats,
    services: Floats,
    starts: Floats,
    quotas: Ints,
    times: Times,
    when: Floats,
    what: Ints,
    lines: Ints,
    so_far: turns.Turns,
    how: turns.How,
    late: int,
    places: int,
    waits: Floats,
    counts: Ints,
    minutes: Ints,
    ends: Floats,
    missing: Ints,
    free: Floats,
    later_called: Floats,
) -> None:
    """Play many sessions; ``ends`` gets minutes idle and after the end, ``missing`` those not served and no-shows."""
    for which in range(len(first) - 1):
        begin, end = first[which], first[which + 1]
        total, no_shows = coming(walk_ins[begin:end], deviations[which], quotas, times, when, what)
        for one in range(total):
            when[one, BEGUN] = np.inf
        for expert in range(starts.shape[1]):
            free[expert] = starts[which, expert]
        for slot in range(len(quotas)):
            later_called[slot] = np.inf
        idle, overtime, unserved = session(
            services[begin + which * deviations.shape[1] :],
            free,
            later_called,
            total,
            times,
            when,
            what,
            lines,
            so_far,
            how,
            late,
            places,
        )
        count(total, times[0], when, what, waits[which], counts[which], minutes)
        ends[which, 0], ends[which, 1] = idle, overtime
        missing[which, 0], missing[which, 1] = unserved, no_shows
