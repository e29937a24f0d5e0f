"""The study of expected times, short: coverage and error are near what the long one prints."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.mornings import WORTH_MIN
from bench.studies.expected_times import EQUAL, study

SEED = 2018


def test_most_are_called_by_the_time_they_were_told() -> None:
    found = study([EQUAL], experts=2, days=6, seed=SEED)[EQUAL.name]
    report = found.report()
    assert report.sessions == 12
    assert report.p80 == pytest.approx(0.8, abs=4 * report.p80_se)
    assert report.p90 == pytest.approx(0.9, abs=4 * report.p90_se)
    assert report.better > 0.1
    assert set(found.excluded) <= {"left", "passed", "emergency", "unserved"}


def test_walk_ins_who_go_away_wait_less_on_site() -> None:
    found = study([replace(EQUAL, leaves=True)], experts=1, days=5, seed=SEED)[EQUAL.name]
    sent = [one for one in found.told if one.back is not None]
    assert sent
    assert all(one.back is not None and one.back >= WORTH_MIN for one in sent)
    waited = sum(one.called_at - one.at for one in sent if one.called_at is not None)
    assert sum(one.on_site for one in sent) < waited / 2
