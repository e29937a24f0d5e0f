"""The page and the API of the hospital's rules: named, bounded, versioned."""

from __future__ import annotations

from dataclasses import fields
from datetime import time
from typing import Any

import pytest
from django.test import Client

from hospital.common.models import PolicyVersion
from hospital.common.policy import Policy, policy, policy_change
from hospital.common.policy_table import ENTRIES, GROUPS
from hospital.views.policy_forms import PolicyForm
from tests import factories
from tests.booking.test_api import Caller
from tests.clock import VirtualClock
from tests.hospital.test_policy import MANAGER

pytestmark = pytest.mark.django_db
PAGE = "/manage/policy/"


@pytest.fixture
def manager(now: VirtualClock) -> Client:
    client = Client()
    client.force_login(factories.user("he", "manager"))
    return client


def typed(**changed: object) -> dict[str, Any]:
    """What a browser sends of the page as it is."""
    form = PolicyForm(None, rules=policy())
    values = {name: form[name].value() for name in form.fields}
    sent = {name: form.fields[name].prepare_value(value) for name, value in values.items()}
    return {name: value for name, value in {**sent, "reason": "because", **changed}.items() if value != ""}


def test_every_number_of_the_policy_stands_on_the_page_with_its_default(manager: Client) -> None:
    assert set(ENTRIES) == {field.name for field in fields(Policy)} - {"version"}
    assert len(ENTRIES) == sum(len(entries) for _code, _title, entries in GROUPS)
    page = manager.get(PAGE, headers={"Accept-Language": "en"}).content.decode()
    for entry in ENTRIES.values():
        assert f'name="{entry.name}"' in page
        assert str(entry.label) in page
        numbers = entry.default if isinstance(entry.default, tuple) else (entry.default,)
        assert all(type(one) is not int or entry.low <= one <= entry.high for one in numbers), entry.name


def test_a_save_is_a_version_that_says_who_changed_what_and_why(manager: Client, now: VirtualClock) -> None:
    sent = typed(hold_min=20, release_time="08:30", no_show_ban_days="30，60, 90", reason="less work at noon")
    assert manager.post(PAGE, sent).status_code == 302
    rules = policy()
    assert (rules.hold_min, rules.release_time, rules.no_show_ban_days) == (20, time(8, 30), (30, 60, 90))
    [version] = PolicyVersion.objects.all()
    assert (version.actor_name, version.reason, version.at) == ("he", "less work at noon", now())
    assert version.values == {"hold_min": 20, "release_time": "08:30:00", "no_show_ban_days": [30, 60, 90]}
    page = " ".join(manager.get(PAGE, headers={"Accept-Language": "en"}).content.decode().split())
    assert "less work at noon" in page
    assert "Time to pay: 15 → <strong>20</strong> minutes" in page
    assert manager.post(PAGE, typed()).status_code == 302
    assert PolicyVersion.objects.count() == 1, "what is as before makes no version"


@pytest.mark.parametrize(
    "wrong",
    [
        {"hold_min": 4},
        {"hold_min": ""},
        {"horizon_days": 91},
        {"release_time": "25:00"},
        {"no_show_ban_days": "30, x"},
        {"no_show_ban_days": "0"},
        {"return_delay_min_min": 60, "return_delay_max_min": 30},
        {"reason": ""},
    ],
    ids=str,
)
def test_nonsense_is_said_at_its_field_and_nothing_is_kept(manager: Client, wrong: dict[str, object]) -> None:
    answer = manager.post(PAGE, typed(**wrong))
    assert answer.status_code == 400
    assert "_error" in answer.content.decode()
    assert PolicyVersion.objects.count() == 0


def test_whoever_looked_at_an_older_version_is_told_so(manager: Client, now: VirtualClock) -> None:
    seen = typed(hold_min=20)
    policy_change(actor=MANAGER, now=now(), reason="quicker", hold_min=10)
    refused = manager.post(PAGE, seen)
    assert refused.status_code == 409
    assert "Somebody changed the rules meanwhile" in refused.content.decode()
    assert policy().hold_min == 10
    looked = refused.context["form"]
    assert (looked["version"].value(), looked["hold_min"].value()) == (1, 10)
    assert manager.post(PAGE, typed(version=looked["version"].value(), hold_min=20)).status_code == 302


def test_scripts_read_and_change_the_same_numbers(now: VirtualClock) -> None:
    he = Caller(factories.user("he", "manager"), now)
    known = he.get("policy/").json()
    assert (known["version"], known["values"]) == (0, known["defaults"])
    assert known["values"].keys() == ENTRIES.keys()
    asked = {"version": 0, "reason": "try", "values": {"no_show_ban_days": [30, 60], "draw_s": 300}}
    changed = he.post("policy/", asked).json()
    assert (changed["version"], changed["values"]["draw_s"]) == (1, 300)
    assert changed["values"]["no_show_ban_days"] == [30, 60]
    assert he.post("policy/", asked).json()["code"] == "policy_moved"
    for values in ({"no_such": 1}, {"hold_min": 1}, {"release_time": "seven"}, {"hold_min": "x"}):
        assert he.post("policy/", {**asked, "version": 1, "values": values}).json()["code"] == "invalid"
    assert Caller(factories.user("d", "desk"), now).get("policy/").status_code == 403


