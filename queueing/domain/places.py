"""What the order of calling is about: waiting tickets, calls made, places. Times are plain numbers on one
axis.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from queueing.domain import ranks, turns
from queueing.domain.channels import Share
from queueing.domain.streams import Ratios, Stream


class Rule(StrEnum):
    """Why somebody stands where they stand, or was called."""

    EMERGENCY = "emergency"
    ON_TIME_PASSED = "on_time_passed"
    BOOKED = "booked"
    WALK_IN = "walk_in"
    ARRIVAL = "arrival"
    PRIORITY = "priority"
    REVIEW = "review"
    EARLY = "early"
    LATE_PASSED = "late_passed"
    PLACES_BACK = "places_back"
    PASSED = "passed"
    OUT_OF_ORDER = "out_of_order"
    """Called by a person before it was the patient's turn: counts for no ratio and passes no slot."""


RULES = tuple(sorted(Rule, key=lambda rule: int(getattr(ranks, rule.name))))
"""Each rule at its number in :mod:`queueing.domain.ranks`."""

NUMBERS = {rule: number for number, rule in enumerate(RULES)}

GIVES_PLACES = frozenset(RULES[number] for number in turns.GIVES_PLACES)
"""Calls that bring a patient forward who stands some places back."""

PASSES_SLOTS = frozenset(RULES[number] for number in turns.PASSES_SLOTS)
"""Calls in turn of the normal line: a booked patient called so shows that the expert has gone on to that
slot."""


BESIDE = {Stream.PRIORITY: Rule.PRIORITY, Stream.REVIEW: Rule.REVIEW}
"""The rule of whoever stands in a stream beside the normal line and lost no place."""


class Serving(StrEnum):
    """Who goes first of booked patients and walk-ins."""

    APPOINTMENTS_FIRST = "appointments_first"
    FIRST_COME = "first_come"
    INTERLEAVE = "interleave"


class LatePolicy(StrEnum):
    """What lateness costs: rules 9 and 10 of the paper, some places, or a turn after some first visits."""

    PAPER = "paper"
    BACK_N = "back_n"
    INTERLEAVE = "interleave"


SERVING: dict[Serving, int] = {one: getattr(ranks, one.name) for one in Serving}
_LATE: dict[LatePolicy, int] = {one: getattr(ranks, f"LATE_{one.name}") for one in LatePolicy}


class OnReturn(StrEnum):
    """What coming back does for a passed patient."""

    NEXT = "next"
    LAST = "last"
    BY_REGISTRATION = "by_registration"
    PLACES_BACK = "places_back"
    END = "end"
    IN_TURN = "in_turn"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Span:
    """A slot: its start and its end."""

    starts_at: float
    ends_at: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """One waiting ticket.

    Attributes
    ----------
    key : int
        Names the ticket and breaks ties: lower first.
    arrived_at : float
        Check-in of a booked patient, registration of a walk-in; a transferred ticket keeps the original.
    slot : Span or None
        The slot booked; None for a walk-in.
    joined_at : float or None
        When the ticket came into this queue, if not at arrival (transfer).
    returned_at : float or None
        The last return after being called while absent; None if that never happened.
    stream : Stream
        The line the patient stands in.
    misses : int
        How often the patient was called while absent.
    waits_for : int or None
        The one caller of a shared queue who may call; None: any.
    specialty : str
        What the patient should be seen for, when some caller of a shared queue knows more about it; empty: anything.
    """

    key: int
    arrived_at: float
    slot: Span | None = None
    joined_at: float | None = None
    returned_at: float | None = None
    stream: Stream = Stream.NORMAL
    misses: int = 0
    waits_for: int | None = None
    specialty: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """One call of this queue: when, by which rule, the patient's slot, who called, and whom it went past."""

    at: float
    rule: Rule
    slot: Span | None = None
    caller: int | None = None
    overtook: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """The slots of the queue's day, as far as the order needs them: the starts of the first and of the
    last.
    """

    first_starts_at: float
    last_starts_at: float


@dataclass(frozen=True, slots=True)
class Discipline:
    """How a queue is served: everything that a department may choose about its order.

    Attributes
    ----------
    serving : Serving
        Appointments first within the slots, everybody by arrival, or so many booked and so many walk-ins in turn.
    ratios : Ratios
        Of the streams beside the normal line.
    share : Share
        Of booked patients and walk-ins, when they take turns.
    late : LatePolicy
        What being absent or late costs.
    back_places : tuple of int
        For ``back_n``: places lost by the first, the second, ... miss, the last for all that follow; 0 is the end.
    void_after : int
        For ``back_n``: so many misses are forgiven, the next makes the number void; 0: all are.
    """

    serving: Serving = Serving.APPOINTMENTS_FIRST
    ratios: Ratios = field(default_factory=Ratios)
    share: Share = field(default_factory=Share)
    late: LatePolicy = LatePolicy.PAPER
    back_places: tuple[int, ...] = (5, 5, 0)
    void_after: int = 3

    @property
    def how(self) -> turns.How:
        """The choices about turns as numbers.

        Examples
        --------
        >>> Discipline(Serving.INTERLEAVE).how[turns.HOW_SERVING] == ranks.INTERLEAVE
        True
        """
        ratios = self.ratios
        return (
            SERVING[self.serving],
            self.share.booked,
            self.share.walk_in,
            ratios.priority,
            ratios.review,
            ratios.passed,
            ratios.review_full,
        )

    @property
    def late_policy(self) -> int:
        """The late policy as a number."""
        return _LATE[self.late]


@dataclass(frozen=True, slots=True)
class Place:
    """A ticket's place in the order and the rule that gave it."""

    key: int
    rule: Rule
