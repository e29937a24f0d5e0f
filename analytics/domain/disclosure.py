"""Which groups of patients may be shown: none so small that its members could be guessed."""

from __future__ import annotations

from collections.abc import Sequence

from hospital.common.disclosure import FEWEST_SHOWN

__all__ = ["FEWEST_SHOWN", "shown_groups"]


def shown_groups(counts: Sequence[int], fewest: int = FEWEST_SHOWN) -> list[bool]:
    """Which groups of a table may be shown.

    Parameters
    ----------
    counts : sequence of int
        Patients of each group; together they are the table's total.
    fewest : int
        A group of fewer is hidden.

    Returns
    -------
    list of bool, one per group
        False for a group that is hidden; empty groups are shown, there is nobody to guess.

    Notes
    -----
    Our choice. A single small group could be had by subtracting the others from the total, so the next smallest is
    hidden with it until those hidden are together at least `fewest`.

    Examples
    --------
    >>> shown_groups([120, 4, 31, 0])
    [True, False, False, True]
    >>> shown_groups([120, 4, 7, 31])
    [True, False, False, True]
    >>> shown_groups([3])
    [False]
    """
    hidden = {index for index, count in enumerate(counts) if 0 < count < fewest}
    others = sorted(
        (index for index, count in enumerate(counts) if count >= fewest), key=lambda index: counts[index]
    )
    if hidden and others and sum(counts[index] for index in hidden) < fewest:
        hidden.add(others[0])
    return [index not in hidden for index in range(len(counts))]
