"""Windows and ends of bans by the calendar: zones that change their clocks, year ends, 29 February."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.bans import BanRule, ban_days, days_later, misses_that_ban

SHANGHAI, BERLIN, NEW_YORK, LORD_HOWE = (
    ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
)
ZONES = [SHANGHAI, BERLIN, NEW_YORK, LORD_HOWE]
RULE = BanRule(limit=3, window_days=90, steps=(90,))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("begins", ["2026-01-15", "2026-08-20", "2026-11-20", "2027-12-01", "2028-02-29"])
def test_the_window_is_so_many_days_on_the_wall_clock_whatever_the_clocks_do(
    zone: ZoneInfo, begins: str
) -> None:
    """08:00 to 08:00 ninety days later is never within one window, a second less always is."""
    first = datetime.fromisoformat(f"{begins}T08:00").replace(tzinfo=zone)
    last = first + timedelta(days=90)
    middle = first + timedelta(days=30)

    def banned(third: datetime) -> bool:
        misses = [moment.astimezone(UTC) for moment in (first, middle, third)]
        return misses_that_ban(misses, including={2}, rule=RULE, zone=zone) is not None

    assert not banned(last)
    assert banned(last - SECOND)


@pytest.mark.parametrize(
    ("begins", "days", "ends"),
    [
        ("2027-12-01T12:30:00", 90, "2028-02-29T12:30:00"),
        ("2028-02-29T00:00:00", 365, "2029-02-28T00:00:00"),
        ("2026-12-31T23:59:59", 1, "2027-01-01T23:59:59"),
        ("2026-02-27T08:00:00", 2, "2026-03-01T08:00:00"),
    ],
)
@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_a_ban_ends_at_the_same_time_of_day(begins: str, days: int, ends: str, zone: ZoneInfo) -> None:
    moment = datetime.fromisoformat(begins).replace(tzinfo=zone)
    assert days_later(moment, days, zone) == datetime.fromisoformat(ends).replace(tzinfo=zone)


def test_a_ban_over_the_change_of_clocks_is_an_hour_longer_or_shorter() -> None:
    spring = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    autumn = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    lasted = [days_later(begins, 1, BERLIN) - begins.astimezone(UTC) for begins in (spring, autumn)]
    assert lasted == [timedelta(hours=23), timedelta(hours=25)]


MOMENTS = st.lists(
    st.integers(0, 400).map(lambda day: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)),
    min_size=1,
    max_size=8,
    unique=True,
).map(sorted)


@given(MOMENTS, st.data(), st.integers(1, 4), st.integers(1, 120))
def test_a_ban_is_made_exactly_when_enough_misses_with_the_new_one_fit_a_window(
    misses: list[datetime], data: st.DataObject, limit: int, window: int
) -> None:
    new = data.draw(st.integers(0, len(misses) - 1))
    rule = BanRule(limit, window, (90,))
    run = misses_that_ban(misses, including={new}, rule=rule, zone=SHANGHAI)
    fits = any(
        new in chosen and misses[chosen[-1]] - misses[chosen[0]] < timedelta(days=window)
        for chosen in combinations(range(len(misses)), limit)
    )
    assert (run is not None) == fits
    if run is not None:
        assert new in run
        assert len(run) == limit


@given(st.permutations(range(5)), st.integers(0, 200))
def test_the_order_of_confirming_makes_no_difference(order: list[int], gap: int) -> None:
    """However five misses are confirmed, the patient is banned at some point, or never."""
    misses = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=gap * number // 4) for number in range(5)]

    def banned(sequence: list[int]) -> bool:
        known: list[int] = []
        for one in sequence:
            known = sorted([*known, one])
            moments = [misses[place] for place in known]
            if misses_that_ban(moments, including={known.index(one)}, rule=RULE, zone=SHANGHAI):
                return True
        return False

    assert banned(order) == banned([0, 1, 2, 3, 4])


def test_no_limit_bans_nobody_and_steps_repeat_the_last() -> None:
    moments = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 9)]
    assert misses_that_ban(moments, including={7}, rule=BanRule(0, 90, (90,)), zone=SHANGHAI) is None
    assert [ban_days((30, 60), earlier) for earlier in (0, 1, 2, 9)] == [30, 60, 60, 60]
