"""The page that compares a department's line with the models, and says when none describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client

from analytics.domain.model_fit import Doubt, model_fits
from analytics.selectors.choices import Chosen, default_choice, history_facts
from analytics.selectors.lines import lines_measured
from tests import factories
from tests.analytics.conftest import Row, import_visits, visit
from tests.analytics.test_pages import HAND_WORKED, chart
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
Written = Callable[[Iterable[Row]], Path]


@pytest.fixture
def manager(client: Client, now: VirtualClock) -> Client:
    client.force_login(factories.user("manager", "manager"))
    return client


def steady_days(days: int = 20) -> list[Row]:
    """Days of eight hours in which patients come and are seen exactly as M/M/1 says, half the time."""
    random = np.random.default_rng(7)
    rows = []
    for number in range(days):
        opens = datetime(2018, 9, 3, 8, tzinfo=UTC) + timedelta(days=number)
        came, free = 0.0, 0.0
        while (came := came + random.exponential(10)) < 480:
            begins, length = max(came, free), max(0.1, random.exponential(5))
            free = begins + length
            rows.append(_seen(opens, came, begins, free))
    return rows


def _seen(opens: datetime, came: float, begins: float, ends: float) -> Row:
    def wall(minutes: float) -> str:
        return f"{opens + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}"

    day = f"{opens:%Y-%m-%d}"
    return visit(
        session_date=day, closes_at=f"{day} 16:00", walk_in_opens_at=f"{day} 08:00",
        registered_at=wall(came), started_at=wall(begins), finished_at=wall(ends),
    )  # fmt: skip


def test_a_line_like_mm1_is_recognised(manager: Client, history_file: Written) -> None:
    import_visits(history_file(steady_days()))
    [line] = lines_measured(default_choice(history_facts(), 12))
    assert line.measured is not None
    assert line.measured.sessions == 20
    assert line.measured.utilisation == pytest.approx(0.5, abs=0.06)
    assert line.measured.dispersion == pytest.approx(1, abs=3 * line.measured.dispersion_error)
    found = model_fits(line.measured)
    assert (found.mm1.fits, found.mg1.fits, found.mm1.doubts) == (True, True, ())
    page = manager.get("/manage/models/").content.decode()
    assert "describes this line: it says" in page
    assert "does not keep" not in page
    assert chart(page, "models-chart")["categories"] == ["Measured", "M/M/1", "M/G/1"]


def test_a_morning_like_the_papers_fits_no_model_and_the_page_says_why(manager: Client) -> None:
    call_command("import_visits", str(HAND_WORKED), stdout=StringIO())
    [line] = lines_measured(Chosen(history_facts().first, history_facts().last))  # type: ignore[arg-type]
    assert line.measured is not None
    doubts = model_fits(line.measured).mg1.doubts
    assert {Doubt.EARLY, Doubt.LATE_START, Doubt.SETTLING} <= set(doubts)
    page = manager.get("/manage/models/?first=2018-11-01&last=2018-11-30").content.decode()
    assert "No model describes this line" in page
    assert "come before the opening and wait for it" in page
    assert "does not fit" in page


def test_several_departments_stand_in_one_table_each_with_a_way_to_its_reasons(
    manager: Client, history_file: Written
) -> None:
    eye = [{**row, "expert_code": "wang", "department": "eye"} for row in steady_days(2)]
    import_visits(history_file([*steady_days(3), *eye]))
    page = manager.get("/manage/models/").content.decode()
    assert "department=eye" in page
    assert "department=neuro" in page
    rows = manager.get("/manage/models.csv").content.decode().splitlines()
    assert [row.split(",")[0] for row in rows] == ["department", "eye", "neuro"]


def test_too_few_patients_are_not_shown(manager: Client, history_file: Written) -> None:
    import_visits(history_file([visit()]))
    page = manager.get("/manage/models/").content.decode()
    assert "under 10, not shown" in page
    assert len(manager.get("/manage/models.csv").content.decode().splitlines()) == 1


def test_without_history_the_page_says_so(manager: Client) -> None:
    assert "No session in this choice" in manager.get("/manage/models/").content.decode()
