"""The dashboard: what its cards find, whom they hide, and that page, CSV and workbook say the same."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook

from analytics.cards import CARDS, Board, Card
from analytics.cards.sales import duration
from analytics.models import QuotaPlan, SessionDay
from analytics.selectors.choices import Chosen
from analytics.services.plans import plan_approve, plan_roll_back
from hospital.common import clock
from hospital.common.actor import Actor
from queueing.domain.outcomes import SessionErrors, error_report
from queueing.selectors.accuracy import Group
from tests import factories
from tests.analytics.conftest import import_visits, visit
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
HAND_WORKED = Path(__file__).parents[1] / "paper" / "hand_worked.csv"
NOVEMBER = Chosen(date(2018, 11, 1), date(2018, 11, 30))
MANAGER = Actor(kind="manager", name="manager")
History = Callable[[Iterable[dict[str, str]]], Path]


@pytest.fixture
def manager(client: Client, now: VirtualClock) -> Client:
    client.force_login(factories.user("manager", "manager"))
    return client


def card(slug: str, chosen: Chosen = NOVEMBER) -> Card:
    return CARDS[slug](Board(chosen, {}))


def table(slug: str, chosen: Chosen = NOVEMBER) -> dict[str, dict[str, object]]:
    """The values of a card's table by row and column."""
    found = card(slug, chosen)
    keys = [column.key for column in found.columns[1:]]
    return {
        row.key: {key: cell.value for key, cell in zip(keys, row.cells, strict=True)} for row in found.rows
    }


def walk_ins(day: str, waits: Iterable[int], hour: str = "07", **fields: str) -> Iterator[dict[str, str]]:
    """Walk-ins of one morning who waited so many minutes, a minute's consultation each."""
    for number, wait in enumerate(waits):
        came = datetime.fromisoformat(f"{day} {hour}:{number:02d}")
        called = came + timedelta(minutes=wait)
        yield visit(
            session_date=day,
            registered_at=f"{came:%F %H:%M}",
            called_at=f"{called:%F %H:%M}",
            started_at=f"{called:%F %H:%M}",
            finished_at=f"{called + timedelta(minutes=1):%F %H:%M}",
            patient_ref=f"{day}-{hour}-{number}",
            **fields,
        )


def test_waits_are_told_by_hour_and_weekday_with_the_long_ones_apart(history_file: History) -> None:
    monday = walk_ins("2018-11-05", [20] * 6 + [40] * 4 + [100] * 2)
    import_visits(history_file([*monday, *walk_ins("2018-11-06", [70] * 10, hour="08")]))
    hours = table("waits")
    assert (hours["7"]["walk_in_patients"], hours["7"]["walk_in_median_min"]) == (12, 30.0)
    assert hours["8"]["walk_in_p90_min"] == pytest.approx(70.0)
    assert hours["8"]["booked_median_min"] is None
    assert table("long")["7"]["walk_in_over_30"] == 0.5
    assert table("long")["7"]["walk_in_over_60"] == pytest.approx(2 / 12)
    assert table("weekdays")["2"]["walk_in_over_60"] == 1.0
    assert card("weekdays").title == "Walk-ins wait longest on a Tuesday"
    assert card("long").title == "55 of 100 walk-ins wait longer than an hour"
    only = Chosen(NOVEMBER.first, NOVEMBER.last, weekday=2)
    assert list(table("waits", only)) == ["8"]


def test_a_small_group_is_hidden_together_with_the_next_smallest(
    history_file: History, manager: Client
) -> None:
    """With it alone, the total less the others would tell about its few patients."""
    early = walk_ins("2018-11-05", [50] * 3, hour="07")
    rest = [*walk_ins("2018-11-05", [20] * 12, hour="08"), *walk_ins("2018-11-05", [10] * 30, hour="09")]
    import_visits(history_file([*early, *rest]))
    hours = table("waits")
    assert [hours[hour]["walk_in_patients"] for hour in ("7", "8", "9")] == [None, None, 30]
    address = "?first=2018-11-01&last=2018-11-30"
    page = manager.get(f"/manage/{address}").content.decode()
    assert page.count("under 10, not shown") >= 2
    chart = re.search(r'<script id="waits-chart" type="application/json">(.*?)</script>', page)
    assert chart
    assert json.loads(chart[1])["series"][0]["values"] == [None, None, 10.0]
    lines = list(
        csv.DictReader(manager.get(f"/manage/cards/waits.csv{address}").content.decode().splitlines())
    )
    assert [line["walk_in_median_min"] for line in lines] == ["", "", "10.0"]


