"""What holds for every queue: nobody is lost, nobody idles while somebody waits, the order is stable."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from queueing.domain.channels import Share
from queueing.domain.ordering import calling_order, next_ticket
from queueing.domain.places import Called, Discipline, Grid, LatePolicy, Rule, Serving, Span, Waiting
from queueing.domain.streams import Ratios, Stream
from tests.chaos.model import LONG
from tests.queueing.domain.oracle import order_of

EXAMPLES = 300 if LONG else 60
SLOTS = [Span(60 * n, 60 * n + 60) for n in (1, 2, 3, 4)]
GRID = Grid(60, 240)
GIVEN = [stream for stream in Stream if stream is not Stream.PASSED]


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
                stream=draw(st.sampled_from([Stream.NORMAL] * 4 + GIVEN)),
                misses=draw(st.integers(1, 4)) if absent else 0,
            )
        )
    calls = [
        Called(at, draw(st.sampled_from(list(Rule))), draw(st.none() | st.sampled_from(SLOTS)))
        for at in sorted(draw(st.lists(st.integers(0, now - 1), max_size=10)))
    ]
    return (
        waiting,
        calls,
        float(now),
        Discipline(
            serving=draw(st.sampled_from(Serving)),
            ratios=Ratios(draw(st.integers(1, 3)), draw(st.integers(1, 3)), passed=draw(st.integers(1, 3))),
            share=Share(draw(st.integers(1, 3)), draw(st.integers(1, 3))),
            late=draw(st.sampled_from(LatePolicy)),
            back_places=tuple(draw(st.lists(st.integers(0, 6), min_size=1, max_size=3))),
        ),
    )


@given(queues())
@settings(max_examples=EXAMPLES, deadline=None)
def test_every_waiting_ticket_stands_in_the_order_once(
    queue: tuple[list[Waiting], list[Called], float, Discipline],
) -> None:
    waiting, calls, now, discipline = queue
    order = calling_order(waiting, calls, grid=GRID, now=now, discipline=discipline)
    assert sorted(place.key for place in order) == sorted(ticket.key for ticket in waiting)


@given(queues())
@settings(max_examples=EXAMPLES, deadline=None)
def test_somebody_is_called_whenever_somebody_waits(
    queue: tuple[list[Waiting], list[Called], float, Discipline],
) -> None:
    waiting, calls, now, discipline = queue
    chosen = next_ticket(waiting, calls, grid=GRID, now=now, discipline=discipline)
    assert (chosen is not None) == bool(waiting)


@given(queues(), st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_order_does_not_depend_on_how_the_rows_come(
    queue: tuple[list[Waiting], list[Called], float, Discipline], shuffler: object
) -> None:
    waiting, calls, now, discipline = queue
    order = calling_order(waiting, calls, grid=GRID, now=now, discipline=discipline)
    mixed = list(waiting)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]
    assert calling_order(mixed, calls, grid=GRID, now=now, discipline=discipline) == order


@given(queues())
@settings(max_examples=EXAMPLES, deadline=None)
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
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_walk_in_who_registers_later_never_comes_before_one_who_waits(
    queue: tuple[list[Waiting], list[Called], float, Discipline],
) -> None:
    waiting, calls, now, discipline = queue
    plain = [ticket for ticket in waiting if ticket.stream is Stream.NORMAL]
    newcomer = Waiting(99, now)
    before = calling_order(plain, calls, grid=GRID, now=now, discipline=discipline)
    after = calling_order([*plain, newcomer], calls, grid=GRID, now=now, discipline=discipline)
    behind = {p.key for p in after[[p.key for p in after].index(99) + 1 :]}
    counted: set[int] = set()
    if discipline.serving is Serving.INTERLEAVE:  # a walk-in's turn is one more call before these
        counted = {p.key for p in before if p.rule in {Rule.PASSED, Rule.PLACES_BACK}}
    for group in (counted, {p.key for p in before} - counted):
        assert [p.key for p in after if p.key in group] == [p.key for p in before if p.key in group]
    named = {Rule.EARLY, Rule.LATE_PASSED, Rule.PLACES_BACK, Rule.PASSED}
    if discipline.serving is Serving.INTERLEAVE:
        named |= {Rule.BOOKED}  # the walk-ins' turn
    early_or_last = {p.key for p in before if p.rule in named}
    same_moment = {t.key for t in plain if t.arrived_at == now or t.joined_at == now or t.returned_at == now}
    assert behind <= early_or_last | same_moment


@given(queues())
@settings(max_examples=2 * EXAMPLES, deadline=None)
def test_the_order_is_what_the_rules_say_one_call_after_the_other(
    queue: tuple[list[Waiting], list[Called], float, Discipline],
) -> None:
    waiting, calls, now, discipline = queue
    order = calling_order(waiting, calls, grid=GRID, now=now, discipline=discipline)
    assert list(order) == order_of(waiting, calls, grid=GRID, now=now, discipline=discipline)


@given(queues(), st.sampled_from([None, *SLOTS]), st.sampled_from(GIVEN))
@settings(max_examples=EXAMPLES, deadline=None)
def test_whoever_comes_later_leaves_the_others_in_their_order(
    queue: tuple[list[Waiting], list[Called], float, Discipline], slot: Span | None, stream: Stream
) -> None:
    waiting, calls, now, discipline = queue
    newcomer = Waiting(99, now, slot, stream=stream)
    before = calling_order(waiting, calls, grid=GRID, now=now, discipline=discipline)
    after = calling_order([*waiting, newcomer], calls, grid=GRID, now=now, discipline=discipline)
    rest = [place.key for place in after if place.key != 99]

    def of(*rules: Rule) -> list[list[int]]:
        keys = {place.key for place in before if place.rule in rules}
        return [[key for key in line if key in keys] for line in (rest, [place.key for place in before])]

    for group in (
        [Rule.EMERGENCY, Rule.ON_TIME_PASSED],
        [Rule.BOOKED],
        [Rule.WALK_IN, Rule.ARRIVAL],
        [Rule.EARLY],
    ):
        now_and_then = of(*group)
        assert now_and_then[0] == now_and_then[1]
    if not {Rule.REVIEW, Rule.PRIORITY, Rule.PASSED, Rule.PLACES_BACK} & {place.rule for place in after}:
        together = [Rule.BOOKED, Rule.WALK_IN, Rule.ARRIVAL]
        if discipline.serving is not Serving.INTERLEAVE:
            assert of(*together)[0] == of(*together)[1]


@given(queues(), st.integers(0, 8))
@settings(max_examples=EXAMPLES, deadline=None)
def test_everybody_present_is_called_within_finitely_many_calls_however_many_booked_patients_still_come(
    queue: tuple[list[Waiting], list[Called], float, Discipline], coming: int
) -> None:
    waiting, calls, now, discipline = queue
    left, made = {one.key: one for one in waiting}, list(calls)
    bound = len(waiting) + coming
    for turn in range(bound):
        if turn < coming:
            left[100 + turn] = Waiting(100 + turn, now + turn, SLOTS[turn % 4])
        place = next_ticket(list(left.values()), made, grid=GRID, now=now + turn, discipline=discipline)
        if place is None:
            break
        made.append(Called(now + turn, place.rule, left.pop(place.key).slot))
    assert not left
