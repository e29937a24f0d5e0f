"""Why not everybody can be given a place: who competes with whom for which places, and how many are missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortage:
    """These may only go to those places, and the places are all taken by them; either by number, in order."""

    wishes: tuple[int, ...]
    places: tuple[int, ...]


def shortages(
    without: Iterable[int], allowed: Sequence[Collection[int]], users: Sequence[Collection[int]]
) -> list[Shortage]:
    """The proofs that nothing better could be done for those who got nothing.

    Parameters
    ----------
    without : iterable of int
        Wishes that were not met, or not in full, by a plan that meets as many as possible.
    allowed : sequence of collection of int
        For each wish the places that it may have.
    users : sequence of collection of int
        For each place the wishes that have it.

    Returns
    -------
    list of Shortage
        Each unmet wish is in one of them; a wish that may go nowhere is alone, without places.

    Notes
    -----
    Hall's theorem, read off a plan: from an unmet wish to the places it may have, to those who have them, to the
    places that these may have, and so on. Were one of these places free, the plan could be mended; so all are taken,
    by these wishes only.

    Examples
    --------
    >>> shortages([2], [{0}, {0, 1}, {1}, {2}], [{0}, {1}, {3}])
    [Shortage(wishes=(0, 1, 2), places=(0, 1))]
    >>> shortages([0], [set()], [])
    [Shortage(wishes=(0,), places=())]
    """
    found: list[Shortage] = []
    for wish in without:
        if any(wish in one.wishes for one in found):
            continue
        wishes, places, ahead = {wish}, set[int](), [wish]
        while ahead:
            for place in set(allowed[ahead.pop()]) - places:
                places.add(place)
                ahead += set(users[place]) - wishes
                wishes |= set(users[place])
        found.append(Shortage(tuple(sorted(wishes)), tuple(sorted(places))))
    return _disjoint(found)


def _disjoint(found: Iterable[Shortage]) -> list[Shortage]:
    """Shortages that share a place are one."""
    kept: list[Shortage] = []
    for one in found:
        wishes, places = set(one.wishes), set(one.places)
        for other in [each for each in kept if places & set(each.places)]:
            kept.remove(other)
            wishes, places = wishes | set(other.wishes), places | set(other.places)
        kept.append(Shortage(tuple(sorted(wishes)), tuple(sorted(places))))
    return kept
