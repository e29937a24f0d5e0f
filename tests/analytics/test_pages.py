"""Managers' pages: who may see them, what they show, and that a GET changes nothing."""

import json
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from psycopg.errors import QueryCanceled

from analytics.models import QuotaPlan
from analytics.services.plans import plan_edit
from analytics.services.simulations import plan_simulate
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.models import Job
from hospital.models import User
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
HAND_WORKED = Path(__file__).parents[1] / "paper" / "hand_worked.csv"


@pytest.fixture
def manager(client: Client, now: VirtualClock) -> Client:
    client.force_login(factories.user("manager", "manager"))
    return client


@pytest.fixture
def plan() -> QuotaPlan:
    call_command("import_visits", str(HAND_WORKED), stdout=StringIO())
    call_command("recompute_quotas", "--as-of", "2018-11-30", stdout=StringIO())
    return QuotaPlan.objects.get()


def chart(page: str, name: str) -> dict[str, object]:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", ["", "plans/", "plans/X/", "cards/waits.csv"])
@pytest.mark.parametrize(("role", "status"), [("patient", 403), ("desk", 403), ("expert", 403), (None, 302)])
def test_only_managers_see_the_pages(client: Client, path: str, role: str | None, status: int) -> None:
    if role:
        client.force_login(factories.user(role, role))
    assert client.get(f"/manage/{path}").status_code == status


def test_without_history_the_dashboard_says_what_to_do(manager: Client) -> None:
    page = manager.get("/manage/").content.decode()
    assert "no visit history yet" in page
    assert "manage.py" not in page


@pytest.mark.usefixtures("plan")
def test_the_dashboard_shows_waits_and_load_as_chart_and_table(manager: Client) -> None:
    page = manager.get("/manage/?first=2018-11-01&last=2018-11-30").content.decode()
    waits = chart(page, "waits-chart")
    assert waits["categories"][0] == "07–08"  # type: ignore[index]
    load = chart(page, "load-chart")
    assert load["series"][0]["values"] == [9.0, 3.0, 1.5, 1.0, 0.5]  # type: ignore[index]
    assert re.search("Walk-ins arriving (07–08|08–09) wait longest", page)
    assert "<script>" not in page


@pytest.mark.usefixtures("plan")
def test_filters_are_in_the_address_and_wrong_ones_are_explained(manager: Client) -> None:
    other = manager.get("/manage/?first=2018-11-01&last=2018-11-30&weekday=2").content.decode()
    assert "No session in this choice" in other
    wrong = manager.get("/manage/?first=2018-11-30&last=2018-11-01").content.decode()
    assert "This day is before the first." in wrong


@pytest.mark.usefixtures("plan")
def test_the_csv_of_a_card_holds_its_table(manager: Client) -> None:
    answer = manager.get("/manage/cards/load.csv?first=2018-11-01&last=2018-11-30")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode().splitlines()[1] == "7,9.0,0.0,"
    assert manager.get("/manage/cards/other.csv").status_code == 404


def test_the_plan_page_shows_every_sum_written_out(manager: Client, plan: QuotaPlan) -> None:
    page = manager.get(f"/manage/plans/{plan.code}/").content.decode()
    for text in (
        "2 − (3.0 + 9.0)",
        "12 − (1.5 + 10.0)",
        "10 − 1.0",
        "the rest, 21 − 9",
        "mean seen",
        "9.0 carried on",
        '<td class="num worse">−',
    ):
        assert text in page
    assert chart(page, "plan-chart")["series"][2]["values"] == [0, 0, 9, 12]  # type: ignore[index]
    assert "/manage/?expert=zhou&amp;first=2018-11-05&amp;last=2018-11-26&amp;weekday=1" in page


def test_the_plan_page_says_what_the_next_session_on_sale_has(
    manager: Client, plan: QuotaPlan, now: VirtualClock
) -> None:
    monday = clock.today() + timedelta(days=7 - clock.today().weekday())
    session = factories.session(monday, now=now(), doctor=factories.expert("zhou"), quotas=[6, 5, 5, 4])
    page = manager.get(f"/manage/plans/{plan.code}/").content.decode()
    assert f"/manage/schedule/sessions/{session.code}/" in page
    assert "6 / 5 / 5 / 4" in page
    assert "released with other quotas" in page


def test_the_list_shows_what_is_to_review(manager: Client, plan: QuotaPlan) -> None:
    page = manager.get("/manage/plans/").content.decode()
    assert plan.code in page
    assert "0 / 0 / 9 / 12" in page
    assert "6 / 5 / 5 / 5" in page


