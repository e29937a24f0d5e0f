"""A queue that several experts share: whom does the one who is free call, and where does a walk-in go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from queueing.domain.places import Called, Place, Rule, Waiting


@dataclass(frozen=True, slots=True)
class Caller:
    """One of the experts who call from the queue, and what this one is known for."""

    key: int
    knows: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is called, by which rule, and whom the call goes past."""

    place: Place
    overtook: tuple[int, ...] = ()


def overtaken(calls: Iterable[Called]) -> dict[int, int]:
    """How often each ticket was gone past.

    Parameters
    ----------
    calls : iterable of Called
        All calls of the queue, without those taken back.

    Returns
    -------
    dict of int to int
        Only of those who were.

    Examples
    --------
    >>> overtaken([Called(1, Rule.WALK_IN, overtook=(4, 7)), Called(2, Rule.WALK_IN, overtook=(4,))])
    {4: 2, 7: 1}
    """
    times: dict[int, int] = {}
    for call in calls:
        for key in call.overtook:
            times[key] = times.get(key, 0) + 1
    return times


def callable_by(
    order: Sequence[Place], waiting: Mapping[int, Waiting], *, caller: Caller
) -> tuple[Place, ...]:
    """Whom ``caller`` may call from a shared queue.

    Parameters
    ----------
    order : sequence of Place
        Of the whole queue.
    waiting : mapping of int to Waiting
        Who stands there, by key.
    caller : Caller
        Who asks.

    Returns
    -------
    tuple of Place
        In the queue's order: emergencies, who waits for this one, and who waits for nobody in particular.

    Examples
    --------
    >>> here = {7: Waiting(7, 0, waits_for=1), 8: Waiting(8, 1)}
    >>> order = [Place(7, Rule.WALK_IN), Place(8, Rule.WALK_IN)]
    >>> [place.key for place in callable_by(order, here, caller=Caller(2))]
    [8]
    """
    return tuple(
        place
        for place in order
        if place.rule is Rule.EMERGENCY or waiting[place.key].waits_for in {None, caller.key}
    )


def choice(
    order: Sequence[Place],
    waiting: Mapping[int, Waiting],
    *,
    caller: Caller,
    callers: Sequence[Caller],
    times: Mapping[int, int],
    limit: int,
) -> Choice | None:
    """Whom ``caller`` calls from a shared queue.

    Parameters
    ----------
    order : sequence of Place
        Of the whole queue, as :func:`queueing.domain.ordering.calling_order` gives it.
    waiting : mapping of int to Waiting
        Who stands there, by key.
    caller : Caller
        Who is free.
    callers : sequence of Caller
        Everybody who calls from the queue now.
    times : mapping of int to int
        How often each was gone past, as :func:`overtaken` says.
    limit : int
        How often somebody may be, from 0.

    Returns
    -------
    Choice or None
        None when nobody waits, or only patients of other callers.

    Notes
    -----
    Our choice, so that all of these hold: nobody is kept idle while somebody waits whom this one may call; who waits
    for one expert is called by that one, but an emergency by whoever is free; who should be seen by an expert who
    knows more about the case is left to that one while others go past, at most ``limit`` times.

    Examples
    --------
    >>> heart, bones = Caller(1, frozenset({"heart"})), Caller(2, frozenset({"bones"}))
    >>> here = {7: Waiting(7, 0, specialty="heart"), 8: Waiting(8, 1)}
    >>> order = [Place(7, Rule.WALK_IN), Place(8, Rule.WALK_IN)]
    >>> choice(order, here, caller=bones, callers=[heart, bones], times={}, limit=1)
    Choice(place=Place(key=8, rule=<Rule.WALK_IN: 'walk_in'>), overtook=(7,))
    >>> choice(order, here, caller=bones, callers=[heart, bones], times={7: 1}, limit=1).place.key
    7
    """
    mine = callable_by(order, waiting, caller=caller)
    elsewhere = frozenset[str]().union(*(other.knows for other in callers if other.key != caller.key))

    def is_left(place: Place) -> bool:
        wanted = waiting[place.key].specialty
        better = wanted in elsewhere and wanted not in caller.knows
        bound = place.rule is Rule.EMERGENCY or waiting[place.key].waits_for == caller.key
        return better and not bound and times.get(place.key, 0) < limit

    at = next((number for number, place in enumerate(mine) if not is_left(place)), 0)
    return Choice(mine[at], tuple(place.key for place in mine[:at])) if mine else None


@dataclass(frozen=True, slots=True)
class Load:
    """What an expert's session has before it.

    Attributes
    ----------
    code : str
        Names the session.
    work_min : float
        Minutes of consultation that wait or go on there, in all its rooms.
    rooms : int
        How many rooms work it off, from 1.
    starts_in_min : float
        Until the first of them opens; 0 when it has.
    last_at : float
        When the last patient came for it; lower first among equals.
    suits : bool
        Whether the expert is known for what the patient comes for, if that was said.
    mean_min : float
        Mean consultation there [min].
    knows : frozenset of str
        What the expert is known for.
    """

    code: str
    work_min: float
    rooms: int = 1
    starts_in_min: float = 0.0
    last_at: float = float("-inf")
    suits: bool = True
    mean_min: float = 0.0
    knows: frozenset[str] = frozenset()

    @property
    def wait_min(self) -> float:
        """Expected work before a newcomer, per room."""
        return self.starts_in_min + self.work_min / self.rooms


def by_least_work(loads: Iterable[Load]) -> list[Load]:
    """Sessions in the order in which a patient who wants any of them should go there.

    Parameters
    ----------
    loads : iterable of Load
        Sessions that still take walk-ins.

    Returns
    -------
    list of Load
        Those that suit first; of them the one with the least expected work per open room; among equals the one whose
        last patient came longest ago, then by code.

    Notes
    -----
    "Join the least work": with unequal speeds it shortens the wait more than the shortest line does.

    Examples
    --------
    >>> slow, quick = Load("a", 3 * 10), Load("b", 5 * 4)
    >>> [load.code for load in by_least_work([slow, quick])]
    ['b', 'a']
    >>> equal = [Load("a", 8, last_at=5), Load("b", 8, last_at=2), Load("c", 8, last_at=5)]
    >>> [load.code for load in by_least_work(equal)]
    ['b', 'a', 'c']
    >>> [load.code for load in by_least_work([Load("a", 8, suits=False), Load("b", 30)])]
    ['b', 'a']
    """
    return sorted(loads, key=lambda load: (not load.suits, load.wait_min, load.last_at, load.code))
