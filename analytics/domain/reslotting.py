"""A session cut into other slots: what each of them has of the old ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise


def new_lengths(slot_min: Sequence[float], length_min: float) -> tuple[float, ...]:
    """Slots of another length over the same period; the last takes what is left.

    Parameters
    ----------
    slot_min : sequence of float
        Lengths as they are [min].
    length_min : float
        The new length [min]; 0 leaves them as they are.

    Returns
    -------
    tuple of float

    Examples
    --------
    >>> new_lengths((60.0, 60.0), 45), new_lengths((60.0, 60.0), 0), new_lengths((60.0,), 90)
    ((45.0, 45.0, 30.0), (60.0, 60.0), (60.0,))
    """
    if not length_min:
        return tuple(slot_min)
    whole, rest = divmod(sum(slot_min), length_min)
    return (*(float(length_min) for _slot in range(int(whole))), *([float(rest)] if rest else []))


def rebinned(amounts: Sequence[float], lengths: Sequence[float], new: Sequence[float]) -> tuple[float, ...]:
    """Amounts spread evenly over slots, summed over other slots of the same period.

    Parameters
    ----------
    amounts, lengths : sequence of float, shape (M,)
        What each slot has, and its length [min].
    new : sequence of float
        Lengths of the new slots, with the same sum [min].

    Returns
    -------
    tuple of float

    Examples
    --------
    >>> rebinned([3.0, 1.0], [60.0, 60.0], [30.0, 60.0, 30.0])
    (1.5, 2.0, 0.5)
    """
    if tuple(lengths) == tuple(new):
        return tuple(amounts)
    slots = list(zip(amounts, spans_of(lengths), strict=True))
    return tuple(
        sum(
            amount * max(0.0, min(end, old_end) - max(start, old_start)) / (old_end - old_start)
            for amount, (old_start, old_end) in slots
        )
        for start, end in spans_of(new)
    )


def spans_of(lengths: Sequence[float]) -> list[tuple[float, float]]:
    """Where slots that follow one another begin and end.

    Parameters
    ----------
    lengths : sequence of float
        Of the slots [min].

    Returns
    -------
    list of (float, float)
        From 0 on [min].

    Examples
    --------
    >>> spans_of([60.0, 30.0])
    [(0.0, 60.0), (60.0, 90.0)]
    """
    return list(pairwise(accumulate(lengths, initial=0.0)))


def spread(quotas: Sequence[int], total: int) -> tuple[int, ...]:
    """Another number of appointments in the same proportions.

    Parameters
    ----------
    quotas : sequence of int, shape (M,)
        As they are; all 0: as if they were equal.
    total : int
        What they shall add up to.

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> spread((0, 0, 9, 12), 14), spread((0, 0), 3)
    ((0, 0, 6, 8), (2, 1))
    """
    weights = quotas if sum(quotas) else [1] * len(quotas)
    exact = [total * weight / sum(weights) for weight in weights]
    found = [int(value) for value in exact]
    most_left = sorted(range(len(exact)), key=lambda at: found[at] - exact[at])
    for at in most_left[: total - sum(found)]:
        found[at] += 1
    return tuple(found)
