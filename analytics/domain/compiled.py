"""Many clinic sessions played in one go: what a vector of quotas does to those who wait.

Only workers, commands and benchmarks import this module: numba compiles on the first call, or reads what it compiled
before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.domain import kernels
from analytics.domain.draws import Chances, Floats, Ints, draw_many
from analytics.domain.simulation import World
from queueing.domain import turns
from queueing.domain.lateness import places_back
from queueing.domain.places import Discipline

__all__ = ["Chances", "Outcomes", "draw_many", "play_many", "times_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What happened in S sessions of M slots; windows are those of registration, the first before the opening.

    A booked patient belongs to the window of the slot, wherever the call falls.

    Attributes
    ----------
    walk_in_wait, booked_wait : ndarray of float, shape (S, M + 1)
        Sums of waits [min].
    walk_in_count, booked_count : ndarray of int, shape (S, M + 1)
        How many these are of.
    idle_min, overtime_min : ndarray of float, shape (S,)
        The experts' minutes without a patient, from each one's start to the end; minutes after the end [min].
    unserved, no_shows : ndarray of int, shape (S,)
        Patients who came after the close; booked patients who never came.
    walk_in_minutes, booked_minutes : ndarray of int, shape (M + 1, MINUTES)
        How many of all sessions waited so many full minutes, the last: as many or more.
    """

    walk_in_wait: Floats
    walk_in_count: Ints
    booked_wait: Floats
    booked_count: Ints
    idle_min: Floats
    overtime_min: Floats
    unserved: Ints
    no_shows: Ints
    walk_in_minutes: Ints
    booked_minutes: Ints


@dataclass(frozen=True, slots=True, eq=False)
class PatientTimes:
    """Everybody who came in one session, in the order of coming.

    Attributes
    ----------
    arrived : ndarray of float
        Registration or check-in [min].
    slot : ndarray of int
        From 0; -1 for a walk-in.
    begun : ndarray of float
        The call; infinite for whoever was not served [min].
    """

    arrived: Floats
    slot: Ints
    begun: Floats


def play_many(
    world: World,
    quotas: Sequence[int],
    draws: Chances,
    discipline: Discipline = Discipline(),  # noqa: B008 - frozen
) -> Outcomes:
    """Play sessions: the experts call in the queue's order and close when nobody waits after the end.

    Parameters
    ----------
    world : World
        What a session is like.
    quotas : sequence of int, shape (M,)
        Booked patients of each slot, together at most as many as were drawn.
    draws : Chances
        The chances.
    discipline : Discipline
        How the department serves its queues.

    Returns
    -------
    Outcomes
        One row a session.

    Raises
    ------
    ValueError
        When the quotas do not fit the world or the draws.

    Notes
    -----
    A walk-in waits from registration, a booked patient from the later of check-in and slot start. Patient k of q in
    a slot is due at the slot's start + t (k + 0.5) / q. Those who come after the close are unserved. Who is next says
    :mod:`queueing.domain.ranks`, the text that the live queue runs.

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> draws = draw_many(REFERENCE_WORLD, 21, 500, seed=7)
    >>> seen = play_many(REFERENCE_WORLD, (0, 0, 9, 12), draws)
    >>> bool((seen.booked_count.sum(axis=1) + seen.unserved >= 21).all())
    True
    """
    return _played(world, quotas, draws, discipline)[0]


def times_of(
    world: World,
    quotas: Sequence[int],
    draws: Chances,
    discipline: Discipline = Discipline(),  # noqa: B008 - frozen
    *,
    session: int = 0,
) -> PatientTimes:
    """When everybody of one session came and was called.

    Parameters
    ----------
    world, quotas, draws, discipline
        As for :func:`play_many`.
    session : int
        Which, from 0.

    Returns
    -------
    PatientTimes

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> draws = draw_many(REFERENCE_WORLD, 21, 2, seed=7)
    >>> found = times_of(REFERENCE_WORLD, (0, 0, 9, 12), draws, session=1)
    >>> bool((found.begun >= found.arrived).all())
    True
    """
    begin, end, most = draws.first[session], draws.first[session + 1], draws.appointments
    one = Chances(
        first=np.array([0, end - begin]),
        walk_ins=draws.walk_ins[begin:end],
        deviations=draws.deviations[session : session + 1],
        services=draws.services[begin + session * most : end + (session + 1) * most],
        starts=draws.starts[session : session + 1],
    )
    seen, when, what = _played(world, quotas, one, discipline)
    came = len(one.walk_ins) + sum(quotas) - int(seen.no_shows[0])
    return PatientTimes(when[:came, kernels.ARRIVED], what[:came, kernels.SLOT], when[:came, kernels.BEGUN])


def _played(
    world: World, quotas: Sequence[int], draws: Chances, discipline: Discipline
) -> tuple[Outcomes, Floats, Ints]:
    """Outcomes of all sessions, and what ``kernels`` wrote down of the patients of the last one."""
    slots, shape = world.spans(), (draws.sessions, 2, len(world.slot_min) + 1)
    if len(quotas) != len(slots) or sum(quotas) > draws.appointments or min(quotas) < 0:
        message = f"{len(slots)} slots and {draws.appointments} appointments do not fit the quotas {quotas}"
        raise ValueError(message)
    times = (
        np.array([slot.starts_at for slot in slots]),
        np.array([slot.ends_at for slot in slots]),
        np.array(world.service_min, dtype=np.float64),
    )
    most = int(np.diff(draws.first).max()) + draws.appointments
    when, what = np.empty((most, 3)), np.empty((most, 5), dtype=np.int64)
    lines = np.full((3, turns.LINES), kernels.NOBODY)
    lines[kernels.PEOPLE] = 0
    waits, counts = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    minutes = np.zeros((*shape[1:], kernels.MINUTES), dtype=np.int64)
    ends, missing = np.empty((draws.sessions, 2)), np.empty((draws.sessions, 2), dtype=np.int64)
    kernels.sessions(
        draws.first,
        draws.walk_ins,
        draws.deviations,
        draws.services,
        draws.starts,
        np.array(quotas, dtype=np.int64),
        times,
        when,
        what,
        lines,
        turns.NO_TURNS,
        discipline.how,
        discipline.late_policy,
        places_back(1, discipline),
        waits,
        counts,
        minutes,
        ends,
        missing,
        np.empty(draws.starts.shape[1]),
        np.empty(len(slots)),
    )
    return _outcomes(waits, counts, minutes, ends, missing), when, what


def _outcomes(waits: Floats, counts: Ints, minutes: Ints, ends: Floats, missing: Ints) -> Outcomes:
    """What ``kernels`` wrote, by name; walk-ins stand before booked patients there."""
    return Outcomes(
        walk_in_wait=waits[:, 0],
        walk_in_count=counts[:, 0],
        booked_wait=waits[:, 1],
        booked_count=counts[:, 1],
        idle_min=ends[:, 0],
        overtime_min=ends[:, 1],
        unserved=missing[:, 0],
        no_shows=missing[:, 1],
        walk_in_minutes=minutes[0],
        booked_minutes=minutes[1],
    )
