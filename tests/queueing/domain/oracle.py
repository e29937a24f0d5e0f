"""The order once more, written down slowly: one call after the other, every rule as the hospital says it."""

from __future__ import annotations

from collections.abc import Sequence

from queueing.domain.places import Called, Discipline, Grid, LatePolicy, Place, Rule, Serving, Waiting
from queueing.domain.streams import Stream

ASIDE = {Stream.PRIORITY: Rule.PRIORITY, Stream.REVIEW: Rule.REVIEW, Stream.PASSED: Rule.PASSED}
NORMAL = (Rule.BOOKED, Rule.WALK_IN, Rule.ARRIVAL, Rule.LATE_PASSED)


def order_of(
    waiting: Sequence[Waiting], calls: Sequence[Called], *, grid: Grid, now: float, discipline: Discipline
) -> list[Place]:
    """Everybody, by calling the next again and again at the same moment."""
    left, made, line = list(waiting), list(calls), []
    while left:
        one, rule = next_of(left, made, grid, now, discipline)
        left.remove(one)
        made.append(Called(now, rule, one.slot))
        line.append(Place(one.key, rule))
    return line


def next_of(
    left: list[Waiting], calls: list[Called], grid: Grid, now: float, how: Discipline
) -> tuple[Waiting, Rule]:
    stands = [(one, standing(one, calls, grid, now, how)) for one in left]

    def those(*rules: str) -> list[Waiting]:
        return [one for one, rule in stands if rule in rules]

    if emergencies := those("emergency"):
        return min(emergencies, key=lambda one: (one.arrived_at, one.key)), Rule.EMERGENCY
    if on_time := those("on_time_passed"):
        return min(on_time, key=lambda one: (reported(one), one.key)), Rule.ON_TIME_PASSED
    in_line = those("booked", "walk_in", "arrival")
    if now >= grid.last_starts_at:
        in_line += those("late_passed")
    lines = {Stream.NORMAL: [one for one in in_line if not aside(one, stands)]}
    for stream in (Stream.PRIORITY, Stream.REVIEW):
        lines[stream] = [one for one in in_line if one.stream is stream and aside(one, stands)]
    lines[Stream.PASSED] = those("passed")
    due_back = [(places_left(one, calls, how), reported(one), one.key, one) for one in those("places_back")]
    if due_back and (min(due_back)[0] <= 0 or not any(lines.values())):
        return min(due_back)[3], Rule.PLACES_BACK
    if any(lines.values()):
        return from_lines(lines, stands, calls, grid, how)
    if early := those("early"):
        return min(early, key=lambda one: (one.slot.starts_at, one.arrived_at, one.key)), Rule.EARLY
    return min(
        those("late_passed"),
        key=lambda one: (max(grid.last_starts_at, reported(one)), reported(one), one.key),
    ), (Rule.LATE_PASSED)


def aside(one: Waiting, stands: list[tuple[Waiting, str]]) -> bool:
    return one.stream in ASIDE and {it.key: rule for it, rule in stands}[one.key] != "late_passed"


def reported(one: Waiting) -> float:
    if one.returned_at is not None:
        return one.returned_at
    return one.joined_at if one.joined_at is not None else one.arrived_at


def standing(one: Waiting, calls: list[Called], grid: Grid, now: float, how: Discipline) -> str:
    if one.stream is Stream.EMERGENCY:
        return "emergency"
    absent, gone, late = one.returned_at is not None, slot_gone(one, calls), is_late(one)
    if how.late is LatePolicy.PAPER and one.slot is not None and (absent or gone):
        return "late_passed" if late else "on_time_passed"
    if how.late is not LatePolicy.PAPER and gone and not absent and not late:
        return "on_time_passed"
    if how.late is LatePolicy.INTERLEAVE and (absent or gone):
        return "passed"
    if how.late is LatePolicy.BACK_N and (absent or gone):
        return "places_back" if step(one, calls, how) > 0 else "late_passed"
    if one.slot is None:
        return "arrival" if how.serving is Serving.FIRST_COME else "walk_in"
    if one.slot.starts_at > now and one.slot.starts_at > grid.first_starts_at:
        return "early"
    return "arrival" if how.serving is Serving.FIRST_COME else "booked"


