"""Proposals for a schedule: where the week's sessions do not stand where its patients come, and what would help."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Final

from analytics.domain.transportation import Transported, transportation
from hospital.common.half_days import half_of

HALVES: Final = 3
USUAL_HOURS: Final = (
    (time(8), time(12), time(7)),
    (time(14), time(17), time(13)),
    (time(18), time(21), time(17)),
)
"""Opening, close and walk-in registration of a session in each part of the day: what a new one begins with."""
PROPOSALS_MAX: Final = 3
"""At most so many sessions are proposed for a department: a manager decides on one after the other."""
UNMET: Final = 21.0
"""A patient who finds no number in the week is as bad as one who is moved by a whole week (our choice)."""


@dataclass(frozen=True, slots=True, order=True)
class HalfDay:
    """A zone of the week: a weekday (1 is Monday) and a part of it (0 morning, 1 afternoon, 2 evening)."""

    weekday: int
    half: int

    @classmethod
    def at(cls, weekday: int, hour: int) -> HalfDay:
        """The zone that holds an hour of the day.

        Parameters
        ----------
        weekday : int
            1 (Monday) to 7.
        hour : int
            0 to 23.

        Returns
        -------
        HalfDay

        Examples
        --------
        >>> [HalfDay.at(1, hour).half for hour in (11, 12, 18)]
        [0, 1, 2]
        """
        return cls(weekday, half_of(hour))

    def distance(self, other: HalfDay) -> int:
        """How many half-days lie between two: a patient who is moved waits or comes so much sooner.

        Parameters
        ----------
        other : HalfDay
            Of the same week.

        Returns
        -------
        int
            0 for the same.

        Examples
        --------
        >>> HalfDay(1, 0).distance(HalfDay(2, 1)), HalfDay(5, 1).distance(HalfDay(5, 0))
        (4, 1)
        """
        return abs(self.weekday - other.weekday) * HALVES + abs(self.half - other.half)


@dataclass(frozen=True, slots=True)
class Offer:
    """The numbers of one expert in one half-day of a week."""

    expert: str
    zone: HalfDay
    numbers: float


@dataclass(frozen=True, slots=True)
class Zone:
    """One half-day of a department: who comes, what is offered, who would have to come another time or not at all."""

    zone: HalfDay
    expected: float
    offered: float
    moved: float
    unmet: float


@dataclass(frozen=True, slots=True)
class ExtraSession:
    """One more session, of an expert who has none then; how many half-days and how many patients it spares."""

    expert: str
    zone: HalfDay
    numbers: float
    moved_less: float
    unmet_less: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be said of one department's week."""

    zones: tuple[Zone, ...]
    moved: float
    unmet: float
    extras: tuple[ExtraSession, ...]
    spare: tuple[Offer, ...]


def proposal(
    expected: Mapping[HalfDay, float], offers: Sequence[Offer], experts: Collection[str]
) -> Proposal:
    """Compare a department's expected demand with its week, and propose what would help most.

    Parameters
    ----------
    expected : mapping of HalfDay to float
        Patients a week who would come then.
    offers : sequence of Offer
        The sessions of the week.
    experts : collection of str
        Who may be given one more session.

    Returns
    -------
    Proposal

    Notes
    -----
    Ours: patients keep their half-day where there are numbers, else they go to the nearest one of the same department
    (:func:`analytics.domain.transportation.transportation`). A session that most lessens moves and unmet demand is
    added, and again, up to three times and only while it is used by half. A session of which less than half is used
    in the best plan is named as spare.

    Examples
    --------
    >>> monday, tuesday = HalfDay(1, 0), HalfDay(2, 0)
    >>> week = [Offer("lin", monday, 40), Offer("lin", tuesday, 30)]
    >>> found = proposal({monday: 60, tuesday: 20}, week, ["lin", "zhou"])
    >>> found.moved, found.unmet, [(one.expert, one.zone.weekday, one.unmet_less) for one in found.extras]
    (10.0, 10.0, [('zhou', 1, 10.0)])
    """
    zones = sorted({*expected, *(offer.zone for offer in offers)})
    plan = _plan(expected, offers, zones)
    extras: list[ExtraSession] = []
    now, week = plan, list(offers)
    while len(extras) < PROPOSALS_MAX:
        best = _best_extra(expected, week, zones, experts, now)
        if best is None:
            break
        extras.append(best)
        week.append(Offer(best.expert, best.zone, best.numbers))
        now = _plan(expected, week, zones)
    used = [0.0] * len(offers)
    for flow in plan.flows:
        used[flow.place] += flow.patients
    return Proposal(
        zones=tuple(_zone(zone, number, expected, offers, plan) for number, zone in enumerate(zones)),
        moved=_moved(zones, offers, plan),
        unmet=sum(plan.unmet),
        extras=tuple(extras),
        spare=tuple(
            offer for offer, patients in zip(offers, used, strict=True) if patients < offer.numbers / 2
        ),
    )


def _plan(
    expected: Mapping[HalfDay, float], offers: Sequence[Offer], zones: Sequence[HalfDay]
) -> Transported:
    import numpy as np

    costs = np.array([[float(zone.distance(offer.zone)) for offer in offers] for zone in zones])
    demand = [expected.get(zone, 0.0) for zone in zones]
    return transportation(demand, [offer.numbers for offer in offers], costs.reshape(len(zones), len(offers)))


def _best_extra(
    expected: Mapping[HalfDay, float],
    week: Sequence[Offer],
    zones: Sequence[HalfDay],
    experts: Collection[str],
    now: Transported,
) -> ExtraSession | None:
    """The session that helps most; none where no expert is free or it would be less than half used."""
    sizes = sorted(offer.numbers for offer in week)
    if not sizes:
        return None
    numbers = sizes[len(sizes) // 2]
    found: list[tuple[float, ExtraSession]] = []
    for zone in zones:
        free = [one for one in experts if not any(each.expert == one and each.zone == zone for each in week)]
        if not free:
            continue
        sessions = {one: sum(each.expert == one for each in week) for one in free}
        expert = min(free, key=lambda one: (sessions[one], one))
        added = Offer(expert, zone, numbers)
        plan = _plan(expected, [*week, added], zones)
        if sum(flow.patients for flow in plan.flows if flow.place == len(week)) < numbers / 2:
            continue
        moved_less = now.cost - plan.cost
        unmet_less = sum(now.unmet) - sum(plan.unmet)
        gain = UNMET * unmet_less + moved_less
        found.append((gain, ExtraSession(expert, zone, numbers, moved_less, unmet_less)))
    best = max(found, key=lambda each: each[0], default=None)
    return best[1] if best and best[0] > numbers / 2 else None


def _zone(
    zone: HalfDay, number: int, expected: Mapping[HalfDay, float], offers: Sequence[Offer], plan: Transported
) -> Zone:
    away = (f for f in plan.flows if f.demand == number and offers[f.place].zone != zone)
    return Zone(
        zone=zone,
        expected=expected.get(zone, 0.0),
        offered=sum(offer.numbers for offer in offers if offer.zone == zone),
        moved=sum(flow.patients for flow in away),
        unmet=plan.unmet[number],
    )


def _moved(zones: Sequence[HalfDay], offers: Sequence[Offer], plan: Transported) -> float:
    return sum(flow.patients for flow in plan.flows if offers[flow.place].zone != zones[flow.demand])
