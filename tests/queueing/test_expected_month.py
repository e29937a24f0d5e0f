"""Expected times over seeded mornings through the real services: how good they were is printed.

A month takes minutes and runs by ``make estimates`` and ``make chaos``; otherwise it is two mornings with few patients.
"""

from __future__ import annotations

import os
from datetime import date

import pytest

from queueing.selectors.accuracy import Accuracy, EstimatesChosen, estimates_accuracy
from tests.clock import VirtualClock
from tests.figures import Figures
from tests.queueing.month import Month

SEED = 20261102
DAYS = int(os.environ.get("DAYS") or (22 if "CHAOS_SECONDS" in os.environ else 2))
LONG = DAYS > 2
FIRST = date(2026, 11, 2)


@pytest.mark.django_db(transaction=LONG)  # thousands of changes in one transaction are slow
def test_the_expected_times_of_a_simulated_month(now: VirtualClock, figures: Figures) -> None:
    Month(now, SEED, FIRST, crowd=1.0 if LONG else 0.15).play(DAYS)
    for kind in ("check_in", "near") if LONG else ("check_in",):
        found = estimates_accuracy(EstimatesChosen(FIRST, date(2027, 1, 1), kind=kind))
        assert not found.open, "every forecast has its fact or the reason why not"
        figures.shown(f"told {kind}", said(found), seed=SEED)
        figures.control(f"told {kind}", f"people ahead x mean: {found.total.plain_error:.1f} min")
        if LONG:
            assert abs(found.total.p80 - 0.8) < 0.1
            assert found.total.better > 0.1


def said(found: Accuracy) -> str:
    """Coverage, bias and error of the patients called once in turn, and who was not counted."""
    total = found.total
    left_out = ", ".join(f"{count} {reason}" for reason, count in found.excluded.items())
    return (
        f"{total.n} patients, {total.sessions} sessions: called before P50 {total.p50:.0%},"
        f" P80 {total.p80:.0%} (SE {total.p80_se:.1%}), P90 {total.p90:.0%}, within P20-P80 {total.inside:.0%};"
        f" bias {total.bias:+.1f} min; error {total.error:.1f} min ({total.better:.0%} less); not counted: {left_out}"
    )
