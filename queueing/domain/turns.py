"""In which line somebody stands and whose turn it is, over plain numbers: one text with two uses, like
:mod:`queueing.domain.ranks`.
"""

from typing import Final, Protocol

from queueing.domain.ranks import (
    ARRIVAL,
    BOOKED,
    INTERLEAVE,
    LATE_PASSED,
    PASSED,
    PLACES_BACK,
    PRIORITY,
    REVIEW,
    WALK_IN,
)

IN_TURN: Final = (BOOKED, WALK_IN, ARRIVAL, PRIORITY, REVIEW, LATE_PASSED, PASSED)
"""Calls that count for the ratios. Emergencies, rule 9, rule 7 and who comes back after some places do not, nor does
whoever an expert called out of order."""
GIVES_PLACES: Final = (BOOKED, WALK_IN, ARRIVAL, PRIORITY, REVIEW, LATE_PASSED, PASSED, PLACES_BACK)
"""Calls that bring a patient forward who stands some places back."""
PASSES_SLOTS: Final = (BOOKED, ARRIVAL)
"""Calls in turn of the normal line: a booked patient called so shows that the expert has gone on to that slot."""

NEXT_LINE: Final = 0
ON_TIME_LINE: Final = 1
BOOKED_LINE: Final = 2
NORMAL_LINE: Final = 3
PRIORITY_LINE: Final = 4
REVIEW_LINE: Final = 5
PASSED_LINE: Final = 6
BACK_LINE: Final = 7
EARLY_LINE: Final = 8
LAST_LINE: Final = 9
LINES: Final = 10
"""Lines in which people stand: emergencies, rule 9, booked patients where they take turns with the others, everybody
else in line, the streams beside, some places back, early, at the end."""
IN_TURNS: Final = 10
"""Not a line: the lines from ``BOOKED_LINE`` to ``PASSED_LINE`` take turns, :func:`line_in_turn` says which."""
_LINE_OF: Final = (0, 1, 3, 3, 3, 4, 5, 8, 3, 7, 6, 3)

HOW_SERVING: Final = 0
HOW_BOOKED: Final = 1
HOW_WALK_IN: Final = 2
HOW_PRIORITY: Final = 3
HOW_REVIEW: Final = 4
HOW_PASSED: Final = 5
HOW_REVIEW_FULL: Final = 6
"""Where a department's choices stand in ``how``: who goes first; so many booked patients, then so many walk-ins; normal
calls before one of each stream beside, and of reviews while they outnumber first visits."""
How = tuple[int, int, int, int, int, int, int]

TURNS_BOOKED: Final = 0
TURNS_WALK_IN: Final = 1
TURNS_SINCE: Final = 2
TURNS_LAST: Final = 5
TURNS_MADE: Final = 8
Turns = tuple[int, int, int, int, int, int, int, int, int]
"""How far the turns are: booked patients and walk-ins called in this round; for each stream beside (priority, review,
passed) the normal calls since its last one, then the number of that call; how many calls in turn there were."""
NO_TURNS: Final[Turns] = (0, 0, 0, 0, 0, -3, -2, -1, 0)
"""Before the first call; of the streams that never had a turn priority comes first, then reviews, then the passed."""


class People(Protocol):
    """How many stand in each line: a list or an array."""

    def __getitem__(self, line: int, /) -> int: ...


def line_of(rule: int, now: float, last_starts_at: float, serving: int) -> int:
    """The line in which somebody stands.

    Parameters
    ----------
    rule : int
        That places the patient.
    now, last_starts_at : float
        The present moment and the last slot's start: until then who is late and passed stands behind everybody
        (rule 10).
    serving : int
        Who goes first.

    Returns
    -------
    int

    Examples
    --------
    >>> from queueing.domain.ranks import FIRST_COME
    >>> line_of(LATE_PASSED, 59, 60, FIRST_COME) == LAST_LINE, line_of(LATE_PASSED, 60, 60, FIRST_COME) == NORMAL_LINE
    (True, True)
    """
    if rule == LATE_PASSED and now < last_starts_at:
        return LAST_LINE
    if rule == BOOKED and serving == INTERLEAVE:
        return BOOKED_LINE
    return _LINE_OF[rule]