@pytest.fixture
def doctor(now: VirtualClock) -> str:
    """The page of Dr Zhao, of neurology."""
    factories.expert()
    return f"{PAGE}expert/zhao/"


def test_an_own_value_is_set_and_taken_away_beside_what_holds_above(manager: Client, doctor: str) -> None:
    chosen = manager.get(f"{PAGE}?of=expert:zhao")
    assert chosen["Location"] == doctor
    assert {manager.get(PAGE, {"of": of}).status_code for of in ("a/b:x", "expert:a/b", "expert:nobody")} == {
        404
    }
    assert (
        manager.post(f"{PAGE}department/neuro/", {"version": 0, "reason": "far", "hold_min": 30}).status_code
        == 302
    )
    page = manager.get(doctor, headers={"Accept-Language": "en"}).content.decode()
    assert "as the department, 30 minutes" in page
    assert "as the hospital, 0 minutes before" in page
    assert 'name="departments_per_day"' not in page
    assert (
        manager.post(doctor, {"version": 1, "reason": "noon", "hold_min": 45, "draw_s": ""}).status_code
        == 302
    )
    assert PolicyVersion.objects.latest("number").values == {"hold_min": 45}
    whole = " ".join(manager.get(PAGE, headers={"Accept-Language": "en"}).content.decode().split())
    assert whole.count(f'href="{doctor}"') == 2, "in the list of own values, and in what was changed"
    assert "none of its own → <strong>45</strong>" in whole
    assert manager.post(doctor, {"version": 2, "reason": "no", "hold_min": ""}).status_code == 302
    assert PolicyVersion.objects.latest("number").values == {}
    assert manager.post(doctor, {"version": 3, "reason": "again", "hold_min": ""}).status_code == 302
    assert PolicyVersion.objects.count() == 3, "what is as before makes no version"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"hold_min": 4}, 400),
        ({"reason": ""}, 400),
        ({"return_delay_min_min": 121}, 400),
        ({"version": 9}, 409),
    ],
    ids=str,
)
def test_an_own_value_that_cannot_be_is_said_and_not_kept(
    manager: Client, doctor: str, sent: dict[str, object], status: int
) -> None:
    answer = manager.post(doctor, {"version": 0, "reason": "why", "hold_min": 20, **sent})
    assert answer.status_code == status
    assert PolicyVersion.objects.count() == 0
    assert manager.get(f"{PAGE}expert/nobody/").status_code == 404
    assert manager.get(f"{PAGE}hospital/zhao/").status_code == 404


def test_scripts_read_set_and_take_away_own_values(now: VirtualClock, doctor: str) -> None:
    he = Caller(factories.user("he", "manager"), now)
    asked = {"version": 0, "reason": "noon", "values": {"hold_min": 45}}
    made = he.post("policy/expert/zhao/", asked).json()
    assert (made["version"], made["own"], made["values"]["hold_min"]) == (1, {"hold_min": 45}, 45)
    assert made["above"]["hold_min"] == 15
    assert he.get("policy/own/").json() == {
        "version": 1,
        "results": [{"level": "expert", "code": "zhao", "own": {"hold_min": 45}}],
    }
    assert he.post("policy/expert/zhao/", asked).json()["code"] == "policy_moved"
    wrong = {"values": {"numbers_per_department_day": 2}, "version": 1}
    refused = he.post("policy/expert/zhao/", {**asked, **wrong}).json()
    assert (refused["code"], refused["field"]) == ("policy_not_own", "numbers_per_department_day")
    wrong["values"] = {"patients_per_account": 2}
    refused = he.post("policy/expert/zhao/", {**asked, **wrong}).json()
    assert (refused["code"], refused["field"]) == ("policy_not_own", "patients_per_account")
    for same in ({}, {"hold_min": 45}, {"draw_s": None}):
        assert he.post("policy/expert/zhao/", {**asked, "version": 1, "values": same}).json()["version"] == 1
    assert he.post("policy/", {**asked, "version": 1, "values": {"hold_min": 15}}).json()["version"] == 1
    gone = he.post("policy/expert/zhao/", {**asked, "version": 1, "values": {"hold_min": None}}).json()
    assert (gone["own"], gone["values"]) == ({}, gone["above"])
    assert he.get("policy/own/").json()["results"] == []
    assert he.get("policy/expert/nobody/").status_code == 404
