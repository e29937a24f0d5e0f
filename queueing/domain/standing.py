"""Where each waiting patient stands: the rules of :mod:`queueing.domain.ranks` asked about one queue's tickets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from queueing.domain import ranks, turns
from queueing.domain.lateness import is_late, places_back, slot_passed_at
from queueing.domain.places import (
    BESIDE,
    GIVES_PLACES,
    NUMBERS,
    RULES,
    SERVING,
    Called,
    Discipline,
    Grid,
    LatePolicy,
    Rule,
    Waiting,
)
from queueing.domain.streams import Stream

IN_LINE = frozenset({ranks.BOOKED, ranks.WALK_IN, ranks.ARRIVAL})
"""Whoever stands so may stand in a stream beside instead; late and passed patients may not."""


class Stand(NamedTuple):
    """A place in a line, the lowest first: calls that still go before (some places back only), rank, rule, ticket."""

    places_left: int
    rank: ranks.Rank
    rule: int
    key: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the place of everybody depends on: the calls so far, the day's slots, the moment, the department's way."""

    calls: Sequence[Called]
    grid: Grid
    now: float
    discipline: Discipline

    def rule(self, ticket: Waiting) -> Rule:
        """The rule that places ``ticket``, before streams.

        Parameters
        ----------
        ticket : Waiting
            Somebody who waits.

        Returns
        -------
        Rule

        Examples
        --------
        >>> from queueing.domain.places import Span
        >>> nine = Standing([], Grid(0, 60), now=30, discipline=Discipline())
        >>> nine.rule(Waiting(1, 5)).value, nine.rule(Waiting(2, 5, Span(60, 120))).value
        ('walk_in', 'early')
        """
        return RULES[self._rule(ticket)]

    def _rule(self, ticket: Waiting) -> int:
        if ticket.stream is Stream.EMERGENCY:
            return ranks.EMERGENCY
        slot, gone = ticket.slot, self._is_slot_gone(ticket)
        lost = ranks.rule_lost(
            slot is not None,
            ticket.returned_at is not None,
            gone,
            is_late(ticket.arrived_at, slot),
            self._places(ticket, gone=gone),
            self.discipline.late_policy,
        )
        if lost != ranks.NO_RULE:
            return lost
        starts_at = 0.0 if slot is None else slot.starts_at
        serving = SERVING[self.discipline.serving]
        return ranks.rule_kept(slot is not None, starts_at, self.now, self.grid.first_starts_at, serving)

    def _is_slot_gone(self, ticket: Waiting) -> bool:
        """Whether the ticket came into the queue when its slot was passed, by those who may call it."""
        if ticket.slot is None or not self.calls:
            return False
        joined_at = ticket.arrived_at if ticket.joined_at is None else ticket.joined_at
        only = ticket.waits_for
        calls = self.calls if only is None else [call for call in self.calls if call.caller == only]
        return slot_passed_at(ticket.slot, calls) < joined_at

    def _places(self, ticket: Waiting, *, gone: bool) -> int:
        """How many places the ticket loses; coming late to a passed slot counts as once absent."""
        if self.discipline.late is not LatePolicy.BACK_N:
            return 0
        late = gone and is_late(ticket.arrived_at, ticket.slot)
        return places_back(max(1, ticket.misses + late), self.discipline)

    def stand(self, ticket: Waiting) -> tuple[int, Stand]:
        """The line in which ``ticket`` stands, and where.

        Parameters
        ----------
        ticket : Waiting
            Somebody who waits.

        Returns
        -------
        line : int
            One of :mod:`queueing.domain.ranks`.
        stand : Stand

        Examples
        --------
        >>> how = Discipline(late=LatePolicy.BACK_N, back_places=(2,))
        >>> called = [Called(10, Rule.WALK_IN), Called(25, Rule.WALK_IN)]
        >>> queue = Standing(called, Grid(0, 60), 30, how)
        >>> line, stand = queue.stand(Waiting(1, 5, returned_at=20, misses=1))
        >>> line == turns.BACK_LINE, stand.places_left
        (True, 1)
        """
        rule, reported_at = self._rule(ticket), _reported_at(ticket)
        starts_at = 0.0 if ticket.slot is None else ticket.slot.starts_at
        last_starts_at = self.grid.last_starts_at
        rank = ranks.rank_of(rule, starts_at, ticket.arrived_at, reported_at, last_starts_at, ticket.key)
        left = 0
        if rule == ranks.PLACES_BACK:
            left = self._places(ticket, gone=self._is_slot_gone(ticket)) - sum(
                call.at >= reported_at and call.rule in GIVES_PLACES for call in self.calls
            )
        if rule in IN_LINE and ticket.stream in BESIDE:
            rule = NUMBERS[BESIDE[ticket.stream]]
        line = turns.line_of(rule, self.now, last_starts_at, SERVING[self.discipline.serving])
        return line, Stand(left, rank, rule, ticket.key)


def _reported_at(ticket: Waiting) -> float:
    """The last time the patient reported: at check-in, or on coming back."""
    if ticket.returned_at is not None:
        return ticket.returned_at
    return ticket.arrived_at if ticket.joined_at is None else ticket.joined_at


def turns_of(calls: Iterable[Called], how: turns.How) -> turns.Turns:
    """How far the turns are after these calls.

    Parameters
    ----------
    calls : iterable of Called
        Oldest first.
    how : tuple of int
        The department's choices.

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> turns_of([Called(5, Rule.WALK_IN), Called(9, Rule.EMERGENCY)], Discipline().how)[turns.TURNS_MADE]
    1
    """
    so_far = turns.NO_TURNS
    for call in calls:
        so_far = turns.turns_after(so_far, NUMBERS[call.rule], how)
    return so_far
