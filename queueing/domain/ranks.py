"""By which rule somebody waits and where among those of the same kind, over plain numbers: one text with two uses.

The live queue runs it as Python (:mod:`queueing.domain.ordering`), the simulator compiles the same functions with numba
(``analytics.domain.kernels``), and those of :mod:`queueing.domain.turns`. Therefore only numbers and tuples of them
come in and go out, and no function calls another one of ours. Times are plain numbers on one axis (any unit, any
origin). Rules 6 to 10 are those of the paper's queue; what they leave open is settled in docs/adr/0026.
"""

from typing import Final

EMERGENCY: Final = 0
ON_TIME_PASSED: Final = 1
BOOKED: Final = 2
WALK_IN: Final = 3
ARRIVAL: Final = 4
PRIORITY: Final = 5
REVIEW: Final = 6
EARLY: Final = 7
LATE_PASSED: Final = 8
PLACES_BACK: Final = 9
PASSED: Final = 10
OUT_OF_ORDER: Final = 11
"""The rules by which somebody stands or was called, named as in :class:`queueing.domain.places.Rule`."""
NO_RULE: Final = -1

APPOINTMENTS_FIRST: Final = 0
FIRST_COME: Final = 1
INTERLEAVE: Final = 2
"""Who goes first, named as in :class:`queueing.domain.places.Serving`."""

LATE_PAPER: Final = 0
LATE_BACK_N: Final = 1
LATE_INTERLEAVE: Final = 2
"""What lateness costs, named as in :class:`queueing.domain.places.LatePolicy`."""

Rank = tuple[float, float, float, float, float, float]


def is_late(arrived_at: float, slot_ends_at: float) -> bool:
    """Whether a patient checked in after the slot's end (rules 9 and 10).

    Parameters
    ----------
    arrived_at, slot_ends_at : float
        Check-in, and the slot's end; infinity for a walk-in, who is never late.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_late(60, 60), is_late(61, 60), is_late(61, float("inf"))
    (False, True, False)
    """
    return arrived_at > slot_ends_at


def passed_at(slot_ends_at: float, later_called_at: float) -> float:
    """When a slot became a passed slot (rule 8): for whoever joins the queue after that moment it is gone.

    Parameters
    ----------
    slot_ends_at : float
        The slot's end; infinity for a walk-in.
    later_called_at : float
        The first call in turn of a booked patient of a later slot; infinity while there was none.

    Returns
    -------
    float

    Examples
    --------
    >>> passed_at(60, 50), passed_at(60, 65), passed_at(60, float("inf"))
    (60, 65, inf)
    """
    return max(slot_ends_at, later_called_at)


def rule_lost(booked: bool, absent: bool, gone: bool, late: bool, places: int, policy: int) -> int:
    """What the late policy does with whoever was called while absent, or comes when the slot is passed.

    Parameters
    ----------
    booked : bool
        Whether this is a booked patient.
    absent : bool
        Whether the patient was called while absent.
    gone : bool
        Whether the slot was passed when the patient came into the queue.
    late : bool
        See :func:`is_late`.
    places : int
        How many are called before somebody who loses places; 0 is the end of the queue.
    policy : int
        What lateness costs.

    Returns
    -------
    int
        A rule, or ``NO_RULE`` for whoever keeps the place.

    Examples
    --------
    >>> rule_lost(True, False, True, True, 0, LATE_PAPER) == LATE_PASSED
    True
    >>> rule_lost(False, True, False, False, 0, LATE_PAPER) == NO_RULE
    True
    """
    if not absent and not gone:
        return NO_RULE
    if policy == LATE_PAPER:
        if not booked:
            return NO_RULE
        return LATE_PASSED if late else ON_TIME_PASSED
    if not absent and not late:
        return ON_TIME_PASSED
    if policy == LATE_INTERLEAVE:
        return PASSED
    return PLACES_BACK if places > 0 else LATE_PASSED


def rule_kept(booked: bool, slot_starts_at: float, now: float, first_starts_at: float, serving: int) -> int:
    """The rule that places whoever lost nothing.

    Parameters
    ----------
    booked : bool
        Whether this is a booked patient.
    slot_starts_at : float
        The start of the slot; any number for a walk-in.
    now : float
        The present moment.
    first_starts_at : float
        The first slot's start: before it the first slot is the current one.
    serving : int
        Who goes first.

    Returns
    -------
    int

    Examples
    --------
    >>> rule_kept(True, 60, 59, 0, FIRST_COME) == EARLY, rule_kept(True, 60, 60, 0, FIRST_COME) == ARRIVAL
    (True, True)
    """
    if booked and slot_starts_at > max(now, first_starts_at):
        return EARLY
    if serving == FIRST_COME:
        return ARRIVAL
    return BOOKED if booked else WALK_IN


def rank_of(
    rule: int, slot_starts_at: float, arrived_at: float, reported_at: float, last_starts_at: float, key: float
) -> Rank:
    """The place among those of the same line, the lowest first: walk-ins behind, slot, time, behind, report, key.

    Parameters
    ----------
    rule : int
        That places the patient.
    slot_starts_at : float
        The start of the slot; any number for a walk-in.
    arrived_at : float
        Check-in or registration.
    reported_at : float
        The last time the patient reported: then, on coming into this queue, or on coming back.
    last_starts_at : float
        The last slot's start.
    key : float
        Breaks ties: lower first.

    Returns
    -------
    tuple of float

    Notes
    -----
    Rule 10, "the end of the queue as it stands when the last slot begins, at check-in if later": from then on among the
    walk-ins, as if registered at that moment. Coming back after being called counts as checking in again (our reading).

    Examples
    --------
    >>> rank_of(LATE_PASSED, 0.0, 130.0, 130.0, 60.0, 7)
    (1.0, 0.0, 130.0, 1.0, 130.0, 7)
    """
    if rule == LATE_PASSED:
        return (1.0, 0.0, max(last_starts_at, reported_at), 1.0, reported_at, key)
    if rule in (ON_TIME_PASSED, PASSED, PLACES_BACK):
        return (0.0, 0.0, reported_at, 0.0, 0.0, key)
    if rule in (BOOKED, EARLY):
        return (0.0, slot_starts_at, arrived_at, 0.0, 0.0, key)
    return (1.0, 0.0, arrived_at, 0.0, 0.0, key)
