"""Canonical history files, and the command that takes them in."""

import csv
import os
from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from analytics.domain.visits import FIELDS
from analytics.models import SessionDay
from analytics.selectors.bins import bins_of_summary, bins_of_visits

Row = Mapping[str, str]
collect_ignore = [] if "VISITS_FILE" in os.environ else ["test_real_file.py"]
"""`make test-data FILE=` names a file outside the repository; without one there is nothing to collect."""


def visit(**fields: str) -> dict[str, str]:
    """A walk-in of Dr Zhou's Monday morning, seen for five minutes, unless told otherwise."""
    day = fields.get("session_date", "2018-11-05")
    return {
        "expert_code": "zhou",
        "department": "neuro",
        "session_date": day,
        "opens_at": f"{day} 08:00",
        "closes_at": f"{day} 12:00",
        "walk_in_opens_at": f"{day} 07:00",
        "slot_minutes": "60",
        "channel": "walk_in",
        "registered_at": f"{day} 07:30",
        "started_at": f"{day} 09:00",
        "finished_at": f"{day} 09:05",
        "outcome": "done",
        **fields,
    }


def written(path: Path, rows: Iterable[Row], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def import_visits(path: Path, *args: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("import_visits", str(path), *args, stdout=out)
    return out.getvalue()


def the_summary_says_what_the_visits_say() -> bool:
    """Whether bins of every width are the same from the summary and from the raw visits."""
    days = list(SessionDay.objects.values_list("pk", flat=True))
    return all(
        {day: sorted(bins) for day, bins in bins_of_summary(days, width).items()}
        == {day: sorted(bins) for day, bins in bins_of_visits(days, width).items()}
        for width in (15, 30, 60, 120)
    )


@pytest.fixture
def history_file(tmp_path: Path) -> Callable[[Iterable[Row]], Path]:
    return lambda rows: written(tmp_path / "history.csv", rows)
