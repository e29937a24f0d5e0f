"""The night takes in what this system recorded and proposes plans; missed, late or failing, it is made up for."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics import tasks
from analytics.domain.errors import ImportRefused, RowError
from analytics.domain.nights import ATTEMPTS
from analytics.models import ExpertRun, ImportBatch, NightRun, OutdatedPlan, QuotaPlan, SessionDay, Visit
from analytics.selectors import drafts
from analytics.selectors.bins import bins_of_visits
from analytics.selectors.estimates import plans_of_expert
from analytics.selectors.history import ALL_WEEKDAYS
from analytics.selectors.nights import missed_nights
from analytics.services import expert_runs, nightly, nights
from analytics.services.nightly import asked_of_policy, day_take_in, experts_at_once
from analytics.services.nights import night_begin
from analytics.services.simulations import SIMULATE
from hospital.common import history, jobs
from hospital.common.actor import Actor
from hospital.common.errors import NotAllowed
from hospital.common.models import Job
from hospital.common.policy import policy_change
from tests import factories
from tests.analytics.nights import NIGHT, clinic_days, night, recorded
from tests.clock import VirtualClock

HAND_WORKED = Path(__file__).parents[1] / "paper" / "hand_worked.csv"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _not_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of a new plan are a job of their own, and have tests of their own."""
    monkeypatch.delitem(jobs.HANDLERS, SIMULATE)