def test_plans_are_filtered_by_department_expert_and_weekday(manager: Client, plan: QuotaPlan) -> None:
    mine = f"department={plan.department}&expert={plan.expert_code}&weekday={plan.weekday}"
    assert plan.code in manager.get(f"/manage/plans/?{mine}").content.decode()
    other = manager.get(f"/manage/plans/?weekday={plan.weekday % 7 + 1}").content.decode()
    assert plan.code not in other
    assert "No plan in this choice." in other
    assert "New plans are computed every night after 02:00." in other
    assert plan.code in manager.get("/manage/plans/?weekday=nonsense").content.decode()


@pytest.mark.usefixtures("now")
def test_tomorrow_is_one_press_away(manager: Client) -> None:
    tomorrow = (clock.today() + timedelta(days=1)).isoweekday()
    page = manager.get("/manage/plans/?state=approved").content.decode()
    assert f'href="?state=approved&amp;weekday={tomorrow}"' in page
    assert 'aria-current="true"' in manager.get(f"/manage/plans/?weekday={tomorrow}").content.decode()


def test_the_screens_page_counts_the_plans_to_decide_too(manager: Client, plan: QuotaPlan) -> None:
    page = manager.get("/manage/screens/").content.decode()
    assert '<span class="count">1<' in page
    assert plan.state == "proposed"


def test_while_deciding_the_head_offers_no_other_decision(manager: Client, plan: QuotaPlan) -> None:
    path = f"/manage/plans/{plan.code}/"
    assert "?do=reject" in manager.get(path).content.decode()
    assert 'href="?do=' not in manager.get(path + "?do=approve").content.decode()
    assert "?do=reject" in manager.get(path + "?do=roll_back").content.decode()


def test_a_decided_plan_is_compared_with_what_was_before_it(manager: Client, plan: QuotaPlan) -> None:
    path = f"/manage/plans/{plan.code}/"
    assert [each["name"] for each in chart(manager.get(path).content.decode(), "plan-chart")["series"]][
        1:3
    ] == [  # type: ignore[attr-defined]
        "Quota, current",
        "Quota, proposed",
    ]
    manager.post(path + "approve/")
    decided = manager.get(path).content.decode()
    assert "Proposed" not in decided
    assert [each["name"] for each in chart(decided, "plan-chart")["series"]][1:3] == [  # type: ignore[attr-defined]
        "Quota, before",
        "Quota, this plan",
    ]
    manager.post(path + "roll-back/", {"reason": "Complaints"})
    assert "No plan is in force for this period now" in manager.get(path).content.decode()


def test_the_history_names_people_and_the_nightly_job(manager: Client, plan: QuotaPlan) -> None:
    User.objects.filter(username="manager").update(first_name="Zhou Min")
    path = f"/manage/plans/{plan.code}/"
    manager.post(path + "reject/", {"reason": "Not now"})
    page = manager.get(path).content.decode()
    assert "<td>Zhou Min</td>" in page
    assert "<td>computation on request</td>" in page


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (-29.81, "<strong>▼ 29.8 ± 0.5</strong> shorter"),
        (3.0, "<strong>▲ 3.0 ± 0.5</strong> longer"),
        (-0.9, "<strong>−0.9 ± 0.5</strong> noise"),
        (0.01, "<strong>0.0 ± 0.5</strong> noise"),
    ],
)
def test_a_change_is_said_in_words(manager: Client, plan: QuotaPlan, difference: float, said: str) -> None:
    plan_simulate(code=plan.code, sessions=2)
    found = QuotaPlan.objects.get().simulation
    assert found
    found["walk_in"] |= {"difference": difference, "error": 0.5}
    found["walk_in_by_window"][0] |= {"difference": -0.9, "error": 0.5}
    QuotaPlan.objects.update(simulation=found)
    page = " ".join(manager.get(f"/manage/plans/{plan.code}/").content.decode().split())
    assert said in page.replace("<strong> ", "<strong>").replace(" </strong>", "</strong>")
    assert "−0.9 ± 0.5 <small>noise</small>" in page


@pytest.mark.parametrize("doing", ["approve", "edit", "reject", "roll_back"])
def test_looking_at_a_decision_decides_nothing(manager: Client, plan: QuotaPlan, doing: str) -> None:
    assert manager.get(f"/manage/plans/{plan.code}/?do={doing}").status_code == 200
    assert manager.get(f"/manage/plans/{plan.code}/{doing.replace('_', '-')}/").status_code == 405
    assert QuotaPlan.objects.get().state == "proposed"


