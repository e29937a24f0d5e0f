"""The daily summary in quarter hours: which bin a moment belongs to, and how slots are sums of bins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from analytics.domain.arrivals import Window
from analytics.domain.capacity import Durations

BIN_MIN: Final = 15
HOUR_MIN: Final = 60


class Bin(NamedTuple):
    """What one session showed in one quarter of an hour, or another width; tens of thousands are read at once.

    Parameters
    ----------
    place : int
        Quarter hours (or others as wide) after the session's opening; negative before it.
    walk_ins : int
        Walk-ins registered in it that were not cancelled.
    once, twice, thrice, oftener : int
        Minutes in which 1, 2, 3 and "4 or more" walk-ins registered.
    starts : int
        Consultations begun in it.
    timed : int
        Those of them with a known length.
    duration_s, duration_squares_s : float
        Sums of the known lengths [s] and of their squares [s^2].
    """

    place: int
    walk_ins: int = 0
    once: int = 0
    twice: int = 0
    thrice: int = 0
    oftener: int = 0
    starts: int = 0
    timed: int = 0
    duration_s: float = 0.0
    duration_squares_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes relative to a session's opening: from `start_min` (included) to `end_min` (not included)."""

    start_min: int
    end_min: int

    @property
    def length_min(self) -> int:
        """Length [min]."""
        return self.end_min - self.start_min


def bin_index(offset_min: float, bin_min: int = BIN_MIN) -> int:
    """The bin of a moment `offset_min` minutes after the opening.

    Parameters
    ----------
    offset_min : float
        Minutes after the opening; negative before it.
    bin_min : int
        Width of the bins [min].

    Returns
    -------
    int
        0 for the bin that begins at the opening.

    Examples
    --------
    >>> bin_index(0), bin_index(14.9), bin_index(15), bin_index(-0.1)
    (0, 0, 1, -1)
    """
    return int(offset_min // bin_min)


def slot_spans(length_min: int, slot_min: int) -> tuple[Span, ...]:
    """The slots of a period of `length_min` minutes; the last one is shorter when they do not divide.

    Parameters
    ----------
    length_min, slot_min : int
        Length of the period and of a slot [min], 1 or more.

    Returns
    -------
    tuple of Span
        Without gaps, from 0 to ``length_min``.

    Raises
    ------
    ValueError
        When a length is not above 0.

    Examples
    --------
    >>> slot_spans(150, 60)
    (Span(start_min=0, end_min=60), Span(start_min=60, end_min=120), Span(start_min=120, end_min=150))
    """
    if length_min <= 0 or slot_min <= 0:
        message = "period and slot must be longer than 0 min"
        raise ValueError(message)
    return tuple(Span(start, min(start + slot_min, length_min)) for start in range(0, length_min, slot_min))


def summable(spans: Iterable[Span]) -> bool:
    """Whether these slots are sums of bins; other lengths must be read from the raw visits.

    Parameters
    ----------
    spans : iterable of Span
        The slots of a period.

    Returns
    -------
    bool

    Examples
    --------
    >>> summable(slot_spans(240, 60)), summable(slot_spans(240, 40)), summable(slot_spans(230, 60))
    (True, False, False)
    """
    return all(span.start_min % BIN_MIN == span.end_min % BIN_MIN == 0 for span in spans)


def window_of_bins(bins: Mapping[int, Bin], span: Span, observed: Span, bin_min: int = BIN_MIN) -> Window:
    """Walk-in counts of one session's window, as far as registration was open.

    Parameters
    ----------
    bins : mapping of int to Bin
        The session's bins; a bin without events may be missing.
    span : Span
        The window.
    observed : Span
        Minutes in which this session registered walk-ins: from the start of registration to the close.
    bin_min : int
        Width of the bins [min]; 1 where slots are no sums of quarter hours.

    Returns
    -------
    Window
        Empty where registration was not open.

    Examples
    --------
    >>> quarter = Bin(-1, walk_ins=3, once=3)
    >>> window_of_bins({-1: quarter}, Span(-60, 0), Span(-60, 240))
    Window(minutes=(57, 3, 0, 0, 0), walk_ins=3)
    """
    start, end = max(span.start_min, observed.start_min), min(span.end_min, observed.end_min)
    if end <= start:
        return Window((0, 0, 0, 0, 0), 0)
    walk_ins = once = twice = thrice = oftener = 0
    for index in range(bin_index(start, bin_min), bin_index(end - 1, bin_min) + 1):
        if found := bins.get(index):
            walk_ins += found.walk_ins
            once, twice = once + found.once, twice + found.twice
            thrice, oftener = thrice + found.thrice, oftener + found.oftener
    empty = max(0, end - start - once - twice - thrice - oftener)
    return Window((empty, once, twice, thrice, oftener), walk_ins)


def consultations_of_bins(
    bins: Iterable[Bin], span: Span, *, first: bool, bin_min: int = BIN_MIN
) -> tuple[int, Durations]:
    """Consultations begun in a slot, and the lengths of those known.

    Parameters
    ----------
    bins : iterable of Bin
        The session's bins.
    span : Span
        The slot.
    first : bool
        It is slot 1, which takes what began before the opening.
    bin_min : int
        Width of the bins [min].

    Returns
    -------
    tuple of (int, Durations)
        Consultations begun, and the lengths of those of known length.

    Notes
    -----
    Our choice: a consultation belongs to the slot that holds its start; those begun before the opening
    count in slot 1, those begun after the close are overtime and no capacity.

    Examples
    --------
    >>> early = Bin(-2, starts=1, timed=1, duration_s=300.0, duration_squares_s=90_000.0)
    >>> consultations_of_bins([early], Span(0, 60), first=True)
    (1, Durations(count=1, sum_min=5.0, sum_squares_min=25.0))
    >>> consultations_of_bins([early], Span(0, 60), first=False)[0]
    0
    """
    begins_at = span.start_min if not first else float("-inf")
    found = [item for item in bins if begins_at <= item.place * bin_min < span.end_min]
    return sum(item.starts for item in found), durations_of_bins(found)


def durations_of_bins(bins: Iterable[Bin]) -> Durations:
    """The consultations of known length in all these bins.

    Parameters
    ----------
    bins : iterable of Bin
        In any order, of any sessions.

    Returns
    -------
    Durations

    Examples
    --------
    >>> quarter = Bin(0, starts=2, timed=1, duration_s=300.0, duration_squares_s=90_000.0)
    >>> durations_of_bins([quarter, quarter])
    Durations(count=2, sum_min=10.0, sum_squares_min=50.0)
    """
    count, total, squares = 0, 0.0, 0.0
    for item in bins:
        count += item.timed
        total += item.duration_s
        squares += item.duration_squares_s
    return Durations(count, total / 60, squares / 3600)
