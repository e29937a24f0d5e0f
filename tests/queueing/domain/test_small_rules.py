"""Numbers, masks, check-in and expected times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueing.domain.check_in import Period, state_refusal, time_refusal
from queueing.domain.expected import LiveQueue, Wait, come_back_in, forecast
from queueing.domain.futures import RoomNow
from queueing.domain.masking import masked_name
from queueing.domain.numbers import display_number
from queueing.domain.paces import Durations, Speed, speed
from queueing.domain.places import Rule


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张小三", "张*三"),
        ("欧阳文龙", "欧**龙"),
        ("买买提·吐尔逊江", "买**江"),
        ("John Smith", "J** S**"),
        ("Li", "L**"),
        ("𠮷野家", "𠮷*家"),
        ("王", "*"),
        ("  ", ""),
    ],
)
def test_names_are_masked(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@given(st.text(min_size=2, max_size=50).map(str.strip).filter(lambda name: len(name) > 1))
def test_no_name_is_shown_in_full(name: str) -> None:
    assert "*" in masked_name(name)
    assert masked_name(name) != name or "*" in name


def test_numbers_have_two_digits_at_least() -> None:
    assert [display_number("A", n) for n in (1, 17, 100)] == ["A01", "A17", "A100"]


NIGHT = Period("open", datetime(2026, 11, 2, 21, tzinfo=UTC), datetime(2026, 11, 3, 2, tzinfo=UTC))


def test_a_session_that_crosses_midnight_takes_check_ins_after_midnight() -> None:
    assert time_refusal(NIGHT, now=datetime(2026, 11, 3, 0, 30, tzinfo=UTC), zone=UTC) is None


def test_a_session_of_yesterday_is_the_wrong_day() -> None:
    refused = time_refusal(NIGHT, now=datetime(2026, 11, 4, 0, 30, tzinfo=UTC), zone=UTC)
    assert refused is not None
    assert refused.code == "wrong_day"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("held", "not_paid"),
        ("expired", "cancelled"),
        ("cancelled", "cancelled"),
        ("arrived", "already_checked_in"),
        ("seen", "already_checked_in"),
        ("left", "already_checked_in"),
        ("unresolved", "session_over"),
        ("no_show", "session_over"),
        ("excused", "session_over"),
    ],
)
def test_every_state_but_booked_says_why_it_cannot_check_in(state: str, code: str) -> None:
    refused = state_refusal(state)
    assert refused is not None
    assert refused.code == code


def test_a_booked_appointment_can_check_in() -> None:
    assert state_refusal("booked") is None


def test_there_is_no_estimate_without_data() -> None:
    assert speed(Durations(), []) is None


def test_todays_pace_outweighs_the_past_as_the_session_goes_on() -> None:
    history = [Durations(25, 5.0, 2.0)] * 8
    paces = [speed(Durations(n, 10.0, 4.0), history) for n in (1, 10, 40)]
    means = [pace.mean_min for pace in paces if pace is not None]
    assert means == sorted(means)
    assert means[0] < 6 < 8 < means[-1]


def walk_in_wait(ahead: int, *rooms: RoomNow, pace: Speed = Speed(6, 0.5, 20)) -> Wait:  # noqa: B008 - frozen
    """Of a walk-in behind so many, where nobody else comes."""
    return forecast(LiveQueue(0, (), ahead, Rule.WALK_IN, None, (), rooms or (RoomNow(busy_min=1),), pace))


@given(
    ahead=st.integers(0, 60),
    since=st.none() | st.floats(0, 60),
    starts=st.floats(0, 120),
    rooms=st.integers(1, 5),
    mean=st.floats(1, 30),
    cv=st.floats(0.25, 1),
    weight=st.floats(3, 100),
)
def test_quantiles_rise_and_are_never_in_the_past(
    ahead: int, since: float | None, starts: float, rooms: int, mean: float, cv: float, weight: float
) -> None:
    room = RoomNow(since, starts, started=since is not None)
    wait = walk_in_wait(ahead, *[room] * rooms, pace=Speed(mean, cv, weight))
    levels = [wait.p10, wait.p20, wait.p50, wait.p80, wait.p90]
    assert levels == sorted(levels)
    assert levels[0] >= (starts if since is None else 0)


def test_more_people_ahead_is_a_longer_wait() -> None:
    waits = [walk_in_wait(n).p50 for n in range(5)]
    assert waits == sorted(set(waits))


def test_nobody_is_sent_away_for_a_moment() -> None:
    near, far = walk_in_wait(2), walk_in_wait(20)
    assert come_back_in(near, worth_min=15) is None
    back = come_back_in(far, worth_min=15)
    assert back is not None
    assert timedelta(minutes=back) < timedelta(minutes=far.p20)
