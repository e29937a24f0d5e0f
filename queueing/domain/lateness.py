"""Passed slots and what lateness costs: the facts behind rules 8 to 10."""

from collections.abc import Sequence
from math import inf

from queueing.domain import ranks
from queueing.domain.places import PASSES_SLOTS, Called, Discipline, LatePolicy, OnReturn, Span

PAPER = Discipline()


def slot_passed_at(slot: Span, calls: Sequence[Called]) -> float:
    """When ``slot`` became a passed slot.

    Parameters
    ----------
    slot : Span
        The slot asked about.
    calls : sequence of Called
        All calls of the queue, in any order.

    Returns
    -------
    float
        The later of the slot's end and the first call in turn of a booked patient of a later slot; infinity
        while there was none.

    Notes
    -----
    Rule 8. Calls under rule 7 (nobody else was there) never pass a slot, nor do emergencies, rule 9 and the
    streams beside the normal line, in which a later slot may be served while the expert still calls this one.

    Examples
    --------
    >>> from queueing.domain.places import Rule
    >>> first, second = Span(0, 60), Span(60, 120)
    >>> slot_passed_at(first, [Called(50, Rule.EARLY, second)])
    inf
    >>> slot_passed_at(first, [Called(50, Rule.EARLY, second), Called(70, Rule.BOOKED, second)])
    70
    """
    later = [
        call.at
        for call in calls
        if call.rule in PASSES_SLOTS and call.slot is not None and call.slot.starts_at > slot.starts_at
    ]
    return ranks.passed_at(slot.ends_at, min(later, default=inf))


def is_late(arrived_at: float, slot: Span | None) -> bool:
    """Whether a booked patient checked in after the slot's end (rules 9 and 10).

    Parameters
    ----------
    arrived_at : float
        Check-in, on the axis of the slot.
    slot : Span or None
        None for a walk-in, who is never late.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_late(60, Span(0, 60)), is_late(61, Span(0, 60)), is_late(61, None)
    (False, True, False)
    """
    return slot is not None and ranks.is_late(arrived_at, slot.ends_at)


def is_void(misses: int, discipline: Discipline) -> bool:
    """Whether a number called in vain so often is of no use any more.

    Parameters
    ----------
    misses : int
        How often the patient was called while absent.
    discipline : Discipline
        The department's.

    Returns
    -------
    bool

    Notes
    -----
    Only under ``back_n``. The published rule is "five places, five places, the end, void after three calls": three
    misses are forgiven at those places, the fourth is not (our reading: were the third the last one, nobody would
    ever stand at the end).

    Examples
    --------
    >>> strict = Discipline(late=LatePolicy.BACK_N, void_after=3)
    >>> is_void(3, strict), is_void(4, strict), is_void(4, Discipline())
    (False, True, False)
    """
    return discipline.late is LatePolicy.BACK_N and 0 < discipline.void_after < misses


def places_back(times: int, discipline: Discipline) -> int:
    """How many are called before somebody comes who was late or absent; 0 is the end of the queue.

    Parameters
    ----------
    times : int
        How often, from 1.
    discipline : Discipline
        The department's.

    Returns
    -------
    int

    Examples
    --------
    >>> [places_back(times, Discipline(back_places=(5, 3, 0))) for times in (1, 2, 3, 4)]
    [5, 3, 0, 0]
    """
    return discipline.back_places[min(times, len(discipline.back_places)) - 1]


def on_return(
    arrived_at: float, slot: Span | None, *, misses: int = 1, discipline: Discipline = PAPER
) -> OnReturn:
    """Where a passed patient will stand once back.

    Parameters
    ----------
    arrived_at : float
        The first check-in or registration, on the axis of the slot.
    slot : Span or None
        None for a walk-in.
    misses : int
        How often the patient was called while absent, this time included.
    discipline : Discipline
        The department's.

    Returns
    -------
    OnReturn

    Notes
    -----
    Rules 9 and 10 speak of booked patients. For a walk-in who was called while absent the rules give no
    penalty: the place stays the one that the registration gives (our reading of "walk-ins, by registration").
    The other late policies do not ask for the channel.

    Examples
    --------
    >>> slot = Span(0, 60)
    >>> on_return(50, slot).value, on_return(61, slot).value, on_return(50, None).value
    ('next', 'last', 'by_registration')
    >>> back = Discipline(late=LatePolicy.BACK_N)
    >>> [on_return(50, None, misses=n, discipline=back).value for n in (1, 3, 4)]
    ['places_back', 'end', 'void']
    """
    if discipline.late is LatePolicy.BACK_N:
        if is_void(misses, discipline):
            return OnReturn.VOID
        return OnReturn.PLACES_BACK if places_back(misses, discipline) else OnReturn.END
    if discipline.late is LatePolicy.INTERLEAVE:
        return OnReturn.IN_TURN
    if slot is None:
        return OnReturn.BY_REGISTRATION
    return OnReturn.LAST if is_late(arrived_at, slot) else OnReturn.NEXT
