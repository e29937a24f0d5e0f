"""What patients are told to expect is kept beside what happens, and reported; who is near the turn is told."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from django.test import Client

from booking.models import Patient
from hospital.common.crypto import seal
from hospital.common.models import Message
from queueing import services
from queueing.models import Estimate, Ticket
from queueing.selectors.accuracy import EstimatesChosen, estimates_accuracy, estimates_by_ahead
from queueing.selectors.paces import experts_past
from queueing.services import estimates
from tests import factories
from tests.queueing.conftest import Morning


def reachable() -> None:
    """Everybody has a phone."""
    Patient.objects.update(phone_sealed=seal("13800138000"), phone_tail="8000")


def settle(morning: Morning, wall: str = "12:00") -> None:
    services.estimates_settle(morning.now.at(wall))


@pytest.fixture
def paced(morning: Morning) -> Morning:
    """Four consultations of six minutes are behind the expert: enough to say something."""
    for _turn in range(4):
        morning.walk_in("07:01")
    for minute in range(4):
        morning.serve(f"08:{minute * 6:02d}")
    return morning


def estimate_of(ticket: Ticket, kind: str = "check_in") -> Estimate:
    return Estimate.objects.get(ticket=ticket, kind=kind)


def test_a_check_in_keeps_what_was_told_and_later_what_happened(paced: Morning) -> None:
    first, second = paced.walk_in("08:19"), paced.walk_in("08:19")
    told = estimate_of(second)
    assert (told.ahead, told.rooms, told.today_n, told.outcome) == (1, 1, 3, "")
    assert told.p10_min is not None
    assert told.p10_min < told.p20_min < told.p50_min < told.p80_min < told.p90_min  # type: ignore[operator]
    assert (told.plain_min, told.pace_mean_min) == (6.0, 6.0)
    paced.serve("08:24")
    paced.serve("08:33")
    settle(paced, "08:34")
    assert estimate_of(first).outcome == "", "the call can still be undone"
    settle(paced)
    assert (estimate_of(first).outcome, estimate_of(first).wait_min) == ("called", 5.0)
    assert (estimate_of(second).wait_min, estimate_of(second).called_at) == (14.0, paced.now.at("08:33"))


def test_an_expert_is_known_from_earlier_sessions(paced: Morning) -> None:
    paced.walk_in("08:19", priority="emergency", priority_reason="chest pain")
    paced.walk_in("08:20")
    paced.serve("08:24")
    paced.serve("08:30")
    today = paced.session
    tomorrow = factories.session(
        today.date + timedelta(days=1), now=paced.now(), doctor=today.expert, quotas=[5, 5, 5, 5]
    )
    found = experts_past([today.pk, tomorrow.pk], now=paced.now())
    here, history = found[today.pk].here, found[tomorrow.pk].history
    assert (here[0].n, found[today.pk].history.days, found[tomorrow.pk].here) == (5, [], {})
    assert (history.days, history.hours) == ([here[0]], here)
    assert history.walk_ins == {-1: 4.0, 0: 1.0}
    assert (history.between_min, history.urgent) == (0.0, 1.0)


def test_a_call_taken_back_is_no_fact(paced: Morning) -> None:
    ticket = paced.walk_in("08:19")
    paced.call("08:24")
    paced.do("undo", ticket, "08:25")
    paced.serve("08:40")
    settle(paced)
    assert estimate_of(ticket).wait_min == 21.0


def test_whoever_cannot_be_measured_is_counted_by_reason(paced: Morning) -> None:
    left, passed, urgent = (paced.walk_in("08:19") for _turn in range(3))
    services.ticket_set_priority(
        code=urgent.code, priority="emergency", reason="chest pain", actor=paced.desk, now=paced.now()
    )
    paced.do("leave", left, "08:20", actor=paced.desk)
    paced.serve("08:24")
    paced.do("pass", paced.call("08:30"), "08:33")
    paced.do("return", passed, "08:40", actor=paced.desk)
    paced.serve("08:45")
    settle(paced)
    assert [estimate_of(one).outcome for one in (left, passed, urgent)] == ["left", "passed", "emergency"]
    day = paced.session.date
    found = estimates_accuracy(EstimatesChosen(day, day))
    assert found.excluded == {"left": 1, "passed": 1, "emergency": 1, "unknown": 4}
    assert found.total.n == 0


def test_a_forecast_that_fails_never_fails_the_registration(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(estimates, "wait_of", broken)
    assert morning.walk_in("07:10").number == 1
    assert not Estimate.objects.exists()


def test_the_tick_near_the_turn_is_kept_once_and_told_once(paced: Morning) -> None:
    people = [paced.walk_in("08:19") for _turn in range(6)]
    reachable()
    services.turns_tell(paced.now())
    assert not Message.objects.filter(kind="turn_near").exists(), "the first four were told at check-in"
    paced.serve("08:24")
    paced.serve("08:30")
    services.turns_tell(paced.now.at("08:30:05"))
    services.turns_tell(paced.now.at("08:30:15"))
    near = Estimate.objects.filter(kind="near").order_by("pk")
    assert [(row.ticket_id, row.ahead, row.made_at) for row in near] == [
        (people[4].pk, 2, paced.now.at("08:30:05")),
        (people[5].pk, 3, paced.now.at("08:30:05")),
    ]
    keys = Message.objects.filter(kind="turn_near").values_list("key", flat=True)
    assert sorted(keys) == sorted(ticket.code for ticket in people[4:])


def test_how_near_and_whether_by_message_is_the_departments_choice(paced: Morning) -> None:
    people = [paced.walk_in("08:19") for _turn in range(6)]
    reachable()
    paced.set_rules(near_people=1, turn_notices=False)
    for wall in ("08:24", "08:30", "08:36", "08:42"):
        paced.serve(wall)
    services.turns_tell(paced.now())
    assert [row.ticket_id for row in Estimate.objects.filter(kind="near").order_by("pk")] == [
        people[4].pk,
        people[5].pk,
    ]
    assert not Message.objects.filter(kind__startswith="turn_").exists()
    paced.set_rules(near_people=0)
    late = [paced.walk_in("08:43") for _turn in range(2)]
    services.turns_tell(paced.now())
    assert not Estimate.objects.filter(ticket__in=late, kind="near").exists()


def test_each_call_asks_the_patient_once_to_come(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    reachable()
    morning.call("08:00")
    for wall in ("08:00:10", "08:00:20"):
        services.turns_tell(morning.now.at(wall))
    morning.do("pass", ticket, "08:03")
    services.turns_tell(morning.now.at("08:03:10"))
    morning.do("return", ticket, "08:10", actor=morning.desk)
    morning.call("08:11")
    services.turns_tell(morning.now.at("08:11:10"))
    services.turns_tell(morning.now.at("08:20"))
    told = Message.objects.filter(kind="turn_come", channel="sms").order_by("pk")
    assert [row.key for row in told] == [ticket.code, f"{ticket.code}-2"]
    assert all(row.expires_at == row.created_at + timedelta(minutes=15) for row in told)


def test_how_long_a_patient_may_be_away_is_the_departments_choice(paced: Morning, client: Client) -> None:
    people = [paced.walk_in("08:19") for _turn in range(10)]

    def may_leave(worth_min: int) -> int:
        paced.set_rules(come_back_margin_min=worth_min)
        pages = [client.get(f"/t/{one.code}/", headers={"accept-language": "en"}) for one in people]
        return sum("You can leave now" in page.content.decode() for page in pages)

    assert may_leave(5) > may_leave(15) > may_leave(30)


@pytest.fixture
def measured(paced: Morning) -> Morning:
    """Twelve patients at once, called every seven minutes."""
    people = [paced.walk_in("08:19") for _turn in range(12)]
    for turn in range(len(people)):
        paced.do("start", paced.call(f"{8 + (26 + 7 * turn) // 60:02d}:{(26 + 7 * turn) % 60:02d}"))
    settle(paced)
    return paced


def test_the_report_says_bias_and_coverage(measured: Morning) -> None:
    day = measured.session.date
    found = estimates_accuracy(EstimatesChosen(day, day))
    rows = Estimate.objects.filter(outcome="called", kind="check_in")
    assert found.total.n == rows.count() == 12
    assert found.total.bias == pytest.approx(sum(r.wait_min - r.p50_min for r in rows) / 12)  # type: ignore[operator]
    assert found.total.p80 == pytest.approx(sum(r.wait_min <= r.p80_min for r in rows) / 12)  # type: ignore[operator]
    assert [group.key for group in found.experts] == [("zhao",)]
    assert [group.key for group in found.periods] == [(1, "08:00")]
    assert estimates_accuracy(EstimatesChosen(day, day, expert="nobody")).total.n == 0


def test_the_report_is_split_by_how_many_were_ahead(measured: Morning) -> None:
    day = measured.session.date
    bands = estimates_by_ahead(EstimatesChosen(day, day))
    ahead = Estimate.objects.filter(outcome="called", kind="check_in").values_list("ahead", flat=True)
    assert {group.key[0]: group.report.n for group in bands} == {
        least: n for least, most in [(0, 3), (4, 8), (9, 15)] if (n := sum(least <= a <= most for a in ahead))
    }


def test_a_manager_reads_the_report_and_takes_it_along(measured: Morning, client: Client) -> None:
    client.force_login(measured.cast.manager)
    page = client.get("/manage/estimates/", headers={"accept-language": "en"}).content.decode()
    assert "Patients measured" in page
    assert "Monday 08:00" in page
    table = list(csv.DictReader(client.get("/manage/estimates.csv").content.decode().splitlines()))
    assert [(row["by"], row["group"], row["n"]) for row in table] == [
        ("all", "", "12"),
        ("department", "neuro", "12"),
        ("expert", "zhao", "12"),
        ("period", "1-08:00", "12"),
    ]


def test_of_few_patients_the_report_says_only_how_many(
    measured: Morning, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("selectors", "views"):
        monkeypatch.setattr(f"queueing.{module}.accuracy.FEWEST_SHOWN", 13)
    client.force_login(measured.cast.manager)
    page = client.get("/manage/estimates/", headers={"accept-language": "en"}).content.decode()
    assert "12 patients of this choice are measured so far" in page
    assert "Mean error" not in page
    rows = csv.DictReader(client.get("/manage/estimates.csv").content.decode().splitlines())
    assert {(row["n"], row["error"], row["p80"]) for row in rows} == {("12", "", "")}


def test_without_any_measure_the_report_says_so(morning: Morning, client: Client) -> None:
    client.force_login(morning.cast.manager)
    page = client.get("/manage/estimates/?first=x", headers={"accept-language": "en"}).content.decode()
    assert "Nothing is measured yet" in page
