"""What is told otherwise later is corrected, and only its own session is counted again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.models import BinSummary, ImportBatch, SessionDay, Visit
from analytics.services import nightly, visits
from analytics.services.nightly import day_take_in
from booking.services import appointment_correct
from hospital.common import clock
from hospital.common.actor import Actor
from queueing.selectors.visits import RecordedVisit
from queueing.services import session_end
from tests.analytics.conftest import import_visits, the_summary_says_what_the_visits_say, visit, written
from tests.analytics.nights import night, recorded
from tests.clock import VirtualClock
from tests.queueing.conftest import Morning, morning

__all__ = ["morning"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def counted_again(monkeypatch: pytest.MonkeyPatch) -> list[set[int]]:
    """The session days that were counted, taking-in by taking-in."""
    found: list[set[int]] = []
    count = visits.session_days_summarise

    def remember(*, session_days: Iterable[int], **more: Any) -> None:
        found.append(set(session_days))
        count(session_days=session_days, **more)

    monkeypatch.setattr(visits, "session_days_summarise", remember)
    return found


def test_a_file_that_tells_a_visit_otherwise_corrects_it_and_its_session_only(
    tmp_path: Path, counted_again: list[set[int]]
) -> None:
    other = visit(session_date="2018-11-12", patient_ref="b")
    import_visits(written(tmp_path / "a.csv", [visit(patient_ref="a"), other]))
    monday = SessionDay.objects.get(date="2018-11-05")
    out = import_visits(
        written(tmp_path / "b.csv", [visit(patient_ref="a", finished_at="2018-11-05 09:20"), other])
    )
    assert "Added 0 of 2 visits in 1 sessions; 2 were there already, 1 of them corrected." in out
    assert counted_again[1:] == [{monday.pk}]
    assert BinSummary.objects.get(session_day=monday, index=4).duration_s == 20 * 60
    assert the_summary_says_what_the_visits_say()
    assert ImportBatch.objects.order_by("-pk")[0].corrected == 1


def test_what_a_later_file_does_not_say_stays_known(tmp_path: Path) -> None:
    import_visits(written(tmp_path / "a.csv", [visit(patient_ref="a", slot_minutes="30")]))
    less = visit(
        patient_ref="a", finished_at="", outcome="", slot_minutes="", department="", walk_in_opens_at=""
    )
    assert "in 0 sessions; 1 were there already." in import_visits(written(tmp_path / "b.csv", [less]))
    stored, day = Visit.objects.get(), SessionDay.objects.get()
    assert (stored.outcome, stored.finished_at is not None) == ("done", True)
    assert (day.slot_minutes, day.department) == (30, "neuro")


def test_a_file_that_tells_the_session_otherwise_changes_the_session(tmp_path: Path) -> None:
    import_visits(written(tmp_path / "a.csv", [visit(patient_ref="a")]))
    import_visits(written(tmp_path / "b.csv", [visit(patient_ref="a", closes_at="2018-11-05 12:30")]))
    assert clock.local(SessionDay.objects.get().closes_at).strftime("%H:%M") == "12:30"


def test_a_day_told_again_replaces_what_was_recorded_of_it_and_no_bin_stays_behind(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch, counted_again: list[set[int]]
) -> None:
    opens_at = now() - timedelta(days=1)
    told = [recorded(opens_at, number) for number in range(12)]
    told += [replace(recorded(opens_at, 3), expert_code="qian")]
    monkeypatch.setattr(nightly, "visits_of_day", lambda *, date: told)
    day = clock.local(opens_at).date()
    day_take_in(day=day, now=now())
    zhao = SessionDay.objects.get(expert_code="zhao")
    assert set(
        BinSummary.objects.filter(session_day=zhao, starts__gt=0).values_list("index", flat=True)
    ) == set(range(8))

    moved = replace(
        told[11], started_at=opens_at, called_at=opens_at, finished_at=opens_at + timedelta(minutes=4)
    )
    told[11:12] = [moved]
    day_take_in(day=day, now=now())
    assert counted_again[1:] == [{zhao.pk}]
    zhao.refresh_from_db()
    assert (zhao.visits_count, zhao.seen) == (12, 12)
    assert set(
        BinSummary.objects.filter(session_day=zhao, starts__gt=0).values_list("index", flat=True)
    ) == set(range(7))
    assert the_summary_says_what_the_visits_say()

    before = sorted(Visit.objects.values_list("pk", flat=True))
    day_take_in(day=day, now=now())
    assert counted_again[2:] == [set()] or counted_again[2:] == []
    assert sorted(Visit.objects.values_list("pk", flat=True)) == before

    del told[12]
    day_take_in(day=day, now=now())
    assert not SessionDay.objects.filter(expert_code="qian").exists()
    assert the_summary_says_what_the_visits_say()


def test_numbers_given_back_late_are_counted_apart_where_the_source_says_so(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opens_at = now() - timedelta(days=1)

    def back(number: int, *, late: bool) -> RecordedVisit:
        nobody = {"called_at": None, "started_at": None, "finished_at": None}
        row = replace(recorded(opens_at, number), **nobody, channel="appointment", outcome="cancelled")  # type: ignore[arg-type]
        return replace(row, late_cancel=late)

    told = [recorded(opens_at, 0), back(1, late=True), back(2, late=False)]
    monkeypatch.setattr(nightly, "visits_of_day", lambda *, date: told)
    day_take_in(day=clock.local(opens_at).date(), now=now())
    ours = SessionDay.objects.get()
    assert (ours.cancelled, ours.late_cancels, ours.live_appointments) == (2, 1, 0)
    import_visits(written(tmp_path / "a.csv", [visit(outcome="cancelled", started_at="", finished_at="")]))
    assert SessionDay.objects.get(expert_code="zhou").late_cancels is None


def test_a_no_show_corrected_weeks_later_is_read_again_by_the_next_night(morning: Morning) -> None:
    booked = morning.book(3)
    morning.walk_in("07:30")
    morning.do("finish", morning.serve("10:00"), "10:05")
    session_end(session_id=morning.session.pk, actor=morning.desk, now=morning.now.at("12:30"))
    night(morning.now.at("02:10", days=3))
    day = SessionDay.objects.get(expert_code="zhao")
    manager = Actor(kind="manager", name="manager")

    appointment_correct(
        appointment_id=booked.pk,
        outcome="seen",
        reason="was seen",
        actor=manager,
        now=morning.now.at("09:00", days=17),
    )
    night(morning.now.at("02:10", days=1))
    day.refresh_from_db()
    assert (day.live_appointments, day.no_shows, day.visits_count) == (1, 0, 2)
    assert Visit.objects.filter(channel="appointment").values_list("outcome", flat=True)[0] == "done"
