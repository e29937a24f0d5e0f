"""The night takes in what this system recorded and proposes plans; killed or run twice, it ends the same."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from analytics import tasks
from analytics.models import ImportBatch, QuotaPlan, SessionDay, Visit
from analytics.selectors.estimates import plans_of_expert
from analytics.services import nightly
from analytics.services.nightly import asked_of_policy, nightly_begin
from hospital.common import clock, jobs
from hospital.common.models import Job
from queueing.selectors.visits import VisitRow
from tests.clock import VirtualClock

HAND_WORKED = Path(__file__).parents[1] / "paper" / "hand_worked.csv"
pytestmark = pytest.mark.django_db


def recorded(opens_at: datetime, number: int) -> VisitRow:
    start = opens_at + timedelta(minutes=10 * number)
    return VisitRow(
        expert_code="zhao",
        department="neuro",
        session_date=clock.local(opens_at).date(),
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=4),
        walk_in_opens_at=opens_at - timedelta(hours=1),
        slot_minutes=60,
        channel="walk_in",
        slot_starts_at=None,
        registered_at=opens_at - timedelta(minutes=30),
        checked_in_at=None,
        called_at=start,
        started_at=start,
        finished_at=start + timedelta(minutes=10),
        outcome="done",
        patient_ref=f"P{number}",
    )


@pytest.fixture
def yesterday(now: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dr Zhao saw twelve walk-ins yesterday."""
    opens_at = now() - timedelta(days=1)

    def visits_of_day(*, date: Any) -> Iterator[VisitRow]:
        if date == clock.local(opens_at).date():
            yield from (recorded(opens_at, number) for number in range(12))

    monkeypatch.setattr(nightly, "visits_of_day", visits_of_day)


def state() -> list[object]:
    return [
        list(Visit.objects.order_by("pk").values()),
        list(SessionDay.objects.order_by("pk").values()),
        list(ImportBatch.objects.order_by("pk").values()),
        [
            (plan.code, plan.state, [slot.quota for slot in plan.slots.all()])
            for plan in QuotaPlan.objects.order_by("pk")
        ],
        list(Job.objects.filter(kind="analytics.recompute").values_list("key", flat=True)),
    ]


@pytest.mark.usefixtures("yesterday")
def test_the_night_takes_in_yesterday_and_proposes_a_plan(now: VirtualClock) -> None:
    assert nightly_begin(now=now()) == ["zhao"]
    jobs.run_due(now())
    assert Visit.objects.count() == 12
    assert ImportBatch.objects.get().source == "system"
    plan = QuotaPlan.objects.get()
    assert (plan.expert_code, plan.pre_opening_walk_ins, plan.sessions_used) == ("zhao", 12.0, 1)
    assert "few_sessions" in plan.warnings


@pytest.mark.usefixtures("yesterday")
def test_a_second_night_on_the_same_day_changes_nothing(now: VirtualClock) -> None:
    nightly_begin(now=now())
    jobs.run_due(now())
    before = state()
    nightly_begin(now=now())
    jobs.run_due(now())
    assert state() == before


@pytest.mark.usefixtures("yesterday")
def test_a_night_killed_between_any_two_steps_ends_like_one_that_was_not(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = tasks.expert_replan

    def killed(**given: Any) -> None:
        computed(**given)
        raise KeyboardInterrupt

    nightly_begin(now=now())
    monkeypatch.setattr(tasks, "expert_replan", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_due(now())
    monkeypatch.setattr(tasks, "expert_replan", computed)
    jobs.run_due(now.advance(minutes=5))
    again = state()
    assert len(again[3]) == 1  # type: ignore[arg-type]
    assert Job.objects.get(kind="analytics.recompute").done_at is not None


@pytest.mark.usefixtures("yesterday")
def test_the_night_begins_by_itself_once_and_only_at_night(now: VirtualClock) -> None:
    for wall in ("02:09:59", "06:00", "08:00", "23:59"):
        tasks.ask_for_the_night(now.at(wall))
        assert not Job.objects.exists()
    for wall in ("02:10", "02:20", "05:59"):  # and however many workers look, each as often as it likes
        tasks.ask_for_the_night(now.at(wall))
        tasks.ask_for_the_night(now())
        jobs.run_due(now())
    assert Job.objects.get(kind=nightly.NIGHT).done_at is not None
    assert QuotaPlan.objects.count() == 1
    tasks.ask_for_the_night(now.at("02:10", days=1))
    assert Job.objects.filter(kind=nightly.NIGHT, done_at=None).count() == 1


def test_plans_from_the_summary_equal_plans_from_the_raw_visits(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analytics.selectors import estimates
    from analytics.selectors.bins import bins_of_visits

    call_command("import_visits", str(HAND_WORKED), stdout=StringIO())
    asked = asked_of_policy(datetime(2018, 11, 30).date())  # noqa: DTZ001
    from_summary = plans_of_expert("zhou", asked)
    monkeypatch.setattr(estimates, "bins_of_summary", bins_of_visits)
    from_visits = plans_of_expert("zhou", asked)
    assert (
        [plan.quotas for plan in from_summary.plans]
        == [plan.quotas for plan in from_visits.plans]
        == [(0, 0, 9, 12)]
    )


def test_slots_that_are_no_quarter_hours_are_read_from_the_raw_visits(now: VirtualClock) -> None:
    call_command("import_visits", str(HAND_WORKED), stdout=StringIO())
    SessionDay.objects.update(slot_minutes=40)
    [plan] = plans_of_expert("zhou", asked_of_policy(datetime(2018, 11, 30).date())).plans  # noqa: DTZ001
    assert [slot.span.length_min for slot in plan.slots] == [40] * 6
    assert round(sum(slot.walk_ins for slot in plan.slots), 6) == 6.0
    assert sum(plan.quotas) == 21
