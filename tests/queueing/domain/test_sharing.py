"""A queue that several experts share: whom does each call, and where does a newcomer go."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from queueing.domain.ordering import calling_order
from queueing.domain.places import Called, Grid, Rule, Waiting
from queueing.domain.sharing import Caller, Choice, Load, by_least_work, choice, overtaken
from queueing.domain.streams import Stream

GRID = Grid(60, 240)
HEART, BONES = Caller(1, frozenset({"heart"})), Caller(2, frozenset({"bones"}))
BOTH = (HEART, BONES)


def chosen(
    here: list[Waiting], caller: Caller, *, calls: tuple[Called, ...] = (), limit: int = 2
) -> Choice | None:
    return choice(
        calling_order(here, calls, grid=GRID, now=70),
        {one.key: one for one in here},
        caller=caller,
        callers=BOTH,
        times=overtaken(calls),
        limit=limit,
    )


def key(found: Choice | None) -> int | None:
    return found.place.key if found else None


def test_whoever_is_free_calls_the_next() -> None:
    here = [Waiting(1, 1), Waiting(2, 2)]
    assert key(chosen(here, HEART)) == key(chosen(here, BONES)) == 1


def test_who_chose_an_expert_waits_for_that_one() -> None:
    here = [Waiting(1, 1, waits_for=1), Waiting(2, 2)]
    assert (key(chosen(here, HEART)), key(chosen(here, BONES))) == (1, 2)
    assert chosen(here[:1], BONES) is None


def test_an_emergency_goes_to_whoever_is_free() -> None:
    here = [Waiting(1, 1), Waiting(2, 60, waits_for=1, stream=Stream.EMERGENCY)]
    assert key(chosen(here, BONES)) == 2


def test_who_should_see_another_expert_is_gone_past_so_often_and_no_more() -> None:
    here = [Waiting(1, 1, specialty="heart"), Waiting(2, 2), Waiting(3, 3)]
    first = chosen(here, BONES, limit=1)
    assert first is not None
    assert (first.place.key, first.overtook) == (2, (1,))
    calls = (Called(70, Rule.WALK_IN, overtook=first.overtook),)
    assert key(chosen([here[0], here[2]], BONES, calls=calls, limit=1)) == 1


def test_what_nobody_here_knows_better_is_everybodys() -> None:
    assert key(chosen([Waiting(1, 1, specialty="eyes"), Waiting(2, 2)], BONES)) == 1


def test_nobody_is_kept_idle_for_a_better_match() -> None:
    only = [Waiting(1, 1, specialty="heart")]
    assert chosen(only, BONES) == Choice(calling_order(only, [], grid=GRID, now=70)[0])


@st.composite
def rooms_full(draw: st.DrawFn) -> tuple[list[Waiting], int, list[int]]:
    here = [
        Waiting(
            number,
            draw(st.integers(0, 60)),
            waits_for=draw(st.sampled_from([None, None, 1, 2])),
            specialty=draw(st.sampled_from(["", "heart", "bones", "eyes"])),
            stream=draw(st.sampled_from([Stream.NORMAL] * 3 + [Stream.EMERGENCY, Stream.PRIORITY])),
        )
        for number in range(draw(st.integers(1, 10)))
    ]
    return here, draw(st.integers(0, 3)), draw(st.lists(st.sampled_from([1, 2]), min_size=30, max_size=30))


@given(rooms_full())
@settings(max_examples=200, deadline=None)
def test_everybody_is_called_none_is_idle_and_nobody_is_gone_past_too_often(
    queue: tuple[list[Waiting], int, list[int]],
) -> None:
    here, limit, who = queue
    left, calls = {one.key: one for one in here}, list[Called]()
    for number in [*who, *[1, 2] * len(here)]:
        caller = BOTH[number - 1]
        found = chosen(list(left.values()), caller, calls=tuple(calls), limit=limit)
        emergencies = [one for one in left.values() if one.stream is Stream.EMERGENCY]
        mine = [one for one in left.values() if one.waits_for in {None, number}]
        assert (found is None) == (not mine and not emergencies)
        if found is None:
            continue
        assert found.place.key not in found.overtook
        ticket = left.pop(found.place.key)
        assert ticket.waits_for in {None, number} or ticket.stream is Stream.EMERGENCY
        calls.append(Called(70, found.place.rule, overtook=found.overtook))
    assert not left
    assert all(times <= limit for times in overtaken(calls).values())


def test_a_newcomer_goes_where_least_work_waits_for_each_room() -> None:
    two_rooms, one_room = Load("b", 40, rooms=2), Load("a", 25)
    assert [load.code for load in by_least_work([one_room, two_rooms])] == ["b", "a"]
    assert [load.code for load in by_least_work([Load("a", 10, starts_in_min=60), Load("b", 50)])] == [
        "b",
        "a",
    ]
