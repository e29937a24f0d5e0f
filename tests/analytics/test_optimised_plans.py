"""R1 and the optimised quotas on a plan: computed, kept, shown; proposed when the hospital's policy says so."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from analytics.domain.costs import Weights
from analytics.domain.optimiser import Optimised
from analytics.models import QuotaPlan
from analytics.selectors import optimised
from analytics.selectors.optimised import weights_of_policy
from analytics.services.plans import plan_approve, plan_edit
from analytics.services.simulations import plan_simulate
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.policy import policy_change
from hospital.models import User
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
HAND_WORKED = Path(__file__).parents[1] / "paper" / "hand_worked.csv"
MANAGER = Actor(kind="manager", name="manager")
R1, BETTER = (0, 0, 9, 12), (0, 3, 9, 9)


@pytest.fixture
def history_in() -> None:
    call_command("import_visits", str(HAND_WORKED), stdout=StringIO())


def recompute(*args: str) -> Any:
    out = StringIO()
    call_command("recompute_quotas", "--as-of", "2018-11-30", "--json", *args, stdout=out)
    return json.loads(out.getvalue())["plans"]


@pytest.fixture
def gaining(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """The search finds cheaper quotas by so many patient minutes."""

    def found(difference: float) -> None:
        result = Optimised(R1, BETTER, Weights(), 2000, 1000.0, 1000.0 + difference, difference, 2.0)
        monkeypatch.setattr(optimised, "optimised_for", lambda *_: result)

    return found


def page_of(client: Client, now: VirtualClock) -> str:
    client.force_login(
        User.objects.filter(username="manager").first() or factories.user("manager", "manager")
    )
    plan = QuotaPlan.objects.get(state="proposed")
    return " ".join(client.get(f"/manage/plans/{plan.code}/").content.decode().split())


@pytest.mark.usefixtures("history_in")
def test_r1_is_proposed_unless_the_optimised_quotas_are_asked_for(
    gaining: Callable[[float], None],
) -> None:
    gaining(-40.0)
    [by_rule] = recompute()
    assert (by_rule["method"], [slot["quota"] for slot in by_rule["slots"]]) == ("r1", list(R1))
    [plan] = recompute("--method", "optimised")
    assert (plan["method"], [slot["quota"] for slot in plan["slots"]]) == ("optimised", list(BETTER))
    kept = QuotaPlan.objects.get(state="proposed")
    assert (kept.method, [slot.computed_quota for slot in kept.slots.all()]) == ("optimised", list(BETTER))
    assert [one.state for one in QuotaPlan.objects.order_by("pk")] == ["superseded", "proposed"]


@pytest.mark.usefixtures("history_in")
def test_the_policy_chooses_the_method_of_the_night(
    gaining: Callable[[float], None], now: VirtualClock
) -> None:
    gaining(-40.0)
    policy_change(actor=MANAGER, now=now(), reason="trusted by now", plan_method="optimised")
    assert recompute()[0]["method"] == "optimised"
    assert recompute("--method", "r1")[0]["method"] == "r1"


def test_the_policy_sets_the_weights(now: VirtualClock) -> None:
    assert weights_of_policy() == Weights(idle=5.0, overtime=7.5, unserved=60.0)
    policy_change(actor=MANAGER, now=now(), reason="unions", overtime_weight_per_10_min=200)
    assert weights_of_policy().overtime == 20.0


@pytest.mark.usefixtures("history_in")
def test_a_gain_within_noise_proposes_r1_and_says_so(
    gaining: Callable[[float], None], client: Client, now: VirtualClock
) -> None:
    gaining(-3.0)
    assert [slot["quota"] for slot in recompute("--method", "optimised")[0]["slots"]] == list(R1)
    page = page_of(client, now)
    assert "The search found nothing better than R1: the gain is within noise." in page
    assert "−3.0 ± 2.0 <small>noise</small>" in page


@pytest.mark.usefixtures("history_in")
def test_the_page_shows_both_with_the_error_of_their_difference_and_the_sums_of_r1(
    gaining: Callable[[float], None], client: Client, now: VirtualClock
) -> None:
    gaining(-40.0)
    recompute("--method", "optimised")
    page = page_of(client, now)
    assert "A session costs 4.0% less with the optimised quotas than with R1." in page
    assert "−40.0 ± 2.0" in page
    assert "method optimised" in page
    assert "12 − (1.5 + 10.0) <small>R1: 0</small>" in page
    assert "the rest, 21 − 9" in page
    assert "More optimised numbers" not in page
    data = QuotaPlan.objects.get().optimised
    assert data
    QuotaPlan.objects.update(optimised={**data, "quotas": [3, 3, 9, 6]})
    said = "More optimised numbers than the expert can see at 08:00: many who book come late."
    assert said in page_of(client, now)


@pytest.mark.usefixtures("history_in")
def test_computing_the_optimised_plan_again_changes_nothing() -> None:
    recompute("--method", "optimised")
    before = QuotaPlan.objects.values().get()
    recompute("--method", "optimised")
    assert QuotaPlan.objects.values().get() == before
    assert [row.verb for row in history.of(QuotaPlan.objects.get())] == ["propose"]


@pytest.mark.usefixtures("history_in")
def test_the_search_is_told_what_is_in_force(
    gaining: Callable[[float], None], monkeypatch: pytest.MonkeyPatch, now: VirtualClock
) -> None:
    gaining(-40.0)
    recompute("--method", "optimised")
    plan_approve(code=QuotaPlan.objects.get().code, actor=MANAGER, now=now())
    told: list[Any] = []
    found = optimised.optimised_for
    monkeypatch.setattr(optimised, "optimised_for", lambda *given: (told.append(given[-1]), found(*given))[1])
    recompute("--method", "optimised")
    assert told == [list(BETTER)]
    assert QuotaPlan.objects.get().state == "approved"


@pytest.mark.usefixtures("history_in")
def test_simulating_a_plan_of_r1_works_out_the_optimised_quotas_and_overbooking_beside_it(
    client: Client, now: VirtualClock
) -> None:
    recompute()
    plan = QuotaPlan.objects.get()
    assert plan.optimised is None
    plan_simulate(code=plan.code, sessions=20)
    plan.refresh_from_db()
    assert plan.optimised
    assert (plan.optimised["r1"], sum(plan.optimised["quotas"])) == (list(R1), 21)
    assert plan.optimised["error"] > 0 or plan.optimised["quotas"] == list(R1)
    assert plan.overbooking
    assert (plan.overbooking["no_show"], plan.overbooking["paying"]) == (0.0, [])
    assert "Everybody who booked came: no overbooking." in page_of(client, now)
    recompute()
    assert QuotaPlan.objects.get().optimised == plan.optimised
    plan_edit(code=plan.code, quotas=[1, 0, 8, 12], actor=MANAGER, now=now())
    assert QuotaPlan.objects.get().overbooking is None


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (
            {"no_show": 0.02, "limit": 0, "paying": [], "refused": None},
            "2.0% of those who booked never came. That is less than one number a session: no overbooking.",
        ),
        (
            {
                "no_show": 0.1,
                "limit": 2,
                "paying": [],
                "refused": {"slot": 3, "change": 12.0, "error": 1.0},
            },
            "One number more at 11:00 would change a session's cost by +12.0 ± 1.0: no overbooking.",
        ),
        (
            {
                "no_show": 0.3,
                "limit": 9,
                "paying": [
                    {"slot": 2, "change": -30.0, "error": 2.0},
                    {"slot": 3, "change": -9.5, "error": 2.0},
                ],
                "refused": {"slot": 3, "change": -1.0, "error": 2.0},
            },
            "So many numbers more would pay: 2, at 10:00 (−30.0 ± 2.0), 11:00 (−9.5 ± 2.0).",
        ),
    ],
)
@pytest.mark.usefixtures("history_in")
def test_overbooking_is_said_in_a_sentence(
    gaining: Callable[[float], None], client: Client, now: VirtualClock, known: dict[str, Any], said: str
) -> None:
    gaining(-40.0)
    recompute("--method", "optimised")
    QuotaPlan.objects.update(overbooking=known)
    assert said in page_of(client, now).replace("&#x27;", "'")
