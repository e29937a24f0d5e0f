"""Quotas: how many numbers of each slot may be booked ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from analytics.domain.capacity import rounded_down


@dataclass(frozen=True, slots=True)
class SlotQuota:
    """One slot of a plan: carry in [walk-ins], spare numbers (negative: walk-ins left over) and the quota."""

    carry_in: float
    spare: float
    quota: int


def rounded_half_up(value: Decimal | float) -> int:
    """Round to the nearest whole number, halves up.

    Parameters
    ----------
    value : Decimal or float
        Finite; a float counts as it is written.

    Returns
    -------
    int

    Examples
    --------
    >>> rounded_half_up(21.2), rounded_half_up(20.5), rounded_half_up(Decimal("0.6") * 35)
    (21, 21, 21)
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def quota_plan(
    capacities: Sequence[int],
    arrivals: Sequence[float],
    appointments: int,
    *,
    pre_opening: float = 0.0,
    carry: bool = True,
) -> tuple[SlotQuota, ...]:
    """Quotas R1 of one service period.

    Parameters
    ----------
    capacities : sequence of int, shape (M,)
        NX_i, the patients that the expert can see in slot i.
    arrivals : sequence of float, shape (M,)
        NX'_i, the walk-ins expected in slot i.
    appointments : int
        N, the numbers that may be booked ahead in the whole period, at least 0.
    pre_opening : float
        Walk-ins expected between the start of registration and the opening.
    carry : bool
        False leaves out that walk-ins whom a slot cannot see wait into the next one; only for comparison.

    Returns
    -------
    tuple of SlotQuota, shape (M,)
        The quotas sum to N: what the first M - 1 slots do not take goes to the last.

    Raises
    ------
    ValueError
        When the sequences are empty, differ in length, or N is negative.

    Notes
    -----
    Reconstructed ("R1"): the paper's formula breaks off after "when NX_i > NX'_i, the quota is NX_i -
    NX'_i; in the first M - 1 slots, when NX_i <= NX'_i, no appointment can be placed". This reading is the
    only one tried that reproduces the paper's forty minutes. Arrivals and carries stay real numbers; only
    quotas are rounded down.

    Examples
    --------
    >>> [slot.quota for slot in quota_plan([2, 12, 10, 12], [3, 1.5, 1, 0.5], 21, pre_opening=9)]
    [0, 0, 9, 12]
    >>> [slot.quota for slot in quota_plan([8], [20.0], 5)]
    [5]
    """
    if not capacities or len(capacities) != len(arrivals):
        message = "capacities and arrivals must have the same length, at least 1"
        raise ValueError(message)
    if appointments < 0:
        message = "appointments must not be negative"
        raise ValueError(message)
    left = appointments
    carry_in = pre_opening
    plan: list[SlotQuota] = []
    last = len(capacities) - 1
    for index, (capacity, walk_ins) in enumerate(zip(capacities, arrivals, strict=True)):
        spare = capacity - (walk_ins + carry_in)
        quota = left if index == last else min(max(0, rounded_down(spare)), left)
        plan.append(SlotQuota(carry_in, spare, quota))
        left -= quota
        carry_in = max(0.0, -spare) if carry else 0.0
    return tuple(plan)


def capacities_as_quotas(capacities: Sequence[int], appointments: int) -> tuple[int, ...]:
    """The misreading in which capacities are handed out as quotas, first come first, until N is used up.

    Kept for comparison: in the paper's world it makes walk-ins wait longer than before.

    Parameters
    ----------
    capacities : sequence of int, shape (M,)
        NX_i, the patients that the expert can see in slot i.
    appointments : int
        N, at least 0.

    Returns
    -------
    tuple of int, shape (M,)
        They sum to N, or to the sum of the capacities where that is less.

    Examples
    --------
    >>> capacities_as_quotas([2, 12, 10, 12], 21)
    (2, 12, 7, 0)
    """
    left = appointments
    quotas = []
    for capacity in capacities:
        quota = min(capacity, left)
        quotas.append(quota)
        left -= quota
    return tuple(quotas)