def line_next(people: People, places_left: int) -> int:
    """The line whose first patient is called next, or ``IN_TURNS`` when that is one of those that take turns.

    Parameters
    ----------
    people : sequence of int, shape (LINES,)
        How many stand in each line; somebody does.
    places_left : int
        Who stands some places back: how many are still called before the first of them, 0 or less: nobody.

    Returns
    -------
    int

    Notes
    -----
    Emergencies; on time but passed (rule 9); those in line, with whoever stands some places back; early booked
    patients (rule 7); late and passed before the last slot (rule 10).

    Examples
    --------
    >>> line_next([0, 0, 0, 1, 0, 0, 0, 1, 1, 0], 2) == IN_TURNS, line_next([0] * 8 + [1, 1], 0) == EARLY_LINE
    (True, True)
    """
    if people[NEXT_LINE] > 0:
        return NEXT_LINE
    if people[ON_TIME_LINE] > 0:
        return ON_TIME_LINE
    in_line = people[BOOKED_LINE] + people[NORMAL_LINE]
    in_line += people[PRIORITY_LINE] + people[REVIEW_LINE] + people[PASSED_LINE]
    if people[BACK_LINE] > 0 and (places_left <= 0 or in_line == 0):
        return BACK_LINE
    if in_line > 0:
        return IN_TURNS
    return EARLY_LINE if people[EARLY_LINE] > 0 else LAST_LINE


def line_in_turn(people: People, turns: Turns, how: How) -> int:
    """Whose turn it is of those in line.

    Parameters
    ----------
    people : sequence of int, shape (LINES,)
        How many stand in each line; somebody in one of those that take turns.
    turns : Turns
        After the calls made so far.
    how : How
        The department's choices.

    Returns
    -------
    int
        A line with somebody in it: an empty one yields its turn.

    Notes
    -----
    When several streams are due, or only streams beside wait, the one whose last turn is longest ago comes first (our
    choice, so that none can starve another).

    Examples
    --------
    >>> how = (INTERLEAVE, 2, 1, 2, 2, 2, 1)
    >>> two_normal = turns_after(turns_after(NO_TURNS, WALK_IN, how), WALK_IN, how)
    >>> here = [0, 0, 0, 4, 1, 0, 0, 0, 0, 0]
    >>> [line_in_turn(here, turns, how) for turns in (NO_TURNS, two_normal)] == [NORMAL_LINE, PRIORITY_LINE]
    True
    """
    normal = people[BOOKED_LINE] + people[NORMAL_LINE]
    everybody = normal + people[PRIORITY_LINE] + people[REVIEW_LINE] + people[PASSED_LINE]
    due = -1
    for beside in range(3):
        ratio = how[HOW_PRIORITY + beside]
        if PRIORITY_LINE + beside == REVIEW_LINE and 2 * people[REVIEW_LINE] > everybody:
            ratio = how[HOW_REVIEW_FULL]
        is_due = normal == 0 or turns[TURNS_SINCE + beside] >= ratio
        if people[PRIORITY_LINE + beside] > 0 and is_due:  # noqa: SIM102 - plain for the compiler
            if due < 0 or turns[TURNS_LAST + beside] < turns[TURNS_LAST + due]:
                due = beside
    if due >= 0:
        return PRIORITY_LINE + due
    if people[BOOKED_LINE] > 0 and people[NORMAL_LINE] > 0:
        return BOOKED_LINE if turns[TURNS_BOOKED] < how[HOW_BOOKED] else NORMAL_LINE
    return BOOKED_LINE if people[BOOKED_LINE] > 0 else NORMAL_LINE


def turns_after(turns: Turns, rule: int, how: How) -> Turns:
    """The turns after one more call.

    Parameters
    ----------
    turns : Turns
        Before it.
    rule : int
        By which somebody was called.
    how : How
        The department's choices.

    Returns
    -------
    Turns

    Notes
    -----
    Whoever is called because nobody of the others was there uses nobody's turn up (our choice): a walk-in called before
    the booked patients had theirs leaves the round as it is, and booked patients called when walk-ins were due leave
    the walk-ins due. Who comes late and passed is one of the walk-ins here.

    Examples
    --------
    >>> how = (INTERLEAVE, 1, 2, 2, 2, 2, 1)
    >>> one = turns_after(NO_TURNS, BOOKED, how)
    >>> two = turns_after(turns_after(one, WALK_IN, how), WALK_IN, how)
    >>> one[:2], two[:2], turns_after(NO_TURNS, WALK_IN, how)[:2], turns_after(one, PLACES_BACK, how) == one
    ((1, 0), (0, 0), (0, 0), True)
    """
    if rule not in IN_TURN:
        return turns
    booked, walk_in, priority, review, passed, last_priority, last_review, last_passed, made = turns
    made += 1
    if rule == PRIORITY:
        priority, last_priority = 0, made
    elif rule == REVIEW:
        review, last_review = 0, made
    elif rule == PASSED:
        passed, last_passed = 0, made
    else:
        priority, review, passed = priority + 1, review + 1, passed + 1
    if rule == BOOKED:
        booked += 1
    elif rule in (WALK_IN, LATE_PASSED) and booked >= how[HOW_BOOKED]:
        walk_in += 1
        if walk_in >= how[HOW_WALK_IN]:
            booked, walk_in = 0, 0
    return (booked, walk_in, priority, review, passed, last_priority, last_review, last_passed, made)
