"""What if: a manager changes a simulated session and sees what it does beside how it is now."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from analytics import tasks
from analytics.domain.errors import StillPlaying
from analytics.domain.simulation import REFERENCE_WORLD
from analytics.domain.what_if import Changes, Punctuality, changed_quotas, changed_world
from analytics.models import QuotaPlan, WhatIf
from analytics.services.what_ifs import what_if_ask, what_if_play
from hospital.common.actor import Actor
from hospital.common.errors import NotAllowed
from hospital.common.models import Job
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
HAND_WORKED = Path(__file__).parents[1] / "paper" / "hand_worked.csv"
SESSIONS = 400


@pytest.fixture
def manager(client: Client, now: VirtualClock) -> Client:
    client.force_login(factories.user("manager", "manager"))
    return client


@pytest.fixture
def plan() -> QuotaPlan:
    call_command("import_visits", str(HAND_WORKED), stdout=StringIO())
    call_command("recompute_quotas", "--as-of", "2018-11-30", stdout=StringIO())
    return QuotaPlan.objects.get()


def answer(plan: QuotaPlan, now: VirtualClock, changes: Changes) -> dict[str, dict[str, float]]:
    asked = what_if_ask(
        plan_code=plan.code, changes=changes, actor=Actor(kind="manager", name="manager"), now=now()
    )
    what_if_play(code=asked.code, sessions=SESSIONS)
    asked.refresh_from_db()
    assert asked.result
    assert asked.played == asked.sessions
    return asked.result["changes"]  # type: ignore[no-any-return]


def test_nothing_changed_changes_nothing(plan: QuotaPlan, now: VirtualClock) -> None:
    changes = answer(plan, now, Changes())
    assert {name: change["difference"] for name, change in changes.items()} == dict.fromkeys(changes, 0.0)


@pytest.mark.parametrize(
    ("changes", "figure", "sign"),
    [
        (Changes(start_shift_min=-40), "walk_in", -1),
        (Changes(capacity_percent=-30), "walk_in", 1),
        (Changes(appointments=10), "overtime_min", -1),
        (Changes(walk_in_percent=50), "walk_in", 1),
        (Changes(no_show_percent=40), "idle_min", 1),
        (Changes(punctuality=Punctuality.CLOSE), "unserved", -1),
        (Changes(more_experts=1), "walk_in", -1),
    ],
)
def test_a_change_moves_the_figures_the_way_it_must(
    plan: QuotaPlan, now: VirtualClock, changes: Changes, figure: str, sign: int
) -> None:
    found = answer(plan, now, changes)[figure]
    assert sign * found["difference"] > 2 * found["error"]


def test_slots_of_another_length_hold_the_same_patients_at_the_same_times() -> None:
    changes = Changes(slot_min=30)
    world, quotas = (
        changed_world(REFERENCE_WORLD, changes),
        changed_quotas(REFERENCE_WORLD, (0, 0, 9, 12), changes),
    )
    assert len(world.slot_min) == len(quotas) == 8
    assert sum(world.walk_ins) == pytest.approx(sum(REFERENCE_WORLD.walk_ins))
    assert sum(quotas) == 21


def test_only_managers_ask_and_the_same_question_is_played_once(plan: QuotaPlan, now: VirtualClock) -> None:
    with pytest.raises(NotAllowed):
        what_if_ask(plan_code=plan.code, changes=Changes(), actor=Actor(kind="desk", name="desk"), now=now())
    assert not WhatIf.objects.exists()
    first, again = (
        what_if_ask(plan_code=plan.code, changes=Changes(), actor=Actor(kind="manager", name="m"), now=now())
        for _turn in range(2)
    )
    assert first == again
    assert Job.objects.filter(kind="analytics.what_if").count() == 1


def test_a_manager_with_many_questions_waits_for_an_answer_and_the_next_one_does_not(
    plan: QuotaPlan, now: VirtualClock
) -> None:
    def ask(percent: int, name: str = "m") -> WhatIf:
        changes, actor = Changes(walk_in_percent=percent), Actor(kind="manager", name=name)
        return what_if_ask(plan_code=plan.code, changes=changes, actor=actor, now=now())

    asked = [ask(percent) for percent in (1, 2, 3)]
    with pytest.raises(StillPlaying):
        ask(4)
    assert ask(4, "other").asked_by == "other"
    WhatIf.objects.filter(pk=asked[0].pk).update(result={})
    ask(5)
    now.advance(minutes=11)  # nobody waits for ever for a worker that is gone
    ask(6)


def test_a_manager_asks_follows_the_progress_and_reads_the_answer(
    manager: Client, plan: QuotaPlan, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.services.what_ifs.SESSIONS", SESSIONS)
    path = f"/manage/plans/{plan.code}/what-if/"
    form = manager.get(path).content.decode()
    given = dict(re.findall(r'name="(\w+)" value="(-?\d+)"', form))
    assert given["appointments"] == "21"
    fields = {
        **given,
        "slot_min": "30",
        "punctuality": "surveyed",
        "more_experts": "1",
        "walk_in_percent": "20",
    }
    sent = manager.post(path, fields)
    asked = WhatIf.objects.get()
    assert asked.changes == Changes(slot_min=30, more_experts=1, walk_in_percent=20).as_data()
    waiting = manager.get(sent["Location"]).content.decode()
    assert "0 of 400 sessions are played." in waiting
    progress = manager.get(f"{sent['Location']}progress/")
    assert "HX-Refresh" not in progress.headers
    tasks.what_if({"code": asked.code}, now())
    assert manager.get(f"{sent['Location']}progress/").headers["HX-Refresh"] == "true"
    page = " ".join(manager.get(sent["Location"]).content.decode().split())
    assert "walk-ins +20%, slots of 30 min, 1 more expert(s)" in page
    charts = re.findall(r'<script id="what-if-[\w-]+-chart" type="application/json">(.*?)</script>', page)
    assert len(charts) == 4
    for chart in map(json.loads, charts):
        assert [each["name"] for each in chart["series"]] == ["As now", "What if"]
        assert sum(chart["series"][0]["values"]) == pytest.approx(100, abs=1)
    assert WhatIf.objects.get().plan.state == "proposed"


def test_what_cannot_be_simulated_is_said_at_its_field(manager: Client, plan: QuotaPlan) -> None:
    path = f"/manage/plans/{plan.code}/what-if/"
    assert manager.post(path, {"walk_in_percent": "-500"}).status_code == 400
    assert not WhatIf.objects.exists()
    QuotaPlan.objects.update(world={})
    assert manager.get(path).status_code == 404
