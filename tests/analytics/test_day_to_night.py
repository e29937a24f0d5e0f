"""A day's real visits feed the night's quotas."""

import pytest

from analytics.models import QuotaPlan, SessionDay, Visit
from queueing.services import session_end
from tests.analytics.nights import night
from tests.queueing.conftest import Morning, morning

__all__ = ["morning"]
pytestmark = pytest.mark.django_db


def test_the_days_visits_of_the_queue_become_history_and_a_plan(morning: Morning) -> None:
    booked = morning.book(3)
    for wall in ("07:05", "07:05", "07:40", "08:10"):
        morning.walk_in(wall)
    morning.check_in(booked, "09:50")
    for minute in range(5):
        ticket = morning.serve(f"10:{10 * minute:02d}")
        morning.do("finish", ticket, f"10:{10 * minute + 5:02d}")
    session_end(session_id=morning.session.pk, actor=morning.desk, now=morning.now.at("12:30"))
    run = night(morning.now.at("02:10", days=1))
    assert list(run.experts.values_list("expert_code", "state")) == [("zhao", "done")]

    day = SessionDay.objects.get(expert_code="zhao")
    assert (day.walk_ins, day.live_appointments, day.seen, day.synthetic) == (4, 1, 5, False)
    assert set(Visit.objects.values_list("channel", "outcome")) == {
        ("walk_in", "done"),
        ("appointment", "done"),
    }
    plan = QuotaPlan.objects.get(expert_code="zhao", weekday=1)
    assert plan.pre_opening_walk_ins == 3.0
    assert [slot.walk_ins for slot in plan.slots.all()] == [1.0, 0.0, 0.0, 0.0]
    assert {slot.mean_duration_min for slot in plan.slots.all()} == {5.0}
    assert "few_sessions" in plan.warnings
