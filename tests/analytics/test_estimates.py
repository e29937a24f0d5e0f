"""What the history says of an expert, with every estimator, and what a plan says of its own data."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client

from analytics.domain.evidence import Estimator
from analytics.domain.plans import Plan, PlansAsked
from analytics.domain.sessions import Warned
from analytics.models import PlanSlot, QuotaPlan
from analytics.selectors.estimates import plans_of_expert
from analytics.services.nightly import asked_of_policy, expert_replan
from hospital.common.actor import Actor
from hospital.common.policy import policy_change
from tests import factories
from tests.analytics.conftest import Row, import_visits, visit
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
MANAGER = Actor(kind="manager", name="manager")
LAST = date(2018, 11, 26)
AS_OF = date(2018, 11, 30)
EXPERTS = ("zhou", "chen", "ma")
Write = Callable[[Iterable[Row]], Path]


def morning(day: date, walk_ins: int, *, expert: str = "zhou", **fields: str) -> list[Row]:
    """Walk-ins at every third minute from seven on, each seen for six minutes from eight on."""
    return [
        visit(
            expert_code=expert,
            session_date=day.isoformat(),
            patient_ref=f"{expert}-{day}-{number}",
            registered_at=f"{day} 07:{3 * number:02}",
            started_at=f"{day} {8 + number // 10:02}:{number % 10 * 6:02}",
            finished_at=f"{day} {8 + number // 10:02}:{number % 10 * 6 + 5:02}",
            **fields,
        )
        for number in range(walk_ins)
    ]


def mondays(weeks: int) -> list[date]:
    return [LAST - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]


def plan_of(estimator: Estimator = Estimator.FULL_COUNTS, expert: str = "zhou") -> Plan:
    [plan] = plans_of_expert(expert, PlansAsked(as_of=AS_OF, estimator=estimator)).plans
    return plan


@pytest.fixture
def risen(history_file: Write) -> None:
    """Three experts of a department, twenty Mondays; in the last five thrice as many walk in."""
    rows = [
        row
        for expert in EXPERTS
        for place, day in enumerate(mondays(20))
        for row in morning(day, (15 if place >= 15 else 5) + place % 2, expert=expert)
    ]
    import_visits(history_file(rows))


@pytest.mark.usefixtures("risen")
def test_after_a_rise_the_estimate_that_forgets_is_nearer_to_now_and_says_how_fast_it_forgets() -> None:
    plain, fading = plan_of(), plan_of(Estimator.DISCOUNTED)
    assert plain.pre_opening_walk_ins == pytest.approx((5 * 15 + 8 * 5 + 6) / 13, abs=0.5)
    assert 14 < fading.pre_opening_walk_ins < 16.5
    assert fading.pre_opening.low_per_min < fading.pre_opening.per_min < fading.pre_opening.high_per_min
    assert fading.quality.half_lives_weeks[0] <= 4
    assert plain.quality.half_lives_weeks == ()


@pytest.mark.usefixtures("risen")
def test_a_plan_says_that_its_walk_ins_have_changed() -> None:
    plan = plan_of()
    assert Warned.CHANGED in plan.warnings
    change = plan.quality.change
    assert change is not None
    assert (change.before, change.lately) == (pytest.approx(6.8, abs=0.5), pytest.approx(15.5))


@pytest.mark.usefixtures("risen")
def test_the_policy_says_how_the_night_counts(now: VirtualClock) -> None:
    assert asked_of_policy(AS_OF).estimator is Estimator.FULL_COUNTS
    policy_change(actor=MANAGER, now=now(), reason="walk-ins change", arrival_estimator="discounted")
    asked = asked_of_policy(AS_OF)
    expert_replan(expert_code="zhou", asked=asked, actor=MANAGER, now=now())
    plan = QuotaPlan.objects.get()
    assert (plan.estimator, plan.state) == ("discounted", "proposed")
    assert plan.quality is not None
    assert plan.quality["half_lives_weeks"][0] <= 4


@pytest.fixture
def manager(client: Client, now: VirtualClock) -> Client:
    client.force_login(factories.user("manager", "manager"))
    return client


def page_of(manager: Client) -> str:
    """The open proposal's, its spaces made one."""
    page = manager.get(f"/manage/plans/{QuotaPlan.objects.get(state='proposed').code}/")
    return " ".join(page.content.decode().split())


@pytest.mark.usefixtures("risen")
def test_the_page_of_a_plan_says_what_its_figures_are_worth(manager: Client, now: VirtualClock) -> None:
    for estimator, said in (
        ("full_counts", "full counts"),
        ("discounted", "recent sessions count more: half"),
    ):
        asked = PlansAsked(as_of=AS_OF, estimator=Estimator(estimator))
        expert_replan(expert_code="zhou", asked=asked, actor=MANAGER, now=now())
        assert said in page_of(manager)
    page = page_of(manager)
    assert "Walk-ins have changed: 15.5 a session in the last four weeks, 6.7 before." in page
    assert "<strong>12</strong> <small>(12–12)</small>" in page
    assert "The expert first calls 0 min after the opening on average (0 to 0)." in page
    assert "Lengths of visits follow a gamma distribution" in page


