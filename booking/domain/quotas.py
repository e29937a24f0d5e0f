"""How many numbers of each slot may be booked ahead, before and after release."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from booking.domain.errors import QuotaBelowBooked


def appointments_of_session(share: Decimal, capacities: Sequence[int]) -> int:
    """N of the paper: the appointment share of all numbers, rounded half up.

    Parameters
    ----------
    share : Decimal
        0 to 1.
    capacities : sequence of int, one per slot
        Patients that the expert can see.

    Returns
    -------
    int
        0 to the sum of the capacities.

    Notes
    -----
    The paper's N; rounding half up is our reading (docs/method.md).

    Examples
    --------
    >>> appointments_of_session(Decimal("0.50"), [10, 10, 10, 11])
    21
    """
    return int((share * sum(capacities)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def equal_split(total: int, slots: int) -> list[int]:
    """``total`` numbers spread evenly, the remainder to the first slots: used until a plan is approved.

    Parameters
    ----------
    total, slots : int
        Numbers, 0 or more; slots, 1 or more.

    Returns
    -------
    list of int, one per slot
        They add up to ``total`` and differ by 1 at most.

    Notes
    -----
    Our choice: what hospitals without a history do; such a session is marked as split equally.

    Examples
    --------
    >>> equal_split(21, 4)
    [6, 5, 5, 5]
    """
    base, rest = divmod(total, slots)
    return [base + (index < rest) for index in range(slots)]


def quotas_after_plan(plan: Sequence[int], booked: Sequence[int]) -> list[int]:
    """Apply a plan to slots of which some numbers are taken; the total stays the plan's where it can.

    Parameters
    ----------
    plan, booked : sequences of int, one per slot
        The plan's quotas, and the numbers held or booked.

    Returns
    -------
    list of int
        ``max(plan, booked)`` per slot; what that adds is taken from the last slots that have room.

    Raises
    ------
    QuotaBelowBooked
        When the shapes differ or a quota is negative.

    Notes
    -----
    Our choice: nobody loses a number for a plan; the last slots that have room give way.

    Examples
    --------
    >>> quotas_after_plan([0, 0, 9, 12], [3, 0, 2, 0])
    [3, 0, 9, 9]
    """
    if len(plan) != len(booked) or any(quota < 0 for quota in plan):
        raise QuotaBelowBooked
    quotas = [max(quota, taken) for quota, taken in zip(plan, booked, strict=True)]
    surplus = sum(quotas) - sum(plan)
    for index in reversed(range(len(quotas))):
        given = min(surplus, quotas[index] - booked[index])
        quotas[index] -= given
        surplus -= given
    return quotas
