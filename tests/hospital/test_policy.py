"""The hospital's numbers: defaults until changed, every change a version, nonsense refused."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from hospital.common.actor import Actor
from hospital.common.errors import Invalid
from hospital.common.models import PolicyVersion
from hospital.common.policy import (
    WHOLE,
    DelayUpsideDown,
    Policy,
    PolicyMoved,
    Scope,
    UnknownPolicy,
    policies,
    policy,
    policy_change,
    policy_versions,
)
from hospital.common.policy_levels import LEVELS
from hospital.common.policy_table import ENTRIES, Entry, NotOwn, PolicyOutOfBounds
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
MANAGER = Actor(kind="manager", name="he")


def change(now: VirtualClock, reason: str = "because", **values: Any) -> Policy:
    return policy_change(actor=MANAGER, now=now(), reason=reason, **values)


def test_without_a_row_the_published_defaults_hold() -> None:
    rules = policy()
    assert rules == Policy()
    assert (rules.hold_min, rules.horizon_days, rules.release_time) == (15, 7, time(7))
    assert (rules.recall_limit, rules.recall_gap_s, rules.auto_approve) == (2, 60, False)


def test_a_change_is_a_new_version_that_keeps_the_earlier_changes(now: VirtualClock) -> None:
    change(now, hold_min=20)
    rules = change(now, reason="less work at noon", release_time=time(8, 30))
    assert (rules.version, rules.hold_min, rules.release_time) == (2, 20, time(8, 30))
    assert policy() == rules
    newest = PolicyVersion.objects.latest("number")
    assert (newest.actor_name, newest.reason, newest.at) == ("he", "less work at noon", now())
    assert [row.values for row in PolicyVersion.objects.order_by("number")] == [
        {"hold_min": 20},
        {"hold_min": 20, "release_time": "08:30:00"},
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"no_such_number": 1},
        {"version": 9},
        {"hold_min": "20"},
        {"hold_min": True},
        {"auto_approve": 1},
        {"release_time": 7},
    ],
)
def test_an_unknown_name_or_a_wrong_type_is_refused_and_named(
    now: VirtualClock, values: dict[str, object]
) -> None:
    with pytest.raises(UnknownPolicy) as refused:
        change(now, **values)
    assert refused.value.field == next(iter(values))
    assert (refused.value.status, refused.value.code) == (400, "unknown_policy")
    assert PolicyVersion.objects.count() == 0
    assert policy() == Policy()


NUMBERS = [entry for entry in ENTRIES.values() if not isinstance(entry.default, bool | time | str)]


@pytest.mark.parametrize("entry", NUMBERS, ids=lambda entry: entry.name)
def test_whoever_sets_a_number_is_held_to_the_bounds_of_the_page(now: VirtualClock, entry: Entry) -> None:
    steps = isinstance(entry.default, tuple)
    for beyond in (entry.low - 1, entry.high + 1):
        with pytest.raises(PolicyOutOfBounds, match=rf"{entry.name}.*{entry.low} to {entry.high}") as refused:
            change(now, **{entry.name: (30, beyond) if steps else beyond})
        assert (refused.value.field, refused.value.status) == (entry.name, 400)
    assert PolicyVersion.objects.count() == 0
    wide = {"return_delay_max_min": 1440} if entry.name == "return_delay_min_min" else {}
    for bound in (entry.low, entry.high):
        value = (bound,) if steps else bound
        rules = change(now, **wide, **{entry.name: value})
        assert getattr(rules, entry.name) == value


def test_every_number_says_who_may_differ_and_why() -> None:
    assert LEVELS.keys() == ENTRIES.keys()
    assert all(why for _level, why in LEVELS.values())


def test_own_values_are_versions_of_the_same_count_with_who_and_why(now: VirtualClock) -> None:
    ward, doctor = Scope("department", 5), Scope("expert", 7, 5)
    change(now, hold_min=20)
    change(now, scope=ward, hold_min=30, recall_limit=1)
    mine = change(now, reason="operates at noon", scope=doctor, hold_min=45)
    assert (mine.hold_min, mine.recall_limit, policies().version) == (45, 1, 3)
    assert policies().above(doctor).hold_min == policies().of(department_id=5, expert_id=8).hold_min == 30
    assert (policies().of(department_id=6).hold_min, policy().hold_min) == (20, 20)
    change(now, scope=doctor, hold_min=None)
    assert policies().of_scope(doctor).hold_min == 30
    with pytest.raises(PolicyMoved):
        change(now, scope=ward, on_version=3, hold_min=10)
    told = [(one.version.number, one.version.level, one.values) for one in policy_versions()]
    assert told == [
        (4, "expert", {"hold_min": (45, None)}),
        (3, "expert", {"hold_min": (None, 45)}),
        (2, "department", {"hold_min": (None, 30), "recall_limit": (None, 1)}),
        (1, "hospital", {"hold_min": (15, 20)}),
    ]
    assert [one.version.reason for one in policy_versions(scope=doctor)] == ["because", "operates at noon"]


@pytest.mark.parametrize(
    ("scope", "values", "error"),
    [
        (Scope("expert", 7, 5), {"departments_per_day": 2}, NotOwn),
        (Scope("expert", 7, 5), {"numbers_per_department_day": 2}, NotOwn),
        (Scope("department", 5), {"release_time": time(8)}, NotOwn),
        (Scope("department", 5), {"hold_min": 4}, PolicyOutOfBounds),
        (Scope("department", 5), {"no_such": None}, UnknownPolicy),
        (Scope("department", 5), {"return_delay_min_min": 121}, DelayUpsideDown),
        (WHOLE, {"hold_min": None}, UnknownPolicy),
    ],
    ids=str,
)
def test_what_cannot_differ_there_is_refused_and_nothing_is_kept(
    now: VirtualClock, scope: Scope, values: dict[str, object], error: type[Invalid]
) -> None:
    with pytest.raises(error):
        change(now, scope=scope, **values)
    assert PolicyVersion.objects.count() == 0


def test_a_change_elsewhere_is_seen_within_a_second(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    steady = [1000.0]
    monkeypatch.setattr("hospital.common.policy.monotonic", lambda: steady[0])
    monkeypatch.setattr("hospital.common.policy._REREAD_AFTER_S", 1.0)
    assert policy().hold_min == 15
    PolicyVersion.objects.create(number=1, values={"hold_min": 20}, actor_name="he", at=now())
    assert policy().hold_min == 15, "remembered"
    steady[0] += 1
    assert policy().hold_min == 20


def test_a_policy_cannot_be_changed_in_hand() -> None:
    with pytest.raises(AttributeError):
        policy().hold_min = 1  # type: ignore[misc]


def test_nobody_asks_the_hospital_for_what_may_differ_by_expert_or_department() -> None:
    own = "|".join(name for name, (level, _why) in LEVELS.items() if level != "hospital")
    asked = re.compile(rf"\b(?:policy\(\)|rules)\.({own})\b")
    in_statement = {"hold_statement.py", "limits.py"}  # the database puts own values before these
    sources = [path for app in ("booking", "queueing", "analytics") for path in (ROOT / app).rglob("*.py")]
    hospitals = [path for path in sources if re.search(r"\bpolicy\(\)", path.read_text(encoding="utf-8"))]
    wrong = {
        path.name: found for path in hospitals if (found := asked.findall(path.read_text(encoding="utf-8")))
    }
    assert {path.name for path in hospitals} > in_statement, "there is something to look at"
    assert wrong.keys() == in_statement, wrong