@pytest.mark.usefixtures("risen")
def test_a_plan_older_than_these_figures_has_its_page_too(manager: Client, now: VirtualClock) -> None:
    expert_replan(expert_code="zhou", asked=PlansAsked(as_of=AS_OF), actor=MANAGER, now=now())
    QuotaPlan.objects.update(quality=None, warnings=["few_sessions", "a_note_of_later"])
    PlanSlot.objects.update(capacity_low=None, mean_duration_low_min=None)
    page = page_of(manager)
    assert "Fewer than 4 sessions of history" in page
    assert "a_note_of_later" in page


def test_an_expert_with_little_history_leans_on_the_department(history_file: Write) -> None:
    rows = [row for expert in EXPERTS[1:] for day in mondays(12) for row in morning(day, 12, expert=expert)]
    rows += [row for day in mondays(4) for row in morning(day, 2)]
    import_visits(history_file(rows))
    alone, leaning = plan_of(), plan_of(Estimator.DISCOUNTED)
    assert alone.pre_opening_walk_ins == pytest.approx(2)
    assert 2.05 < leaning.pre_opening_walk_ins < 6


def test_slots_of_forty_minutes_forget_as_well(history_file: Write) -> None:
    import_visits(history_file(row for day in mondays(8) for row in morning(day, 9, slot_minutes="40")))
    plan = plan_of(Estimator.DISCOUNTED)
    assert len(plan.slots) == 6
    assert plan.pre_opening_walk_ins == pytest.approx(9, abs=0.2)


def test_every_figure_of_a_plan_has_its_interval(history_file: Write, now: VirtualClock) -> None:
    import_visits(history_file(row for day in mondays(6) for row in morning(day, 9 + day.day % 3)))
    expert_replan(expert_code="zhou", asked=PlansAsked(as_of=AS_OF), actor=MANAGER, now=now())
    plan = QuotaPlan.objects.get()
    slot = plan.slots.all()[0]
    assert plan.pre_opening_low < plan.pre_opening_walk_ins < plan.pre_opening_high
    assert slot.mean_duration_low_min == slot.mean_duration_high_min == slot.mean_duration_min == 5
    assert slot.capacity_low == slot.capacity == slot.capacity_high == 12
    assert plan.quality is not None
    assert plan.quality["first_start_interval_min"] == [0, 0]
    assert plan.quality["service_family"] == "gamma"


def test_a_history_with_holes_is_said_to_have_them(history_file: Write) -> None:
    rows = [row for day in mondays(6) for row in morning(day - timedelta(weeks=6), 8)]
    rows = [{**row, "finished_at": ""} if place % 3 == 0 else row for place, row in enumerate(rows)]
    rows = [{**row, "channel": ""} if place % 8 == 0 else row for place, row in enumerate(rows)]
    import_visits(history_file(rows))
    plan = plan_of()
    assert {Warned.STALE, Warned.LENGTHS_MISSING, Warned.CHANNEL_PARTLY} <= set(plan.warnings)
    assert plan.quality.timed_share == pytest.approx(2 / 3, abs=0.01)
    assert plan.quality.unknown_share == pytest.approx(1 / 8)
    assert plan.quality.is_stale


def test_days_that_differ_and_lengths_that_scatter_are_said(history_file: Write) -> None:
    rows = [row for place, day in enumerate(mondays(8)) for row in morning(day, 2 if place % 2 else 18)]
    late = {place: f"{row['session_date']} 11:59" for place, row in enumerate(rows) if place % 20 == 0}
    rows = [{**row, "finished_at": late.get(place, row["finished_at"])} for place, row in enumerate(rows)]
    import_visits(history_file(rows))
    plan = plan_of()
    assert {Warned.UNEVEN_DAYS, Warned.LENGTHS_ODD} <= set(plan.warnings)
    width = plan.pre_opening.high_per_min - plan.pre_opening.low_per_min
    assert width > 1.5 * 2 * 1.96 * (plan.pre_opening.walk_ins**0.5) / plan.pre_opening.minutes


def test_good_data_are_not_talked_about(history_file: Write) -> None:
    import_visits(history_file(row for day in mondays(13) for row in morning(day, 8 + day.day % 4)))
    assert plan_of().warnings == ()


def test_a_longer_look_back_is_used_by_the_estimate_that_forgets_only(history_file: Write) -> None:
    import_visits(history_file(row for day in mondays(30) for row in morning(day, 6)))
    asked = PlansAsked(as_of=AS_OF, estimator=Estimator.DISCOUNTED)
    [long] = plans_of_expert("zhou", asked).plans
    [short] = plans_of_expert("zhou", replace(asked, rate_weeks=13)).plans
    assert (long.pre_opening.minutes, short.pre_opening.minutes) == (30 * 60, 13 * 60)
    assert len(long.sessions) == len(short.sessions) == 13
