"""``recompute_quotas --json`` over a canonical CSV equals a file worked by hand.

Four Mondays of Dr Zhou, 36 patients each. By hand: 36 walk-ins before the opening, 12, 6, 4 and 2 in the
four slots, over 4 sessions of 60 min: 0.15, 0.05, 0.025, 0.016667 and 0.008333 a minute. The expert starts at
08:48 and sees 2 before nine; visits last 5, 6 and 5 min after that: 12, 10, 12. Live appointments 22, 20, 22,
20: 21 a session.
2 - (3 + 9) = -10; 12 - (1.5 + 10) = 0.5; 10 - 1 = 9; the rest, 21 - 9 = 12.
"""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analytics.models import PlanSlot, QuotaPlan

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent


@pytest.fixture
def history() -> None:
    call_command("import_visits", str(HERE / "hand_worked.csv"), stdout=StringIO())


def recomputed(*args: str) -> Any:
    out = StringIO()
    call_command("recompute_quotas", "--as-of", "2018-11-30", "--json", *args, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.usefixtures("history")
def test_the_command_prints_what_was_worked_by_hand() -> None:
    assert recomputed() == json.loads((HERE / "hand_worked.json").read_text())


@pytest.mark.usefixtures("history")
def test_the_proposed_plan_holds_the_same_numbers_with_their_evidence() -> None:
    recomputed()
    plan = QuotaPlan.objects.get()
    assert (plan.state, plan.sessions_used, plan.appointments, plan.warnings) == ("proposed", 4, 21, [])
    assert list(
        PlanSlot.objects.values_list("computed_quota", "current_quota", "spare", "mean_duration_min")
    ) == [
        (0, 6, -10.0, 6.0),
        (0, 5, 0.5, 5.0),
        (9, 5, 9.0, 6.0),
        (12, 5, 11.5, 5.0),
    ]


@pytest.mark.usefixtures("history")
def test_the_papers_sampling_of_the_same_history_is_seeded_and_near_the_full_counts() -> None:
    first = recomputed("--estimator", "paper_sampling", "--seed", "7", "--dry-run")
    assert first == recomputed("--estimator", "paper_sampling", "--seed", "7", "--dry-run")
    [plan] = first["plans"]
    assert plan["estimator"] == "paper_sampling"
    assert 6 < plan["pre_opening_walk_ins"] < 12
    assert first != recomputed("--estimator", "paper_sampling", "--seed", "8", "--dry-run")
    assert not QuotaPlan.objects.exists()


@pytest.mark.usefixtures("history")
def test_a_day_before_all_history_has_no_plans_and_an_unknown_expert_is_named() -> None:
    out = StringIO()
    call_command("recompute_quotas", "--as-of", "2018-11-05", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"as_of": "2018-11-05", "plans": []}
    with pytest.raises(CommandError, match="no expert nobody"):
        recomputed("--expert", "nobody")
    with pytest.raises(CommandError, match="not a date"):
        call_command("recompute_quotas", "--as-of", "tomorrow")
