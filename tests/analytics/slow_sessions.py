"""One session played slowly, by the live queue's own `next_ticket`: what the compiled simulator must agree with."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from analytics.domain.draws import Chances
from analytics.domain.simulation import World
from queueing.domain.ordering import next_ticket
from queueing.domain.places import Called, Discipline, Grid, Waiting

Begun = list[tuple[float, int, float]]
"""Arrival, slot (-1 for a walk-in) and call of everybody who came, by arrival."""


def begun_of(
    world: World, quotas: Sequence[int], draws: Chances, discipline: Discipline, session: int
) -> Begun:
    """When everybody of one session came and was called."""
    spans = world.spans()
    grid, end = Grid(spans[0].starts_at, spans[-1].starts_at), spans[-1].ends_at
    coming = people(world, quotas, draws, session)
    services = iter(draws.services[draws.first[session] + session * draws.appointments :])
    free = [float(start) for start in draws.starts[session]]
    calls: list[Called] = []
    begun: dict[int, float] = {}
    while min(free) < inf:
        now, expert = min((at, number) for number, at in enumerate(free))
        here = [one for one in coming if one.arrived_at <= now and one.key not in begun]
        place = next_ticket(here, calls, grid=grid, now=now, discipline=discipline)
        if place is None:
            later = min((one.arrived_at for one in coming if one.arrived_at > now), default=inf)
            free[expert] = later if now < end and later <= end else inf
            continue
        one = next(ticket for ticket in here if ticket.key == place.key)
        begun[one.key] = now
        calls.append(Called(now, place.rule, one.slot))
        at = max(sum(span.starts_at <= now for span in spans) - 1, 0)
        free[expert] = now + float(next(services)) * world.service_min[at]
    return [
        (one.arrived_at, -1 if one.slot is None else spans.index(one.slot), begun.get(one.key, inf))
        for one in coming
    ]


def people(world: World, quotas: Sequence[int], draws: Chances, session: int) -> list[Waiting]:
    """Everybody who comes, by arrival."""
    first = draws.first
    walk_ins = draws.walk_ins[first[session] : first[session + 1]]
    tickets = [Waiting(key, float(time)) for key, time in enumerate(walk_ins)]
    deviations = iter(draws.deviations[session])
    for span, quota in zip(world.spans(), quotas, strict=True):
        for place in range(quota):
            planned = span.starts_at + (span.ends_at - span.starts_at) * (place + 0.5) / quota
            time = max(0.0, planned + float(next(deviations)))
            if time < inf:
                tickets.append(Waiting(len(tickets), time, span))
    return sorted(tickets, key=lambda ticket: ticket.arrived_at)