def is_late(one: Waiting) -> bool:
    return one.slot is not None and one.arrived_at > one.slot.ends_at


def slot_gone(one: Waiting, calls: list[Called]) -> bool:
    """Over, and a booked patient of a later slot was called in turn, both before this one came into the queue.

    Who waits for one doctor of a shared queue asks only what that doctor called.
    """
    if one.slot is None:
        return False
    joined = one.joined_at if one.joined_at is not None else one.arrived_at
    moved_on = any(
        call.at < joined
        and call.rule in (Rule.BOOKED, Rule.ARRIVAL)
        and call.slot.starts_at > one.slot.starts_at
        and one.waits_for in (None, call.caller)
        for call in calls
        if call.slot is not None
    )
    return one.slot.ends_at < joined and moved_on


def step(one: Waiting, calls: list[Called], how: Discipline) -> int:
    times = one.misses + (1 if slot_gone(one, calls) and is_late(one) else 0)
    steps = list(how.back_places)
    while len(steps) < times:
        steps.append(steps[-1])
    return steps[max(times, 1) - 1]


def places_left(one: Waiting, calls: list[Called], how: Discipline) -> int:
    gone_by = [
        call
        for call in calls
        if call.at >= reported(one) and call.rule in (*NORMAL, *ASIDE.values(), Rule.PLACES_BACK)
    ]
    return step(one, calls, how) - len(gone_by)


def from_lines(
    lines: dict[Stream, list[Waiting]],
    stands: list[tuple[Waiting, str]],
    calls: list[Called],
    grid: Grid,
    how: Discipline,
) -> tuple[Waiting, Rule]:
    counting = [call.rule for call in calls if call.rule in (*NORMAL, *ASIDE.values())]
    rest = sum(len(line) for stream, line in lines.items() if stream is not Stream.REVIEW)
    ratio = {
        Stream.PRIORITY: how.ratios.priority,
        Stream.REVIEW: how.ratios.review_full if len(lines[Stream.REVIEW]) > rest else how.ratios.review,
        Stream.PASSED: how.ratios.passed,
    }
    due = []
    for number, (stream, rule) in enumerate(ASIDE.items()):
        last = max((at for at, called in enumerate(counting) if called is rule), default=-1)
        normal_since = sum(called in NORMAL for called in counting[last + 1 :])
        if lines[stream] and (not lines[Stream.NORMAL] or normal_since >= ratio[stream]):
            due.append((last, number, stream))
    rules = {one.key: rule for one, rule in stands}
    if due:
        stream = min(due)[2]
        if stream is Stream.PASSED:
            return min(lines[stream], key=lambda one: (reported(one), one.key)), Rule.PASSED
        return min(lines[stream], key=lambda one: place(one, rules[one.key], grid)), ASIDE[stream]
    booked = [one for one in lines[Stream.NORMAL] if rules[one.key] == "booked"]
    others = [one for one in lines[Stream.NORMAL] if rules[one.key] != "booked"]
    turn = booked or others
    if how.serving is Serving.INTERLEAVE and booked and others:
        turn = booked if is_bookeds_turn(calls, how) else others
    one = min(turn, key=lambda it: place(it, rules[it.key], grid))
    return one, Rule(rules[one.key])


def place(one: Waiting, rule: str, grid: Grid) -> tuple[float, ...]:
    if rule == "booked":
        return (0, one.slot.starts_at, one.arrived_at, 0, 0, one.key)
    if rule == "late_passed":
        return (1, 0, max(grid.last_starts_at, reported(one)), 1, reported(one), one.key)
    return (1, 0, one.arrived_at, 0, 0, one.key)


def is_bookeds_turn(calls: list[Called], how: Discipline) -> bool:
    """A round is so many booked patients, then so many walk-ins; a turn taken for want of others is nobody's."""
    to_go, walk_ins_to_go = how.share.booked, how.share.walk_in
    for call in calls:
        if call.rule is Rule.BOOKED:
            to_go = max(0, to_go - 1)
        elif call.rule in (Rule.WALK_IN, Rule.LATE_PASSED) and not to_go:
            walk_ins_to_go -= 1
            if not walk_ins_to_go:
                to_go, walk_ins_to_go = how.share.booked, how.share.walk_in
    return to_go > 0
