"""What the order of calling is about: waiting tickets, calls made, places. Times are plain numbers on one
axis.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from queueing.domain.streams import Ratios, Stream


class Rule(StrEnum):
    """Why somebody stands where they stand."""

    EMERGENCY = "emergency"
    ON_TIME_PASSED = "on_time_passed"
    BOOKED = "booked"
    WALK_IN = "walk_in"
    ARRIVAL = "arrival"
    PRIORITY = "priority"
    REVIEW = "review"
    EARLY = "early"
    LATE_PASSED = "late_passed"


IN_TURN = frozenset({Rule.BOOKED, Rule.WALK_IN, Rule.ARRIVAL, Rule.PRIORITY, Rule.REVIEW, Rule.LATE_PASSED})
"""Calls that count for the ratios. Emergencies, rule 9 and rule 7 do not."""

PASSES_SLOTS = frozenset({Rule.BOOKED, Rule.ARRIVAL})
"""Calls in turn of the normal line: a booked patient called so shows that the expert has gone on to that
slot."""


BESIDE = {Rule.PRIORITY: Stream.PRIORITY, Rule.REVIEW: Stream.REVIEW}
"""The streams beside the normal line, by the rule under which they are called."""


class OnReturn(StrEnum):
    """What coming back does for a passed patient."""

    NEXT = "next"
    LAST = "last"
    BY_REGISTRATION = "by_registration"


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
    """

    key: int
    arrived_at: float
    slot: Span | None = None
    joined_at: float | None = None
    returned_at: float | None = None
    stream: Stream = Stream.NORMAL


@dataclass(frozen=True, slots=True)
class Called:
    """One call of this queue: when, by which rule, and the patient's slot."""

    at: float
    rule: Rule
    slot: Span | None = None

    @property
    def stream(self) -> Stream:
        """The line whose turn this call was."""
        return BESIDE.get(self.rule, Stream.NORMAL)


@dataclass(frozen=True, slots=True)
class Grid:
    """The slots of the queue's day, as far as the order needs them: the starts of the first and of the
    last.
    """

    first_starts_at: float
    last_starts_at: float


@dataclass(frozen=True, slots=True)
class Discipline:
    """How a queue is served: appointments first within the slots, or everybody by arrival; the ratios."""

    first_come: bool = False
    ratios: Ratios = field(default_factory=Ratios)


@dataclass(frozen=True, slots=True)
class Place:
    """A ticket's place in the order and the rule that gave it."""

    key: int
    rule: Rule
