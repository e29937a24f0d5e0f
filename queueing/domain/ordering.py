"""Who is called next: rules 6 to 10 of the paper's queue, in one place.

The live queue and the simulator ask the same function. Times are plain numbers on one axis (any unit, any
origin), so that both can use it.
"""

from collections.abc import Sequence

from queueing.domain.lateness import is_late, slot_passed_at
from queueing.domain.places import BESIDE, IN_TURN, Called, Discipline, Grid, Place, Rule, Waiting
from queueing.domain.streams import Stream, interleaved, turns_after


def _group(ticket: Waiting, calls: Sequence[Called], grid: Grid, now: float, first_come: bool) -> Rule:
    """The rule that places ``ticket``, before streams."""
    if ticket.stream is Stream.EMERGENCY:
        return Rule.EMERGENCY
    if ticket.slot is None:
        return Rule.ARRIVAL if first_come else Rule.WALK_IN
    joined_at = ticket.arrived_at if ticket.joined_at is None else ticket.joined_at
    if ticket.returned_at is not None or slot_passed_at(ticket.slot, calls) < joined_at:
        return Rule.LATE_PASSED if is_late(ticket.arrived_at, ticket.slot) else Rule.ON_TIME_PASSED
    if ticket.slot.starts_at > max(now, grid.first_starts_at):
        return Rule.EARLY
    return Rule.ARRIVAL if first_come else Rule.BOOKED


IN_LINE = frozenset({Rule.BOOKED, Rule.WALK_IN, Rule.ARRIVAL})
"""Whoever stands so may stand in a stream beside instead; late and passed patients may not."""

SortKey = tuple[float, ...]


def _reported_at(ticket: Waiting) -> float:
    """The last time the patient reported: at check-in, or on coming back."""
    if ticket.returned_at is not None:
        return ticket.returned_at
    return ticket.arrived_at if ticket.joined_at is None else ticket.joined_at


def _sort_key(ticket: Waiting, rule: Rule, grid: Grid) -> SortKey:
    """The order within one of the groups below: (line, slot, time, behind, then by report and key)."""
    if rule is Rule.LATE_PASSED:
        reported_at = _reported_at(ticket)
        return (1, 0, max(grid.last_starts_at, reported_at), 1, reported_at, ticket.key)
    if rule is Rule.ON_TIME_PASSED:
        return (0, 0, _reported_at(ticket), 0, 0, ticket.key)
    if rule in (Rule.BOOKED, Rule.EARLY) and ticket.slot is not None:
        return (0, ticket.slot.starts_at, ticket.arrived_at, 0, 0, ticket.key)
    return (1, 0, ticket.arrived_at, 0, 0, ticket.key)


def calling_order(
    waiting: Sequence[Waiting],
    calls: Sequence[Called],
    *,
    grid: Grid,
    now: float,
    discipline: Discipline = Discipline(),  # noqa: B008 - frozen
) -> tuple[Place, ...]:
    """The order in which those who wait would be called if nobody else came.

    Parameters
    ----------
    waiting : sequence of Waiting
        Everybody who waits now, in any order; keys are unique.
    calls : sequence of Called
        All calls of this queue so far, oldest first, without those taken back.
    grid : Grid
        The first and the last slot's start.
    now : float
        The present moment.
    discipline : Discipline
        ``appointments_first`` (the default) or ``first_come``, and the ratios of the streams.

    Returns
    -------
    tuple of Place
        Every waiting ticket once, the next one first, each with the rule that places it.

    Notes
    -----
    Rules 6 to 10: emergencies; on time but passed (rule 9), by return; booked patients of the current and
    earlier slots, by slot, then check-in; walk-ins, by registration; early booked patients (rule 7), by slot,
    then check-in; late and passed (rule 10). Before the first slot begins, the first is the current one;
    after the last, all have come.

    Rule 10, "the end of the queue as it stands when the last slot begins, at check-in if later": until then
    behind everybody; from then on among the walk-ins, as if registered at that moment, so that walk-ins who
    register later come behind and booked patients still come before. Coming back after being called counts as
    checking in again (our reading): otherwise being absent at the end would cost nothing.

    ``first_come`` merges booked patients of the current and earlier slots with the walk-ins by arrival. Rules
    7, 9 and 10 stay. A slot passed while somebody of it already waits does not move them (our choice: nobody
    loses a place while sitting in the room); that can happen only beside streams, transfers and
    ``first_come``.

    Examples
    --------
    >>> from queueing.domain.places import Span
    >>> nine, ten = Span(0, 60), Span(60, 120)
    >>> back = Waiting(4, 15, nine, returned_at=40)
    >>> here = [Waiting(1, 5), Waiting(2, 20, nine), Waiting(3, 10, ten), back]
    >>> [(p.key, p.rule.value) for p in calling_order(here, [], grid=Grid(0, 60), now=45)]
    [(4, 'on_time_passed'), (2, 'booked'), (1, 'walk_in'), (3, 'early')]
    """
    rules = {t.key: _group(t, calls, grid, now, discipline.first_come) for t in waiting}
    ordered = sorted(waiting, key=lambda t: _sort_key(t, rules[t.key], grid))
    last_slot_began = now >= grid.last_starts_at

    def group(*which: Rule) -> list[Waiting]:
        return [t for t in ordered if rules[t.key] in which]

    due = group(Rule.BOOKED, Rule.WALK_IN, Rule.ARRIVAL, *([Rule.LATE_PASSED] if last_slot_began else []))
    for rule, stream in BESIDE.items():
        rules |= {t.key: rule for t in due if t.stream is stream and rules[t.key] in IN_LINE}
    merged = interleaved(
        [t for t in due if rules[t.key] not in BESIDE],
        [t for t in due if rules[t.key] is Rule.PRIORITY],
        [t for t in due if rules[t.key] is Rule.REVIEW],
        turns=turns_after(call.stream for call in calls if call.rule in IN_TURN),
        ratios=discipline.ratios,
    )
    line = [
        *group(Rule.EMERGENCY),
        *group(Rule.ON_TIME_PASSED),
        *merged,
        *group(Rule.EARLY),
        *([] if last_slot_began else group(Rule.LATE_PASSED)),
    ]
    return tuple(Place(t.key, rules[t.key]) for t in line)


def next_ticket(
    waiting: Sequence[Waiting],
    calls: Sequence[Called],
    *,
    grid: Grid,
    now: float,
    discipline: Discipline = Discipline(),  # noqa: B008 - frozen
) -> Place | None:
    """The next one to be called and the rule that says so; None when nobody waits. See
    :func:`calling_order`.

    Parameters
    ----------
    waiting, calls, grid, now, discipline
        As for :func:`calling_order`.

    Returns
    -------
    Place or None

    Examples
    --------
    >>> next_ticket([Waiting(1, 5), Waiting(2, 3)], [], grid=Grid(0, 60), now=10).key
    2
    >>> next_ticket([], [], grid=Grid(0, 60), now=10) is None
    True
    """
    order = calling_order(waiting, calls, grid=grid, now=now, discipline=discipline)
    return order[0] if order else None


def people_ahead(order: Sequence[Place], key: int) -> int | None:
    """How many are called before ``key``; None when it does not wait.

    Parameters
    ----------
    order : sequence of Place
        As :func:`calling_order` gives it.
    key : int
        The ticket asked about.

    Returns
    -------
    int or None
        0 for the next one.

    Examples
    --------
    >>> people_ahead([Place(7, Rule.BOOKED), Place(3, Rule.WALK_IN)], 3)
    1
    """
    return next((ahead for ahead, place in enumerate(order) if place.key == key), None)
