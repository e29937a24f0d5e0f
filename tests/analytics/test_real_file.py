"""``make test-data FILE=...``: a real history file against a plain re-computation, and what came out of it.

The file stays outside the repository. One in the canonical format or in that of a shipped mapping is understood;
for the public data set the capacities are derived a second time here, from the file alone, without the product.
"""

import csv
import os
from collections import Counter, defaultdict
from datetime import date, timedelta
from io import StringIO
from math import floor
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from analytics.domain.evidence import Estimator
from analytics.domain.plans import PlansAsked
from analytics.models import SessionDay, Visit
from analytics.selectors import drafts
from analytics.selectors.bins import bins_of_visits
from analytics.selectors.estimates import plans_of_expert
from analytics.selectors.history import HistoryWindow, experts_with_history
from analytics.services.mappings import SHIPPED, mapping_named

pytestmark = [pytest.mark.real_file, pytest.mark.django_db]
FILE = Path(os.environ["VISITS_FILE"])
START = date(2018, 1, 1)
WHOLE = 400
Start = tuple[float, float]
"""Minutes after the opening, and length [min]."""


def fitting_mapping() -> list[str]:
    """The import_visits options for this file's header; none for the canonical one."""
    with FILE.open(encoding="utf-8-sig") as file:
        header = set(next(csv.reader(file)))
    names = [path.stem for path in SHIPPED.glob("*.toml") if mapping_named(path.stem).headers <= header]
    return ["--mapping", names[0], "--start-date", START.isoformat()] if names else []


def imported() -> str:
    out = StringIO()
    call_command("import_visits", str(FILE), *fitting_mapping(), stdout=out)
    return out.getvalue().strip()


def last_day() -> date:
    return SessionDay.objects.order_by("-date").values_list("date", flat=True)[0]


def plain_sessions() -> dict[tuple[int, str], list[list[Start]]]:
    """The public data set by (weekday, half day), read without the product: the sessions' starts and lengths."""
    weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    sessions: dict[str, list[Start]] = defaultdict(list)
    kinds: dict[str, tuple[int, str]] = {}
    with FILE.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            hours, minutes, seconds = (int(part) for part in row["StartTime"].split(":"))
            opening = 8 if row["AM_PM"] == "morning" else 14
            after = (hours - opening) * 60 + minutes + seconds / 60
            sessions[row["Session"]].append((after, int(row["ServTime"]) / 60))
            kinds[row["Session"]] = weekdays.index(row["DayOfWeek"]) + 1, row["AM_PM"]
    found: dict[tuple[int, str], list[list[Start]]] = defaultdict(list)
    for number, starts in sessions.items():
        found[kinds[number]].append(starts)
    return found


def plain_capacities(sessions: list[list[Start]]) -> list[int]:
    """Capacities of four slots of an hour, as quota-method describes them, with plain sums."""
    capacities = []
    for slot in range(4):
        lengths = [
            length
            for starts in sessions
            for after, length in starts
            if (slot == 0 or after >= slot * 60) and after < (slot + 1) * 60
        ]
        possible = 60 / (sum(lengths) / len(lengths))
        seen = len(lengths) / len(sessions)
        delay = sum(min(after for after, _ in starts) for starts in sessions) / len(sessions)
        late = slot == 0 and delay > 10 and seen < possible
        capacities.append(floor(seen if late else possible))
    return capacities


def test_the_file_comes_in_whole_and_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    said = imported()
    with FILE.open(encoding="utf-8-sig") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    assert Visit.objects.count() == rows
    again = imported()
    assert again.startswith(f"Added 0 of {rows} visits")
    with capsys.disabled():
        print(f"\n{said}\n{again}")


def test_the_summary_and_the_raw_visits_give_the_same_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    imported()
    asked = PlansAsked(as_of=last_day() + timedelta(days=1), weeks=WHOLE)
    experts = experts_with_history(HistoryWindow.of_weeks(WHOLE, asked.as_of))
    summary: list[Any] = [plan.quotas for code in experts for plan in plans_of_expert(code, asked).plans]
    monkeypatch.setattr(drafts, "bins_of_summary", bins_of_visits)
    assert summary == [plan.quotas for code in experts for plan in plans_of_expert(code, asked).plans]
    assert summary


def test_capacities_equal_a_plain_recomputation_of_the_public_data_set(
    capsys: pytest.CaptureFixture[str],
) -> None:
    if "hangu" not in fitting_mapping():
        return
    imported()
    asked = PlansAsked(as_of=last_day() + timedelta(days=1), weeks=WHOLE, min_sessions=1)
    plain = plain_sessions()
    lines = []
    for plan in plans_of_expert("HANGU", asked).plans:
        half = "morning" if plan.period.opens_at.hour == 8 else "afternoon"
        sessions = plain[plan.period.weekday, half]
        capacities = [slot.capacity.numbers for slot in plan.slots]
        assert len(plan.sessions) == len(sessions)
        assert capacities == plain_capacities(sessions)
        lines.append(
            f"weekday {plan.period.weekday} {half}: {len(sessions)} sessions, capacities {capacities}, "
            f"rules {[str(slot.capacity.rule) for slot in plan.slots]}, quotas {list(plan.quotas)}"
        )
    assert len(lines) == len(plain)
    with capsys.disabled():
        print("\n" + "\n".join(lines))


@pytest.mark.parametrize("estimator", list(Estimator))
def test_every_estimator_gives_rates_within_their_intervals_and_says_what_the_data_are_worth(
    estimator: Estimator, capsys: pytest.CaptureFixture[str]
) -> None:
    imported()
    asked = PlansAsked(
        as_of=last_day() + timedelta(days=1), weeks=WHOLE, rate_weeks=WHOLE, estimator=estimator
    )
    experts = experts_with_history(HistoryWindow.of_weeks(WHOLE, asked.as_of))
    plans = [plan for code in experts for plan in plans_of_expert(code, asked).plans]
    rates = [rate for plan in plans for rate in (plan.pre_opening, *(slot.rate for slot in plan.slots))]
    assert rates
    assert all(0 <= rate.low_per_min <= rate.per_min <= rate.high_per_min for rate in rates)
    notes = Counter(str(note) for plan in plans for note in plan.warnings)
    families = Counter(str(plan.quality.services and plan.quality.services.family) for plan in plans)
    half_lives = Counter(weeks for plan in plans for weeks in plan.quality.half_lives_weeks)
    with capsys.disabled():
        print(
            f"\n{estimator}: {len(plans)} plans, notes {dict(notes)}, lengths {dict(families)}, "
            f"half-lives {dict(half_lives)}"
        )
