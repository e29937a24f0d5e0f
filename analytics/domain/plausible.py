"""Worlds that might be the true one where a few past sessions are all that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING

from analytics.domain.simulation import World

if TYPE_CHECKING:
    from numpy.random import Generator

    from analytics.domain.compiled import Chances

Drawn = Sequence[tuple[World, "Chances"]]
"""Worlds, each with the chances of some of its sessions."""


def plausible(world: World, sessions: int, generator: Generator) -> World:
    """A world that might be the true one where this one was estimated.

    Parameters
    ----------
    world : World
        As estimated.
    sessions : int
        How many past sessions it was estimated from, 1 or more.
    generator : numpy.random.Generator
        Seeded by the caller.

    Returns
    -------
    World
        With walk-ins, mean visits and mean start drawn anew within their uncertainty.

    Notes
    -----
    Our choice: gamma posteriors of the Poisson means with Jeffreys' prior, normal means of visits and starts; a slot's
    visits are taken to fill it.

    Examples
    --------
    >>> from numpy.random import default_rng
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> drawn = plausible(REFERENCE_WORLD, 1_000_000, default_rng(1))
    >>> [round(walk_ins, 1) for walk_ins in drawn.walk_ins]
    [9.0, 3.0, 1.5, 1.0, 0.5]
    """
    visits = [
        sessions * length / mean for length, mean in zip(world.slot_min, world.service_min, strict=True)
    ]
    return replace(
        world,
        walk_ins=tuple(generator.gamma(sessions * each + 0.5) / sessions for each in world.walk_ins),
        service_min=tuple(
            mean * max(0.1, generator.normal(1, world.service_cv / sqrt(max(1.0, number))))
            for mean, number in zip(world.service_min, visits, strict=True)
        ),
        start_delay_min=generator.normal(world.start_delay_min, world.start_delay_sd_min / sqrt(sessions)),
    )


def plausible_draws(
    world: World, appointments: int, history: int | None, *, seed: Sequence[int], size: tuple[int, int]
) -> Drawn:
    """Plausible worlds, each with the chances of some sessions.

    Parameters
    ----------
    world : World
        As estimated.
    appointments : int
        Most booked patients of any vector of quotas that is compared.
    history : int or None
        How many past sessions it was estimated from; None: it is known, and all worlds are the same.
    seed : sequence of int
        The same seed gives the same worlds and chances.
    size : tuple of int
        How many worlds, and sessions of each.

    Returns
    -------
    sequence of (World, Chances)

    Examples
    --------
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> drawn = plausible_draws(REFERENCE_WORLD, 21, None, seed=(1, 0), size=(3, 5))
    >>> len(drawn), drawn[2][0] == REFERENCE_WORLD
    (3, True)
    """
    from numpy.random import default_rng

    from analytics.domain.compiled import draw_many

    generator = default_rng(seed)
    believed = [plausible(world, history, generator) if history else world for _ in range(size[0])]
    return [
        (each, draw_many(each, appointments, size[1], (*seed, number)))
        for number, each in enumerate(believed)
    ]
