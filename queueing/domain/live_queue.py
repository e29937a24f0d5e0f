"""What is known of a queue when somebody asks how long the wait will be."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

from queueing.domain.futures import RoomNow
from queueing.domain.newcomers import Newcomers
from queueing.domain.paces import DayProfile, Durations, Speed
from queueing.domain.places import (
    PASSES_SLOTS,
    Called,
    Discipline,
    Grid,
    Place,
    Rule,
    Serving,
    Waiting,
)
from queueing.domain.turns import NO_TURNS, Turns

S_PER_MIN = 60.0


@dataclass(frozen=True, slots=True)
class LiveQueue:
    """Everything known of a queue at the moment when somebody asks how long the wait will be.

    Attributes
    ----------
    now : float
        The present moment on the axis of :class:`~queueing.domain.places.Waiting` [s].
    line : tuple of (Waiting, Rule)
        Those who wait in calling order, each with the rule that places them.
    ahead : int
        How many of ``line`` are called before the one who asks.
    rule : Rule
        How the one who asks stands.
    slot_starts_at : float or None
        The slot of the one who asks, on the same axis; None for a walk-in.
    to_come : tuple of float
        Beginnings of the slots of booked patients who are not here yet, on the same axis.
    rooms : tuple of RoomNow
        The rooms that call from this queue, at least one.
    pace : Speed
        How fast the experts are.
    late_start : Durations
        How long after the opening hour the experts usually begin.
    seed : int
        Makes the futures; the same for the same ticket, so that its times do not flicker.
    arrived_at : float or None
        When the one who asks came, on the same axis; None for now.
    grid : Grid
        The first and the last slot's beginning, on the same axis.
    latest_called : float
        The latest slot of which a booked patient was called in turn, see :func:`latest_slot_called`.
    turns : Turns
        How far the turns of the streams are, see :func:`queueing.domain.standing.turns_of`.
    discipline : Discipline
        The department's.
    newcomers : Newcomers
        What is known of those who are not here yet.
    between_min : float
        From a call to the beginning of the consultation [min].
    profile : DayProfile
        What the hour of the day makes of consultations.
    """

    now: float
    line: tuple[tuple[Waiting, Rule], ...]
    ahead: int
    rule: Rule
    slot_starts_at: float | None
    to_come: tuple[float, ...]
    rooms: tuple[RoomNow, ...]
    pace: Speed
    late_start: Durations = field(default_factory=Durations)
    seed: int = 0
    arrived_at: float | None = None
    grid: Grid = field(default_factory=lambda: Grid(0, 0))
    latest_called: float = -inf
    turns: Turns = NO_TURNS
    discipline: Discipline = field(default_factory=Discipline)
    newcomers: Newcomers = field(default_factory=Newcomers)
    between_min: float = 0.0
    profile: DayProfile = field(default_factory=DayProfile)

    @property
    def is_first_come(self) -> bool:
        """Whether everybody is called by arrival."""
        return self.discipline.serving is Serving.FIRST_COME

    @property
    def came_at(self) -> float:
        """When the one who asks came."""
        return self.now if self.arrived_at is None else self.arrived_at

    def minutes(self, moment: float) -> float:
        """From now until a moment of the queue's axis.

        Parameters
        ----------
        moment : float
            On the axis of :class:`~queueing.domain.places.Waiting` [s].

        Returns
        -------
        float
            Minutes; negative for the past.

        Examples
        --------
        >>> alone = LiveQueue(600, (), 0, Rule.WALK_IN, None, (), (RoomNow(),), Speed(6, 0.5, 20))
        >>> alone.minutes(1200)
        10.0
        """
        return (moment - self.now) / S_PER_MIN


def latest_slot_called(calls: Iterable[Called]) -> float:
    """The beginning of the latest slot of which a booked patient was called in turn: those before it are passed
    once they are over (rule 8).

    Parameters
    ----------
    calls : iterable of Called
        Of the queue, so far.

    Returns
    -------
    float
        On their axis; minus infinity when there was none.

    Examples
    --------
    >>> from queueing.domain.places import Span
    >>> called = Called(70, Rule.BOOKED, Span(60, 120))
    >>> calls = [called, Called(80, Rule.EARLY, Span(180, 240)), Called(90, Rule.WALK_IN)]
    >>> latest_slot_called(calls)
    60
    """
    return max(
        (call.slot.starts_at for call in calls if call.rule in PASSES_SLOTS and call.slot), default=-inf
    )


def people_before_walk_in(places: Iterable[Place], *, now: float, grid: Grid) -> int:
    """How many of those who wait are called before a walk-in who would register now.

    Parameters
    ----------
    places : iterable of Place
        In calling order.
    now : float
        The present moment.
    grid : Grid
        The day's slots, on the same axis.

    Returns
    -------
    int
        Not those of later slots, nor, before the last slot, those at the very end (rules 7 and 10).

    Examples
    --------
    >>> line = [Place(1, Rule.BOOKED), Place(2, Rule.WALK_IN), Place(3, Rule.EARLY), Place(4, Rule.LATE_PASSED)]
    >>> people_before_walk_in(line, now=10, grid=Grid(0, 60))
    2
    """
    behind = {Rule.EARLY} | ({Rule.LATE_PASSED} if now < grid.last_starts_at else set())
    return sum(place.rule not in behind for place in places)
