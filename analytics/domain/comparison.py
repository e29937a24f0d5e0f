"""Two vectors of quotas compared over the same simulated sessions, each difference with its standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final

from analytics.domain.simulation import Outcome, World, draws_of, play

if TYPE_CHECKING:
    from numpy.random import Generator

SESSIONS: Final = 400
NOISE_SE: Final = 2.0
Pair = tuple[float, float]
"""A sum over one session and the number of those it is over."""


@dataclass(frozen=True, slots=True)
class Change:
    """A mean under the current and the proposed quotas, their difference and its standard error.

    None where nobody came: a slot without quota has no booked wait.
    """

    current: float | None
    proposed: float | None
    difference: float | None
    error: float | None

    @property
    def is_noise(self) -> bool:
        """Whether the difference is none, or less than two standard errors."""
        if not self.difference or self.error is None:
            return True
        return abs(self.difference) < NOISE_SE * self.error


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes: waits in all and by window of arrival (the first before the opening), and the expert's day."""

    sessions: int
    walk_in: Change
    booked: Change
    idle_min: Change
    overtime_min: Change
    unserved: Change
    walk_in_by_window: tuple[Change, ...]
    booked_by_window: tuple[Change, ...]


def _mean_and_parts(pairs: Sequence[Pair]) -> tuple[float | None, list[float]]:
    """The ratio of sums, and each session's part in its deviation (the delta method)."""
    total, count = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    if not count:
        return None, []
    mean, per_session = total / count, count / len(pairs)
    return mean, [(sum_ - mean * number) / per_session for sum_, number in pairs]


def change_of(current: Sequence[Pair], proposed: Sequence[Pair]) -> Change:
    """The change of a mean over sessions paired by common random numbers.

    Parameters
    ----------
    current, proposed : sequence of Pair, one per session
        The session's sum and the number of those it is over, under each vector of quotas.

    Returns
    -------
    Change

    Examples
    --------
    >>> change_of([(10.0, 1), (14.0, 1)], [(4.0, 1), (8.0, 1)])
    Change(current=12.0, proposed=6.0, difference=-6.0, error=0.0)
    >>> change_of([(10.0, 1)], [(0.0, 0)])
    Change(current=10.0, proposed=None, difference=None, error=None)
    """
    before, before_parts = _mean_and_parts(current)
    after, after_parts = _mean_and_parts(proposed)
    if before is None or after is None:
        return Change(before, after, None, None)
    parts = [late - early for early, late in zip(before_parts, after_parts, strict=True)]
    variance = sum(part**2 for part in parts) / max(1, len(parts) - 1)
    return Change(before, after, after - before, sqrt(variance / len(parts)))


def compare(
    world: World,
    current: Sequence[int],
    proposed: Sequence[int],
    generator: Generator,
    sessions: int = SESSIONS,
) -> Comparison:
    """Play both vectors of quotas through the same sessions.

    Parameters
    ----------
    world : World
        What a session is like.
    current, proposed : sequence of int, shape (M,)
        Booked patients of each slot.
    generator : numpy.random.Generator
        Seeded by the caller.
    sessions : int
        How many sessions to play.

    Returns
    -------
    Comparison
        Waits in minutes.

    Notes
    -----
    Common random numbers: walk-ins, punctuality, service times and the expert's start are drawn once for both.
    """
    most = max(sum(current), sum(proposed))
    before: list[Outcome] = []
    after: list[Outcome] = []
    for _ in range(sessions):
        draws = draws_of(world, most, generator)
        before.append(play(world, current, draws))
        after.append(play(world, proposed, draws))

    def changed(pair: Callable[[Outcome], Pair]) -> Change:
        return change_of([pair(one) for one in before], [pair(one) for one in after])

    windows = range(len(world.slot_min) + 1)
    return Comparison(
        sessions=sessions,
        walk_in=changed(lambda one: (sum(one.walk_in_wait), sum(one.walk_in_count))),
        booked=changed(lambda one: (sum(one.booked_wait), sum(one.booked_count))),
        idle_min=changed(lambda one: (one.idle_min, 1)),
        overtime_min=changed(lambda one: (one.overtime_min, 1)),
        unserved=changed(lambda one: (one.unserved, 1)),
        walk_in_by_window=tuple(
            changed(lambda one, at=at: (one.walk_in_wait[at], one.walk_in_count[at]))  # type: ignore[misc]
            for at in windows
        ),
        booked_by_window=tuple(
            changed(lambda one, at=at: (one.booked_wait[at], one.booked_count[at]))  # type: ignore[misc]
            for at in windows
        ),
    )
