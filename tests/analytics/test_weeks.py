"""Does the week fit: asked for on a page, worked out by the worker, read again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from analytics import tasks
from analytics.models import SessionDay, WeekProposal
from analytics.selectors.weeks import weeks_expected
from analytics.services.weeks import week_work_out
from hospital.common import clock, jobs
from tests import factories
from tests.analytics.conftest import import_visits, visit, written
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client, now: VirtualClock) -> Client:
    client.force_login(factories.user("manager", "manager"))
    return client


@pytest.fixture
def crowded(now: VirtualClock, tmp_path) -> str:
    """Dr Zhou sees 30 patients every Monday morning of four weeks, and has 20 numbers then; Dr Lin has none."""
    monday = clock.local(now()).date()
    monday -= timedelta(days=monday.weekday())
    rows = [
        visit(session_date=f"{monday - timedelta(weeks=back)}", patient_ref=f"{back}-{number}")
        for back in range(1, 5)
        for number in range(30)
    ]
    import_visits(written(tmp_path / "history.csv", rows))
    zhou = factories.expert("zhou")
    factories.template(zhou, monday, capacity=5)
    factories.expert("lin")
    return zhou.department.code


def test_expected_are_the_visits_of_a_week_by_half_day(crowded: str, now: VirtualClock) -> None:
    week = weeks_expected(as_of=clock.local(now()).date(), growth_percent=10)[crowded]
    [(zone, patients)] = week.expected.items()
    assert (zone.weekday, zone.half) == (1, 0)
    assert patients == pytest.approx(1.1 * 4 * 30 / ((clock.local(now()).date() - _first()).days / 7))
    assert [(offer.expert, offer.numbers) for offer in week.offers] == [("zhou", 20)]
    assert week.experts == ("lin", "zhou")


def test_a_booked_patient_of_whom_no_time_is_known_counts_for_the_opening(
    crowded: str, now: VirtualClock, tmp_path
) -> None:
    monday = _first() + timedelta(weeks=3)
    times = dict.fromkeys(("slot_starts_at", "started_at", "finished_at"), "")
    row = visit(
        session_date=f"{monday}", channel="appointment", outcome="no_show", patient_ref="late", **times
    )
    before = weeks_expected(as_of=clock.local(now()).date(), growth_percent=0)[crowded].expected
    import_visits(written(tmp_path / "more.csv", [row]))
    after = weeks_expected(as_of=clock.local(now()).date(), growth_percent=0)[crowded].expected
    assert before.keys() == after.keys()
    assert sum(after.values()) > sum(before.values())


def _first() -> date:
    return SessionDay.objects.order_by("date").values_list("date", flat=True)[0]


def test_a_manager_asks_the_worker_answers_and_the_page_proposes_a_session(
    manager: Client, crowded: str
) -> None:
    assert "Nothing is changed by it" in manager.get("/manage/week/").content.decode()
    assert manager.post("/manage/week/ask/", {"growth_percent": "20"}).status_code == 302
    assert "is being worked out" in manager.get("/manage/week/").content.decode()
    assert "HX-Refresh" not in manager.get("/manage/week/waiting/")
    assert tasks.WORK_OUT in jobs.HANDLERS
    jobs.run_due(clock.now())
    assert manager.get("/manage/week/waiting/")["HX-Refresh"] == "true"
    page = manager.get("/manage/week/").content.decode()
    assert "find none, however they are shared out" in page
    assert "One more session of" in page
    assert "templates/new/?expert=" in page
    assert "Monday morning" in page
    assert 'data-chart="week-chart-' in page
    head, row = manager.get("/manage/week.csv").content.decode().splitlines()
    assert head == "department,weekday,half_day,expected,offered,moved,unmet"
    assert row.startswith(f"{crowded},1,morning,")


def test_the_same_history_gives_the_same_proposals_and_working_twice_changes_nothing(
    manager: Client, crowded: str
) -> None:
    for _turn in range(2):
        manager.post("/manage/week/ask/", {"growth_percent": "0"})
        jobs.run_due(clock.now())
    one, other = WeekProposal.objects.all()
    assert one.found
    assert one.found == other.found
    week_work_out(code=one.code)
    one.refresh_from_db()
    assert one.found == other.found


def test_what_is_being_worked_out_is_not_asked_again_and_three_are_enough(
    manager: Client, crowded: str
) -> None:
    answers = [manager.post("/manage/week/ask/", {"growth_percent": growth}) for growth in (0, 0, 1, 2, 3)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 302, 429]
    assert sorted(WeekProposal.objects.values_list("growth_percent", flat=True)) == [0, 1, 2]
    jobs.run_due(clock.now())
    assert manager.post("/manage/week/ask/", {"growth_percent": 3}).status_code == 302


def test_a_week_that_cannot_be_worked_out_says_so(
    manager: Client, crowded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.services.weeks.weeks_expected", lambda **_asked: {}["gone"])
    manager.post("/manage/week/ask/", {"growth_percent": "0"})
    jobs.run_due(clock.now())
    for address in ("/manage/week/", "/manage/week/waiting/"):
        assert "could not be worked out" in manager.get(address).content.decode()


@pytest.mark.parametrize("growth", ["-51", "201", "x", ""])
def test_a_growth_that_cannot_be_is_refused(manager: Client, growth: str) -> None:
    assert manager.post("/manage/week/ask/", {"growth_percent": growth}).status_code == 400
    assert not WeekProposal.objects.exists()
