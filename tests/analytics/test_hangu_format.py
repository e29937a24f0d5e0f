"""A synthetic file in the format of the public data set: no dates, no registration, seconds of service."""

from pathlib import Path

import pytest
from django.core.management import CommandError

from analytics.models import SessionDay, Visit
from tests.analytics.conftest import import_visits

pytestmark = pytest.mark.django_db

HEADER = (
    "ID,Session,Month,DayOfWeek,WorkingDay,AM_PM,Visit.No,Gender,M.Cancer,S.Cancer,"
    "StartTime,PayTime,Address,ServTime"
)


def row(patient: str, session: int, month: str, weekday: str, half: str, start: str, seconds: object) -> str:
    return f"{patient},{session},{month},{weekday},TRUE,{half},1,F,FALSE,FALSE,{start},NA,NA,{seconds}"


def hangu_file(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_days_are_inferred_by_walking_the_sessions_in_order(tmp_path: Path) -> None:
    path = hangu_file(
        tmp_path / "Data.csv",
        row("A", 1, "January", "Wednesday", "morning", "8:31:40", 691),
        row("B", 1, "January", "Wednesday", "morning", "8:43:11", 614),
        row("C", 2, "January", "Wednesday", "afternoon", "14:33:00", 600),
        row("D", 3, "January", "Saturday", "morning", "8:30:00", 600),
        row("E", 4, "January", "Wednesday", "morning", "8:30:00", 600),
        row("F", 5, "February", "Tuesday", "morning", "8:30:00", 600),
    )
    out = import_visits(path, "--mapping", "hangu", "--start-date", "2018-01-01")
    assert "Added 6 of 6 visits in 5 sessions" in out
    days = list(SessionDay.objects.order_by("opens_at").values_list("date", "opens_local"))
    assert [f"{day:%m-%d} {opens:%H}" for day, opens in days] == [
        "01-03 08",
        "01-03 14",
        "01-06 08",
        "01-10 08",
        "02-06 08",
    ]
    first = Visit.objects.order_by("started_at").first()
    assert first is not None
    assert first.finished_at is not None
    assert first.started_at is not None
    assert (first.finished_at - first.started_at).total_seconds() == 691
    assert first.channel == ""


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("A", 1, "January", "Wednesday", "morning", "8:31:40", -5), "duration: '-5' is negative"),
        (row("A", 1, "January", "Wednesday", "morning", "8:31:40", "nan"), "duration: 'nan' is not a number"),
        (row("A", 1, "Smarch", "Wednesday", "morning", "8:31:40", 60), "month: 'Smarch' is not known"),
        (row("A", 1, "August", "Wednesday", "morning", "8:31:40", 60), "no such weekday in month 8 follows"),
        (row("A", 1, "January", "Wednesday", "morning", "8h31", 60), "started_at: '8h31' is not a time"),
    ],
)
def test_a_bad_row_names_its_reason(tmp_path: Path, bad: str, reason: str) -> None:
    with pytest.raises(CommandError, match="row 2: ") as refused:
        import_visits(
            hangu_file(tmp_path / "Data.csv", bad), "--mapping", "hangu", "--start-date", "2018-01-01"
        )
    assert reason in str(refused.value)
    assert not Visit.objects.exists()


def test_without_a_start_date_the_command_says_that_it_is_needed(tmp_path: Path) -> None:
    path = hangu_file(tmp_path / "Data.csv", row("A", 1, "January", "Wednesday", "morning", "8:31:40", 60))
    with pytest.raises(CommandError, match="needs --start-date"):
        import_visits(path, "--mapping", "hangu")


def test_a_file_without_the_mapped_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Data.csv"
    path.write_text("ID,Session\nA,1\n")
    with pytest.raises(CommandError, match="the header lacks AM_PM, DayOfWeek, Month, ServTime, StartTime"):
        import_visits(path, "--mapping", "hangu", "--start-date", "2018-01-01")