@pytest.fixture
def monday(now: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Dr Zhao saw twelve walk-ins on Monday; it is Tuesday, 02:10."""
    opens_at = now()
    clinic_days(monkeypatch, (recorded(opens_at, number) for number in range(12)))
    now.at("02:10", days=1)
    return opens_at


def state() -> list[object]:
    return [
        list(Visit.objects.order_by("pk").values()),
        list(SessionDay.objects.order_by("pk").values()),
        list(ImportBatch.objects.order_by("pk").values()),
        [
            (plan.code, plan.state, [slot.quota for slot in plan.slots.all()])
            for plan in QuotaPlan.objects.order_by("pk")
        ],
        list(OutdatedPlan.objects.values()),
    ]


@pytest.mark.usefixtures("monday")
def test_the_night_takes_in_the_day_before_and_proposes_a_plan(now: VirtualClock) -> None:
    run = night(now())
    assert (run.state, run.visits_added, run.experts.get().state) == ("complete", 12, "done")
    assert [row.verb for row in history.of(run)] == ["begin", "complete"]
    assert ImportBatch.objects.get().source == "system"
    plan = QuotaPlan.objects.get()
    assert (plan.expert_code, plan.pre_opening_walk_ins, plan.sessions_used) == ("zhao", 12.0, 1)
    assert "few_sessions" in plan.warnings
    assert not OutdatedPlan.objects.exists()


@pytest.mark.usefixtures("monday")
def test_nothing_is_planned_for_an_expert_who_works_here_no_longer(now: VirtualClock) -> None:
    gone = factories.expert()
    gone.active = False
    gone.save()
    run = night(now())
    assert (run.state, run.visits_added, run.experts.count()) == ("complete", 12, 0)
    by_hand = night(now(), NightRun.Kind.MANUAL)
    assert (by_hand.state, by_hand.experts.count(), QuotaPlan.objects.count()) == ("complete", 0, 0)


@pytest.mark.usefixtures("monday")
def test_a_second_night_of_the_day_is_the_first_and_one_by_hand_changes_nothing(now: VirtualClock) -> None:
    first = night(now())
    before = state()
    assert night(now.advance(minutes=5)) == first
    assert night(now(), NightRun.Kind.MANUAL) != first
    assert state() == before


@pytest.mark.usefixtures("monday")
def test_the_night_begins_by_itself_once_however_often_who_looks(now: VirtualClock) -> None:
    tasks.look_after_the_night(now.at("02:09:59"))
    assert not NightRun.objects.exists()
    for wall in ("02:10", "02:20", "05:59", "23:59"):
        tasks.look_after_the_night(now.at(wall))
        tasks.look_after_the_night(now())
        jobs.run_due(now())
    assert NightRun.objects.get().state == "complete"
    assert QuotaPlan.objects.count() == 1
    tasks.look_after_the_night(now.at("02:10", days=1))
    assert NightRun.objects.count() == 2


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize("worked", [True, False], ids=["computed", "begun"])
def test_a_clock_that_jumped_a_year_and_back_stops_no_night_and_silences_no_alarm(
    now: VirtualClock, worked: bool
) -> None:
    tasks.look_after_the_night(now.advance(days=365))
    if worked:
        jobs.run_due(now())
    tasks.look_after_the_night(now.advance(days=-365))
    jobs.run_due(now())
    ahead, real = NightRun.objects.order_by("pk")
    assert ahead.state == ("complete" if worked else "incomplete")
    assert (real.state, real.visits_added) == ("complete", 12)
    assert missed_nights(now.at("06:00", days=2)) == 2


@pytest.mark.usefixtures("monday")
def test_a_night_that_nobody_worked_in_is_made_up_for_with_every_day_missed(now: VirtualClock) -> None:
    night(now())
    assert missed_nights(now.at("06:00")) == 0
    assert missed_nights(now.at("05:59", days=9)) == 8
    assert missed_nights(now.at("06:00")) == 9
    tasks.look_after_the_night(now.at("09:30"))  # the workers are back, in the morning
    jobs.run_due(now())
    run = NightRun.objects.latest("pk")
    assert (run.state, run.days[0], len(run.days)) == ("complete", "2026-11-03", 9)
    assert missed_nights(now()) == 0


@pytest.mark.usefixtures("monday")
def test_an_expert_that_fails_is_told_tried_again_and_given_up_in_the_end(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = expert_runs.experts_compute

    def broken(**given: Any) -> None:
        raise ValueError("no such bin")

    monkeypatch.setattr(expert_runs, "experts_compute", broken)
    run = night(now())
    one = run.experts.get()
    assert (run.state, one.state, one.attempts, one.problem) == (
        "running",
        "waiting",
        1,
        "ValueError('no such bin')",
    )
    assert missed_nights(now()) == 0, "the first night is under way"
    for _turn in range(ATTEMPTS):
        jobs.run_due(now.advance(minutes=5))
    run.refresh_from_db()
    one.refresh_from_db()
    assert (run.state, one.state, one.attempts) == ("incomplete", "given_up", ATTEMPTS)
    assert missed_nights(now.at("06:00")) == 1
    assert missed_nights(now() - timedelta(hours=4)) == 0, "before the first night is due none is missed"
    assert not QuotaPlan.objects.exists()

    monkeypatch.setattr(expert_runs, "experts_compute", computed)
    assert night(now.at("02:10", days=1)).state == "complete"  # no new visit, but the mark is still there
    assert QuotaPlan.objects.get().expert_code == "zhao"


def test_experts_are_computed_together_and_one_that_fails_holds_up_no_other(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = ("chen", "wang", "zhao")
    clinic_days(monkeypatch, [recorded(now(), number, code) for number in range(12) for code in codes])
    now.at("02:10", days=1)
    computed, asked = expert_runs.experts_compute, []

    def broken(**given: Any) -> Any:
        asked.append(sorted(given["wanted"]))
        if "wang" in given["wanted"]:
            raise ValueError("no such bin")
        return computed(**given)

    monkeypatch.setattr(expert_runs, "experts_compute", broken)
    run = night(now())
    assert asked == [["chen", "wang", "zhao"], ["chen"], ["wang"], ["zhao"]]
    assert list(run.experts.values_list("expert_code", "state", "problem")) == [
        ("chen", "done", ""),
        ("wang", "waiting", "ValueError('no such bin')"),
        ("zhao", "done", ""),
    ]
    assert list(QuotaPlan.objects.values_list("expert_code", flat=True)) == ["chen", "zhao"]
    monkeypatch.setattr(expert_runs, "experts_compute", computed)
    jobs.run_due(now.advance(minutes=5))
    run.refresh_from_db()
    assert run.state == "complete"


def test_many_experts_take_as_many_statements_as_few(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mondays = [now() - timedelta(weeks=week) for week in range(4)]
    rows = [
        recorded(monday, number, code)
        for monday in mondays
        for number in range(0, 24, 3)
        for code in "abcdef"
    ]
    clinic_days(monkeypatch, rows)
    for monday in mondays:
        day_take_in(day=monday.date(), now=now())
    asked, taken = asked_of_policy(mondays[0].date() + timedelta(days=1)), []
    for codes in ("ab", "cdef"):
        wanted = dict.fromkeys(codes, ALL_WEEKDAYS)
        with CaptureQueriesContext(connection) as queries:
            found = nightly.experts_compute(wanted=wanted, asked=asked)
            nightly.experts_propose(found=found, wanted=wanted, asked=asked, actor=nightly.NIGHTLY, now=now())
        taken.append(len(queries))
    assert taken[0] == taken[1] < 30
    assert QuotaPlan.objects.filter(sessions_used=4).count() == 6


def test_experts_who_take_seconds_each_are_computed_one_by_one(now: VirtualClock) -> None:
    assert experts_at_once() > 1
    policy_change(actor=Actor(kind="manager", name="m"), now=now(), reason="test", plan_method="optimised")
    assert experts_at_once() == 1


@pytest.mark.usefixtures("monday")
def test_at_the_deadline_a_night_ends_and_what_comes_later_is_not_written(now: VirtualClock) -> None:
    run = night_begin(kind=NIGHT, actor=nightly.NIGHTLY, now=now())
    while not ExpertRun.objects.exists():
        jobs.run_due(now(), limit=1)
    tasks.look_after_the_night(now.set(run.deadline_at))
    run.refresh_from_db()
    assert (run.state, run.experts.get().state) == ("incomplete", "given_up")
    jobs.run_due(now())
    assert not QuotaPlan.objects.exists()
    assert OutdatedPlan.objects.count() == 1


def test_a_day_that_is_refused_holds_up_no_other(
    monday: datetime, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in = nights.day_take_in

    def refusing(*, day: Any, now: datetime) -> Any:
        if day.isoformat() == "2026-11-01":
            raise ImportRefused((RowError(1, "ends before it starts"),))
        return take_in(day=day, now=now)

    monkeypatch.setattr(nights, "day_take_in", refusing)
    run = night(now())
    assert (run.state, run.visits_added) == ("incomplete", 12)
    assert run.problem.startswith("2026-11-01: ")
    assert QuotaPlan.objects.count() == 1
    monkeypatch.setattr(nights, "day_take_in", take_in)
    assert "2026-11-01" in night(now.at("02:10", days=1)).days


@pytest.mark.usefixtures("monday")
def test_what_changes_while_plans_are_computed_is_computed_again(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = expert_runs.experts_compute

    def meanwhile(**given: Any) -> Any:
        OutdatedPlan.objects.update(changes=2)  # as an import does that ends now
        return computed(**given)

    monkeypatch.setattr(expert_runs, "experts_compute", meanwhile)
    assert night(now()).state == "complete"
    assert OutdatedPlan.objects.count() == 1


def test_a_history_taken_in_by_day_is_computed_at_night(now: VirtualClock) -> None:
    call_command("import_visits", str(HAND_WORKED), stdout=StringIO())
    assert list(OutdatedPlan.objects.values_list("expert_code", "weekday")) == [("zhou", 1)]
    run = night(now())
    assert list(run.experts.values_list("expert_code", "plans")) == [("zhou", 0)], "its history is too old"
    assert not OutdatedPlan.objects.exists()


def test_only_managers_ask_and_see_how_it_goes(
    client: Client, monday: datetime, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = (monday - timedelta(days=1), monday)
    clinic_days(monkeypatch, [recorded(day, number) for day in days for number in range(12)])
    with pytest.raises(NotAllowed):
        night_begin(kind=NightRun.Kind.MANUAL, actor=Actor(kind="desk", name="desk"), now=now())
    client.force_login(factories.user("manager", "manager"))
    page = client.get("/manage/night/").content.decode()
    assert "No night yet" in page
    assert "The last night was not completed" in page

    assert client.get("/manage/night/begin/").status_code == 405
    assert not NightRun.objects.exists()
    run = NightRun.objects.get(pk=client.post("/manage/night/begin/").headers["Location"].split("/")[-2])
    assert client.post("/manage/night/begin/").headers["Location"] == f"/manage/night/{run.pk}/"
    progress = f"/manage/night/{run.pk}/progress/"
    jobs.run_due(now(), limit=1)  # a day without anything new goes with the next
    answer = client.get(progress)
    assert "Days taken in: 2 of 3" in answer.content.decode()
    assert "HX-Refresh" not in answer.headers
    jobs.run_due(now(), limit=1)
    assert "Experts computed: 0 of 1" in client.get(progress).content.decode()
    jobs.run_due(now())
    assert client.get(progress).headers["HX-Refresh"] == "true"
    page = client.get(f"/manage/night/{run.pk}/").content.decode()
    assert f"Worker {jobs.worker_name()}" in page
    assert "by hand" in page
    assert "was not completed" not in page
    assert client.get("/manage/night/999/").status_code == 404
    assert Job.objects.filter(kind=nights.RECOMPUTE, done_at=None).count() == 0


def test_plans_from_the_summary_equal_plans_from_the_raw_visits(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("import_visits", str(HAND_WORKED), stdout=StringIO())
    asked = asked_of_policy(datetime(2018, 11, 30).date())  # noqa: DTZ001
    from_summary = plans_of_expert("zhou", asked)
    monkeypatch.setattr(drafts, "bins_of_summary", bins_of_visits)
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
