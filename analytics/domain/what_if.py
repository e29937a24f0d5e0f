"""A simulated session with something changed: the world and the quotas that a manager asks about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from analytics.domain.reslotting import new_lengths, rebinned, spans_of, spread
from analytics.domain.simulation import World

STEP_MIN: Final = 10
"""Width of the bars in which the answer counts waits and minutes [min]."""
LONGEST_MIN: Final = 180
"""Waits and minutes from here on share the last bar."""
CLOSE_SHARE: Final = 0.0
WIDE_SHARE: Final = 0.4


class Punctuality(StrEnum):
    """When booked patients come."""

    SURVEYED = "surveyed"
    CLOSE = "close"
    WIDE = "wide"


@dataclass(frozen=True, slots=True)
class Changes:
    """What is asked about; the defaults change nothing.

    Parameters
    ----------
    start_shift_min : int
        The expert begins so much later; negative: earlier [min].
    slot_min : int
        Length of every slot [min]; 0 leaves the slots as they are.
    capacity_percent : int
        So many more patients can be seen in an hour; negative: fewer [%].
    appointments : int
        Patients booked for the whole session; -1 leaves them as they are.
    walk_in_percent : int
        So many more walk-ins; negative: fewer [%].
    no_show_percent : int
        Booked patients who never come [%]; -1 leaves it as it is.
    punctuality : Punctuality
        When booked patients come.
    more_experts : int
        Further experts who call from the same queue.
    """

    start_shift_min: int = 0
    slot_min: int = 0
    capacity_percent: int = 0
    appointments: int = -1
    walk_in_percent: int = 0
    no_show_percent: int = -1
    punctuality: Punctuality = Punctuality.SURVEYED
    more_experts: int = 0

    def as_data(self) -> dict[str, Any]:
        """The changes to be kept as JSON.

        Returns
        -------
        dict
            Of numbers and texts.

        Examples
        --------
        >>> Changes(slot_min=30).as_data()["slot_min"]
        30
        """
        return asdict(self)

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Changes:
        """The changes that were kept.

        Parameters
        ----------
        data : mapping
            From :meth:`as_data`.

        Returns
        -------
        Changes

        Examples
        --------
        >>> changes = Changes(punctuality=Punctuality.CLOSE, more_experts=1)
        >>> Changes.of_data(changes.as_data()) == changes
        True
        """
        return cls(**{**data, "punctuality": Punctuality(data["punctuality"])})


def kept_world(data: Mapping[str, Any]) -> World:
    """A world from the JSON that a plan keeps of it.

    Parameters
    ----------
    data : mapping
        Fields of :class:`World`; lists for tuples. Fields that it lacks have their defaults.

    Returns
    -------
    World

    Examples
    --------
    >>> from dataclasses import asdict
    >>> from json import dumps, loads
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> kept_world(loads(dumps(asdict(REFERENCE_WORLD)))) == REFERENCE_WORLD
    True
    """
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }
    return World(**values)


def changed_world(world: World, changes: Changes) -> World:
    """The world with the changes in it.

    Parameters
    ----------
    world : World
        As it is.
    changes : Changes
        What is asked about.

    Returns
    -------
    World

    Notes
    -----
    Our choice. Walk-ins of a new slot are the old slots' by overlap, its mean consultation is that of the overlaps.
    ``close``: everybody booked comes within the near deviation; ``wide``: 40 % come far too early and 40 % far too
    late, against 21 % and 28 % of the survey.

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> changed_world(REFERENCE_WORLD, Changes()) == REFERENCE_WORLD
    True
    >>> changed = changed_world(REFERENCE_WORLD, Changes(slot_min=120, walk_in_percent=100, more_experts=1))
    >>> changed.slot_min, changed.walk_ins, changed.service_min, changed.experts
    ((120.0, 120.0), (18.0, 9.0, 3.0), (5.5, 6.0), 2)
    """
    lengths = new_lengths(world.slot_min, changes.slot_min)
    growth = 1 + changes.walk_in_percent / 100
    walk_ins = rebinned(world.walk_ins[1:], world.slot_min, lengths)
    pace = 1 + changes.capacity_percent / 100
    weighted = [mean * length for mean, length in zip(world.service_min, world.slot_min, strict=True)]
    services = [
        total / length / pace
        for total, length in zip(rebinned(weighted, world.slot_min, lengths), lengths, strict=True)
    ]
    early, late = shares_of(world, changes.punctuality)
    return replace(
        world,
        slot_min=lengths,
        walk_ins=tuple(count * growth for count in (world.walk_ins[0], *walk_ins)),
        service_min=tuple(services),
        start_delay_min=world.start_delay_min + changes.start_shift_min,
        no_show=world.no_show if changes.no_show_percent < 0 else changes.no_show_percent / 100,
        early_share=early,
        late_share=late,
        experts=world.experts + changes.more_experts,
    )


def shares_of(world: World, punctuality: Punctuality) -> tuple[float, float]:
    """The shares of booked patients who come far too early and far too late.

    Parameters
    ----------
    world : World
        As it is.
    punctuality : Punctuality
        What is asked about.

    Returns
    -------
    tuple of float
        Early and late, from 0 to 1.

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> [shares_of(REFERENCE_WORLD, one) for one in Punctuality]
    [(0.21, 0.28), (0.0, 0.0), (0.4, 0.4)]
    """
    if punctuality is Punctuality.CLOSE:
        return CLOSE_SHARE, CLOSE_SHARE
    if punctuality is Punctuality.WIDE:
        return WIDE_SHARE, WIDE_SHARE
    return world.early_share, world.late_share


def changed_quotas(world: World, quotas: Sequence[int], changes: Changes) -> tuple[int, ...]:
    """The quotas of the changed session.

    Parameters
    ----------
    world : World
        As it is.
    quotas : sequence of int, shape (M,)
        Booked patients of each slot as they are.
    changes : Changes
        What is asked about.

    Returns
    -------
    tuple of int
        One for each new slot.

    Notes
    -----
    Our choice. Everybody keeps the time at which they are due and belongs to the new slot that holds it; another
    number of appointments is spread in the same proportions, largest remainders first.

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> changed_quotas(REFERENCE_WORLD, (0, 0, 9, 12), Changes(slot_min=30))
    (0, 0, 0, 0, 4, 5, 6, 6)
    >>> changed_quotas(REFERENCE_WORLD, (6, 5, 5, 5), Changes(appointments=14))
    (4, 4, 3, 3)
    """
    scaled = spread(quotas, changes.appointments) if changes.appointments >= 0 else tuple(quotas)
    lengths = new_lengths(world.slot_min, changes.slot_min)
    if lengths == tuple(world.slot_min):
        return scaled
    due = [
        start + (end - start) * (place + 0.5) / quota
        for quota, (start, end) in zip(scaled, spans_of(world.slot_min), strict=True)
        for place in range(quota)
    ]
    return tuple(sum(start <= time < end for time in due) for start, end in spans_of(lengths))
