"""The chances of many sessions, drawn once for every vector of quotas that is compared (common random numbers)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from analytics.domain.simulation import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Seed = int | Sequence[int]


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """What is drawn for S sessions; times in minutes on the session's axis.

    Attributes
    ----------
    first : ndarray of int, shape (S + 1,)
        Session s has ``walk_ins[first[s]:first[s + 1]]``.
    walk_ins : ndarray of float
        Registrations, rising within each session.
    deviations : ndarray of float, shape (S, N)
        Of booked patients from the moment they are due [min]; infinite for whoever never comes.
    services : ndarray of float
        Lengths over the mean of the slot in which they begin, in the order of the calls: session s has those from
        ``first[s] + s * N`` on, one for each patient.
    starts : ndarray of float, shape (S, experts)
        First starts of the experts.
    """

    first: Ints
    walk_ins: Floats
    deviations: Floats
    services: Floats
    starts: Floats

    @property
    def sessions(self) -> int:
        """S."""
        return len(self.first) - 1

    @property
    def appointments(self) -> int:
        """N, the most booked patients that a vector of quotas may have."""
        return int(self.deviations.shape[1])


def draw_many(world: World, appointments: int, sessions: int, seed: Seed) -> Chances:
    """Draw the chances of many sessions.

    Parameters
    ----------
    world : World
        What a session is like.
    appointments : int
        Most booked patients of any vector of quotas that is compared.
    sessions : int
        How many, from 1.
    seed : int or sequence of int
        The same seed gives the same chances.

    Returns
    -------
    Chances

    Notes
    -----
    Walk-ins, punctuality, consultations and starts each have a stream of their own, so that two worlds that differ in
    one of them share the others.

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> one, same = (draw_many(REFERENCE_WORLD, 21, 100, 7) for _ in range(2))
    >>> bool((one.services == same.services).all()), one.deviations.shape
    (True, (100, 21))
    >>> bool(13 < len(one.walk_ins) / 100 < 17)
    True
    """
    streams = [default_rng(child) for child in SeedSequence(seed).spawn(4)]
    first, walk_ins = _walk_ins(world, sessions, streams[0])
    patients = len(walk_ins) + sessions * appointments
    delays = streams[3].normal(world.start_delay_min, world.start_delay_sd_min, (sessions, world.experts))
    return Chances(
        first=first,
        walk_ins=walk_ins,
        deviations=_deviations(world, (sessions, appointments), streams[1]),
        services=_services(world, patients, streams[2]),
        starts=np.maximum(0.0, world.pre_opening_min + delays),
    )


def _walk_ins(world: World, sessions: int, generator: Generator) -> tuple[Ints, Floats]:
    """Poisson in each window, uniform within it, sorted."""
    lengths = np.array([world.pre_opening_min, *world.slot_min])
    counts = generator.poisson(world.walk_ins, (sessions, len(lengths)))
    first = np.zeros(sessions + 1, dtype=np.int64)
    np.cumsum(counts.sum(axis=1), out=first[1:])
    # All windows of all sessions sorted at once: a window's number before the point, the place in it behind
    window = np.repeat(np.arange(counts.size), counts.ravel())
    places = np.sort(window + generator.random(len(window)))
    at = window % len(lengths)
    starts = np.cumsum(lengths) - lengths
    return first, starts[at] + (places - window) * lengths[at]


def _deviations(world: World, shape: tuple[int, int], generator: Generator) -> Floats:
    comes, kind, size = generator.random((3, *shape))
    far = world.far_min[0] + size * (world.far_min[1] - world.far_min[0])
    found = (2 * size - 1) * world.near_min
    late = kind < world.early_share + world.late_share
    found = np.where(late, far, found)
    found = np.where(kind < world.early_share, -far, found)
    return np.where(comes < world.no_show, np.inf, found)


def _services(world: World, number: int, generator: Generator) -> Floats:
    if world.service_shape:
        points = len(world.service_shape)
        drawn: Floats = np.interp(
            generator.random(number), (np.arange(points) + 0.5) / points, world.service_shape
        )
        return drawn
    if world.service_cv <= 0:
        return np.ones(number)
    shape = 1 / world.service_cv**2
    return generator.standard_gamma(shape, number) / shape
