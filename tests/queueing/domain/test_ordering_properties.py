"""What holds for every queue: nobody is lost, nobody idles while somebody waits, the order is stable."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from queueing.domain.ordering import calling_order, next_ticket
from queueing.domain.places import Called, Discipline, Grid, Rule, Span, Waiting
from queueing.domain.streams import Stream

SLOTS = [Span(60 * n, 60 * n + 60) for n in (1, 2, 3, 4)]
GRID = Grid(60, 240)


@st.composite
def queues(draw: st.DrawFn) -> tuple[list[Waiting], list[Called], float, Discipline]:
    now = draw(st.integers(1, 320))
    waiting = []
    for key in range(draw(st.integers(0, 12))):
        arrived = draw(st.integers(0, now))
        absent = draw(st.booleans()) and arrived < now
        waiting.append(
            Waiting(
                key=key,
                arrived_at=arrived,
                slot=draw(st.none() | st.sampled_from(SLOTS)),
                joined_at=draw(st.none() | st.integers(arrived, now)),
                returned_at=draw(st.integers(arrived, now)) if absent else None,
                stream=draw(st.sampled_from([Stream.NORMAL] * 4 + list(Stream))),
            )
        )
    calls = [
        Called(at, draw(st.sampled_from(list(Rule))), draw(st.none() | st.sampled_from(SLOTS)))
        for at in sorted(draw(st.lists(st.integers(0, now - 1), max_size=10)))
    ]
    return waiting, calls, float(now), Discipline(first_come=draw(st.booleans()))


@given(queues())
@settings(max_examples=200, deadline=None)
def test_every_waiting_ticket_stands_in_the_order_once(
    queue: tuple[list[Waiting], list[Called], float, Discipline],
) -> None:
    waiting, calls, now, discipline = queue
    order = calling_order(waiting, calls, grid=GRID, now=now, discipline=discipline)
    assert sorted(place.key for place in order) == sorted(ticket.key for ticket in waiting)


@given(queues())
@settings(max_examples=100, deadline=None)
def test_somebody_is_called_whenever_somebody_waits(
    queue: tuple[list[Waiting], list[Called], float, Discipline],
) -> None:
    waiting, calls, now, discipline = queue
    chosen = next_ticket(waiting, calls, grid=GRID, now=now, discipline=discipline)
    assert (chosen is not None) == bool(waiting)


@given(queues(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_does_not_depend_on_how_the_rows_come(
    queue: tuple[list[Waiting], list[Called], float, Discipline], shuffler: object
) -> None:
    waiting, calls, now, discipline = queue
    order = calling_order(waiting, calls, grid=GRID, now=now, discipline=discipline)
    mixed = list(waiting)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]
    assert calling_order(mixed, calls, grid=GRID, now=now, discipline=discipline) == order


@given(queues())
@settings(max_examples=200, deadline=None)
def test_calling_in_this_order_calls_exactly_in_this_order(
    queue: tuple[list[Waiting], list[Called], float, Discipline],
) -> None:
    waiting, calls, now, discipline = queue
    promised = calling_order(waiting, calls, grid=GRID, now=now, discipline=discipline)
    left, made = {ticket.key: ticket for ticket in waiting}, list(calls)
    called = []
    while left:
        place = next_ticket(list(left.values()), made, grid=GRID, now=now, discipline=discipline)
        assert place is not None
        ticket = left.pop(place.key)
        made.append(Called(now, place.rule, ticket.slot))
        called.append(place)
    assert tuple(called) == promised


@given(queues())
@settings(max_examples=100, deadline=None)
def test_a_walk_in_who_registers_later_never_comes_before_one_who_waits(
    queue: tuple[list[Waiting], list[Called], float, Discipline],
) -> None:
    waiting, calls, now, discipline = queue
    plain = [ticket for ticket in waiting if ticket.stream is Stream.NORMAL]
    newcomer = Waiting(99, now)
    before = calling_order(plain, calls, grid=GRID, now=now, discipline=discipline)
    after = calling_order([*plain, newcomer], calls, grid=GRID, now=now, discipline=discipline)
    behind = {p.key for p in after[[p.key for p in after].index(99) + 1 :]}
    assert [p.key for p in after if p.key != 99] == [p.key for p in before]
    early_or_last = {p.key for p in before if p.rule in {Rule.EARLY, Rule.LATE_PASSED}}
    same_moment = {t.key for t in plain if t.arrived_at == now or t.joined_at == now or t.returned_at == now}
    assert behind <= early_or_last | same_moment
