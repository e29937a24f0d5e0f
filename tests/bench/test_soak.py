"""The soak judges right: what is late, what is flat, which promise was broken."""

from __future__ import annotations

import pytest

from bench.hall import Truth
from bench.soak import broken, slope_mb_h

GOOD = {
    "stale_as_current": 0,
    "boards_different": 0,
    "boards_compared": 9,
    "memory_over_s": 1200,
    "memory_slope_mb_h": 3.0,
    "control_found": 40,
}


def test_a_revision_is_late_since_a_later_one_was_in_the_database() -> None:
    truth = Truth()
    for at, revision in [(10.0, 5), (11.0, 5), (12.0, 7), (15.0, 9)]:
        truth.note(at, [("board 0", revision)])
    assert [truth.newer_since("board 0", revision) for revision in (4, 5, 6, 7, 8, 9, 10)] == [
        10.0,
        12.0,
        12.0,
        15.0,
        15.0,
        None,
        None,
    ]
    assert truth.newer_since("board 1", 1) is None


def test_the_slope_is_that_of_the_line_through_the_points() -> None:
    assert slope_mb_h(
        [(float(second), 100 + second / 3600 * 6) for second in range(0, 600, 10)]
    ) == pytest.approx(6)
    assert slope_mb_h([(0.0, 100.0), (60.0, 101.0), (120.0, 100.0)]) == pytest.approx(0)


def test_what_was_kept_breaks_nothing() -> None:
    assert broken(GOOD) == []
    assert broken({**GOOD, "memory_over_s": 60, "memory_slope_mb_h": 90.0}) == []  # too short to be judged


@pytest.mark.parametrize(
    ("found", "promise"),
    [
        ({"stale_as_current": 1}, "no page took for current what was out of date"),
        ({"boards_different": 1}, "every board became the database's"),
        ({"boards_compared": 0}, "every board became the database's"),
        ({"memory_slope_mb_h": 40.0}, "memory stays flat"),
        ({"control_found": 0}, "a frozen feed is found"),
    ],
)
def test_every_promise_can_be_broken(found: dict[str, float], promise: str) -> None:
    assert broken({**GOOD, **found}) == [promise]
