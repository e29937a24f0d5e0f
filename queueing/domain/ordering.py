"""Who is called next: rules 6 to 10 of the paper's queue, in one place.

The rules themselves are :mod:`queueing.domain.ranks` and :mod:`queueing.domain.turns`, which the simulator compiles:
the two never disagree. Times are plain numbers on one axis (any unit, any origin).
"""

from collections.abc import Iterator, Sequence

from queueing.domain import turns
from queueing.domain.places import RULES, Called, Discipline, Grid, Place, Waiting
from queueing.domain.standing import Stand, Standing, turns_of


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
        What the department chose: ``appointments_first``, ``first_come`` or ``interleave``, the ratios, the late
        policy.

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

    ``first_come`` merges booked patients of the current and earlier slots with the walk-ins by arrival,
    ``interleave`` lets so many of the ones and so many of the others go in turn. Rule 7 stays, and the late policy is
    chosen apart: rules 9 and 10; ``back_n``, some places behind who waits on coming back, in the end behind
    everybody; ``interleave``, a stream aside. A slot passed while somebody of it already waits does not move them
    (our choice: nobody loses a place while sitting in the room); that can happen only beside streams, transfers,
    ``first_come`` and ``interleave``.

    Examples
    --------
    >>> from queueing.domain.places import Span
    >>> nine, ten = Span(0, 60), Span(60, 120)
    >>> back = Waiting(4, 15, nine, returned_at=40)
    >>> here = [Waiting(1, 5), Waiting(2, 20, nine), Waiting(3, 10, ten), back]
    >>> [(p.key, p.rule.value) for p in calling_order(here, [], grid=Grid(0, 60), now=45)]
    [(4, 'on_time_passed'), (2, 'booked'), (1, 'walk_in'), (3, 'early')]
    """
    queue, how = Standing(calls, grid, now, discipline), discipline.how
    lines: list[list[Stand]] = [[] for _line in range(turns.LINES)]
    for ticket in waiting:
        line, stand = queue.stand(ticket)
        lines[line].append(stand)
    for stands in lines:
        stands.sort(reverse=True)
    return tuple(_called_one_by_one(lines, turns_of(calls, how), how))


def _called_one_by_one(lines: list[list[Stand]], so_far: turns.Turns, how: turns.How) -> Iterator[Place]:
    """Empty the lines, each the first at its end, one call after the other."""
    people, given = [len(line) for line in lines], 0
    back = lines[turns.BACK_LINE]
    while any(people):
        line = turns.line_next(people, back[-1].places_left - given if back else 0)
        if line == turns.IN_TURNS:
            line = turns.line_in_turn(people, so_far, how)
        stand = lines[line].pop()
        people[line] -= 1
        so_far = turns.turns_after(so_far, stand.rule, how)
        given += stand.rule in turns.GIVES_PLACES
        yield Place(stand.key, RULES[stand.rule])


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
    >>> from queueing.domain.places import Rule
    >>> people_ahead([Place(7, Rule.BOOKED), Place(3, Rule.WALK_IN)], 3)
    1
    """
    return next((ahead for ahead, place in enumerate(order) if place.key == key), None)
