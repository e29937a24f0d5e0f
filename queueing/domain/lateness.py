"""Passed slots and what lateness costs: the facts behind rules 8 to 10."""

from collections.abc import Sequence
from math import inf

from queueing.domain.places import PASSES_SLOTS, Called, OnReturn, Span


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
    return max(slot.ends_at, min(later)) if later else inf


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
    return slot is not None and arrived_at > slot.ends_at


def on_return(arrived_at: float, slot: Span | None) -> OnReturn:
    """Where a passed patient will stand once back.

    Parameters
    ----------
    arrived_at : float
        The first check-in or registration, on the axis of the slot.
    slot : Span or None
        None for a walk-in.

    Returns
    -------
    OnReturn

    Notes
    -----
    Rules 9 and 10 speak of booked patients. For a walk-in who was called while absent the rules give no
    penalty: the place stays the one that the registration gives (our reading of "walk-ins, by registration").

    Examples
    --------
    >>> slot = Span(0, 60)
    >>> on_return(50, slot).value, on_return(61, slot).value, on_return(50, None).value
    ('next', 'last', 'by_registration')
    """
    if slot is None:
        return OnReturn.BY_REGISTRATION
    return OnReturn.LAST if is_late(arrived_at, slot) else OnReturn.NEXT