def test_the_time_of_a_few_patients_is_not_told_either(history_file: History, manager: Client) -> None:
    """The hours of consulting of an expert who saw three are theirs; the load of an hour with three, too."""
    few = walk_ins("2018-11-05", [50] * 3, expert_code="few")
    many = walk_ins("2018-11-05", [50] * 40, hour="09", expert_code="many")
    import_visits(history_file([*few, *many]))
    neuro = Chosen(NOVEMBER.first, NOVEMBER.last, department="neuro")
    assert table("use", neuro)["few"]["seeing_h"] is None
    assert (
        table("load", Chosen(NOVEMBER.first, NOVEMBER.last, expert="few"))["7"]["walk_ins_per_session"]
        is None
    )
    [alone] = card("use", Chosen(NOVEMBER.first, NOVEMBER.last, expert="few")).shown_rows
    assert [cell.look for cell in alone[1]] == ["suppressed"]
    page = manager.get("/manage/?first=2018-11-01&last=2018-11-30&expert=few")
    assert [tile.figure for tile in page.context["tiles"]] == ["–"] * 5


def test_expected_times_of_a_few_are_hidden_with_the_next_fewest() -> None:
    def group(ahead: int, n: int) -> Group:
        errors = SessionErrors(
            n=n, error=0.0, size=0.0, plain_size=0.0, by_p50=n, by_p80=n, by_p90=n, inside=n
        )
        return Group((ahead,), error_report([errors]))

    board = cast("Board", SimpleNamespace(accuracy=[group(0, 40), group(4, 12), group(9, 3)]))
    assert [row.cells[0].value for row in CARDS["accuracy"](board).rows] == [40, None, None]


@pytest.fixture
def planned(history_file: History) -> QuotaPlan:
    """Mondays of long waits, then a plan, then Mondays of short ones."""
    mondays = [date(2018, 10, 1) + timedelta(weeks=week) for week in range(8)]
    rows = [
        row
        for week, day in enumerate(mondays)
        for row in walk_ins(day.isoformat(), [(60 if week < 5 else 25) + n + week % 2 for n in range(12)])
    ]
    import_visits(history_file(rows))
    call_command("recompute_quotas", "--as-of", "2018-10-22", stdout=StringIO())
    plan = QuotaPlan.objects.get()
    plan_approve(code=plan.code, actor=MANAGER, now=datetime(2018, 10, 22, 3, tzinfo=UTC))
    return plan


YEAR = Chosen(date(2018, 1, 1), date(2018, 12, 31))


def test_sessions_sold_under_a_plan_are_compared_with_those_before_it(planned: QuotaPlan) -> None:
    """Approved on 22 October at 11:00, when those of 29 October were on sale: it begins with 5 November."""
    found = Board(YEAR, {}).effect
    assert found.first_day == date(2018, 11, 5)
    assert (found.before.sessions, found.after.sessions) == (5, 3)
    change = table("effect", YEAR)["walk_in"]
    assert change["before"] == pytest.approx(66.0)
    assert float(str(change["low"])) <= float(str(change["difference"])) <= float(str(change["high"])) < 0
    assert card("effect", YEAR).title == "Since the plan of 5 Nov walk-ins wait 35 min less"
    assert card("effect", YEAR).chart["mark"] == {"at": 5, "text": "in force"}
    assert planned.state == "proposed"


def test_sessions_after_a_plan_was_taken_back_are_on_neither_side(planned: QuotaPlan) -> None:
    plan_roll_back(
        code=planned.code, reason="Complaints", actor=MANAGER, now=datetime(2018, 11, 1, 3, tzinfo=UTC)
    )
    found = Board(YEAR, {}).effect
    assert (found.before.sessions, found.after.sessions) == (5, 1)


def test_without_a_plan_in_force_there_is_nothing_to_compare(history_file: History) -> None:
    import_visits(history_file(walk_ins("2018-11-05", [20] * 12)))
    assert card("effect").rows == []
    assert "No session of this choice has run under a plan yet" in card("effect").empty


def test_opening_hours_used_and_no_shows_stand_by_department_or_by_expert_of_one() -> None:
    import_visits(HAND_WORKED)
    days = list(SessionDay.objects.all())
    [use] = table("use").values()
    assert use["sessions"] == len(days) == 4
    assert use["open_h"] == 16.0
    busy = sum(
        (seen.finished_at - seen.started_at).total_seconds() / 3600
        for day in days
        for seen in day.visits.exclude(finished_at=None)
        if seen.started_at < day.closes_at
    )
    assert use["seeing_h"] == pytest.approx(busy)
    assert list(table("misses")) == ["neuro"]
    assert list(table("misses", Chosen(NOVEMBER.first, NOVEMBER.last, department="neuro"))) == ["zhou"]