def test_a_manager_edits_approves_and_rolls_back(manager: Client, plan: QuotaPlan) -> None:
    path = f"/manage/plans/{plan.code}/"
    wrong = manager.post(path + "edit/", {"slot_1": 1, "slot_2": 0, "slot_3": 9, "slot_4": 12})
    assert wrong.status_code == 409
    assert "they add up to 22" in wrong.content.decode()
    manager.post(path + "edit/", {"slot_1": 1, "slot_2": 0, "slot_3": 8, "slot_4": 12})
    manager.post(path + "approve/")
    assert QuotaPlan.objects.get().state == "approved"
    assert manager.post(path + "roll-back/", {"reason": ""}).status_code == 400
    manager.post(path + "roll-back/", {"reason": "Complaints"})
    assert QuotaPlan.objects.get().state == "rolled_back"
    assert "Complaints" in manager.get(path).content.decode()


def test_what_is_approved_is_what_was_seen(manager: Client, plan: QuotaPlan) -> None:
    path = f"/manage/plans/{plan.code}/"
    seen = re.search(r'name="seen" value="([\d ]+)"', manager.get(f"{path}?do=approve").content.decode())
    assert seen
    assert seen[1] == "0 0 9 12"
    manager.post(path + "edit/", {"slot_1": 1, "slot_2": 0, "slot_3": 8, "slot_4": 12})
    refused = manager.post(path + "approve/", {"seen": seen[1]})
    assert (refused.status_code, "edited this plan meanwhile" in refused.content.decode()) == (409, True)
    manager.post(path + "approve/", {"seen": "1 0 8 12"})
    assert QuotaPlan.objects.get().state == "approved"


def test_days_that_take_too_long_to_count_are_said_to_be_too_many(manager: Client) -> None:
    def gives_up(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "percentile_cont" in sql:
            raise OperationalError from QueryCanceled()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(gives_up):
        answer = manager.get("/manage/cards/waits.csv?first=1990-01-01&last=2020-01-01")
    assert answer.status_code == 400
    assert "Choose fewer days." in answer.content.decode()


def test_deciding_twice_is_explained_on_the_page(manager: Client, plan: QuotaPlan) -> None:
    path = f"/manage/plans/{plan.code}/"
    manager.post(path + "reject/", {"reason": "Not now"})
    again = manager.post(path + "approve/")
    assert again.status_code == 409
    assert 'role="alert"' in again.content.decode()
    assert QuotaPlan.objects.get().state == "rejected"


@pytest.mark.usefixtures("plan")
def test_the_pages_ask_a_constant_number_of_queries(
    manager: Client, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(13):  # type: ignore[operator]
        manager.get("/manage/plans/")


def test_the_simulated_waits_are_asked_for_by_a_button_and_shown_when_they_are_there(
    manager: Client, plan: QuotaPlan, now: VirtualClock
) -> None:
    path = f"/manage/plans/{plan.code}/"
    assert "being simulated" in manager.get(path).content.decode()
    assert "HX-Refresh" not in manager.get(path + "simulation/").headers
    Job.objects.filter(kind="analytics.simulate").update(done_at=now())
    assert "Simulate the waits" in manager.get(path).content.decode()
    manager.post(path + "simulate/")
    assert Job.objects.filter(kind="analytics.simulate", done_at=None).count() == 1
    plan_simulate(code=plan.code, sessions=20)
    Job.objects.filter(kind="analytics.simulate").update(done_at=now())
    assert manager.get(path + "simulation/").headers["HX-Refresh"] == "true"
    page = manager.get(path).content.decode()
    assert "Walk-in wait, mean" in page
    drawn = chart(page, "waits-chart")
    assert len(drawn["categories"]) == 5  # type: ignore[arg-type]
    today, planned = drawn["series"][:2]  # type: ignore[index]
    assert "upTo" not in today
    change = QuotaPlan.objects.get().simulation["walk_in_by_window"][1]
    assert planned["upTo"][1] - planned["values"][1] == pytest.approx(2 * change["error"], abs=0.002)
    assert planned["low"][1] == pytest.approx(max(0, change["proposed"] - 2 * change["error"]), abs=0.002)


def test_a_plan_is_simulated_in_the_order_of_the_experts_department(plan: QuotaPlan) -> None:
    doctor = factories.expert(plan.expert_code, department="neuro")
    waits = {}
    for order in ("appointments_first", "first_come"):
        doctor.department.discipline = order
        doctor.department.save()
        plan_simulate(code=plan.code, sessions=20)
        waits[order] = QuotaPlan.objects.get().simulation["walk_in"]["current"]
    assert waits["first_come"] < waits["appointments_first"]


def test_a_simulation_of_quotas_that_were_edited_meanwhile_is_not_kept(
    plan: QuotaPlan, now: VirtualClock
) -> None:
    plan_simulate(code=plan.code, sessions=2)
    assert QuotaPlan.objects.get().simulation["quotas"] == [0, 0, 9, 12]
    plan_edit(code=plan.code, quotas=[1, 0, 8, 12], actor=Actor(kind="manager"), now=now())
    assert QuotaPlan.objects.get().simulation is None