def test_the_coming_week_holds_walk_ins_to_expect_against_numbers_left(now: VirtualClock) -> None:
    day = clock.today() + timedelta(days=2)
    made = factories.session(day, now=now())
    for week, walk_in_count in enumerate([18, 22, 20, 20], start=1):
        _past_day(made.expert.code, day - timedelta(weeks=week), walk_in_count)
    [row] = table("week", Chosen(day - timedelta(weeks=9), day)).values()
    assert (row["sessions"], row["walk_ins"]) == (1, 20.0)
    assert float(str(row["low"])) < 20 < float(str(row["high"]))
    assert row["left"] == made.number_limit - sum(slot.quota for slot in factories.slots(made))
    assert table("week", Chosen(day, day, expert="nobody")) == {}


def _past_day(expert_code: str, day: date, walk_in_count: int) -> None:
    opens_at = datetime(day.year, day.month, day.day, 8, tzinfo=clock.zone())
    SessionDay.objects.create(
        expert_code=expert_code,
        department="neuro",
        date=day,
        weekday=day.isoweekday(),
        opens_local=opens_at.time(),
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=4),
        walk_in_opens_at=opens_at - timedelta(hours=1),
        slot_minutes=60,
        walk_ins=walk_in_count,
    )


def test_numbers_sold_and_used_stand_for_sessions_of_this_system(now: VirtualClock) -> None:
    made = factories.session(clock.today() + timedelta(days=1), now=now(), quotas=[0, 0, 0, 2])
    now.advance(minutes=45)
    factories.sold_out(made, now())
    chosen = Chosen(made.date, made.date)
    sold = table("sold", chosen)["neuro"]
    assert (sold["sessions"], sold["sold_out"]) == (1, 1.0)
    assert sold["median_min"] == pytest.approx((now() - made.release_at).total_seconds() / 60)
    assert card("numbers", chosen).rows == []
    _past_day(made.expert.code, made.date, 3)
    SessionDay.objects.update(seen=20)
    used = table("numbers", chosen)["neuro"]
    assert (used["planned"], used["booked"], used["seen"]) == (made.number_limit, 2, 20)
    assert used["used"] == pytest.approx(20 / made.number_limit)


@pytest.mark.parametrize(
    ("minutes", "said"), [(24.2, "24 min"), (66, "1 h 06 min"), (1439, "23 h 59 min"), (99 * 60, "4 d 3 h")]
)
def test_a_time_to_sell_out_is_said_in_words(minutes: float, said: str) -> None:
    assert duration(minutes) == said


def alike(cell: object) -> object:
    """A workbook knows numbers and nothing, a CSV texts only."""
    text = "" if cell is None else str(cell)
    try:
        return float(text)
    except ValueError:
        return text


def test_the_workbook_has_a_sheet_for_each_card_with_what_its_csv_has(manager: Client) -> None:
    import_visits(HAND_WORKED)
    address = "?first=2018-11-01&last=2018-11-30"
    answer = manager.get(f"/manage/export/{address}")
    assert 'filename="fenliu-2018-11-01-2018-11-30.xlsx"' in answer["Content-Disposition"]
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames[1:] == list(CARDS)
    for slug in CARDS:
        lines = list(
            csv.reader(manager.get(f"/manage/cards/{slug}.csv{address}").content.decode().splitlines())
        )
        sheet = [[*row][: len(lines[0])] for row in book[slug].values][1:-1]
        assert [[alike(cell) for cell in row] for row in sheet] == [
            [alike(cell) for cell in row] for row in lines
        ]


def test_the_monthly_report_says_what_stood_out(manager: Client) -> None:
    import_visits(HAND_WORKED)
    page = manager.get("/manage/report/?month=2018-11").content.decode()
    assert "outpatient report of 2018-11" in page
    assert "What stood out" in page
    assert "4 sessions, " in page
    assert "seven days" not in page
    assert manager.get("/manage/report/?month=soon").status_code == 200
    empty = manager.get("/manage/report/?month=2018-10").content.decode()
    assert "No session in this month." in empty


def test_the_page_asks_as_many_questions_for_one_session_as_for_many(
    manager: Client, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    import_visits(HAND_WORKED)
    with django_assert_max_num_queries(30):  # type: ignore[attr-defined]
        manager.get("/manage/?first=2018-11-01&last=2018-11-30")
