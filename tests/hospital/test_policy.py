"""The hospital's numbers: defaults until changed, every change a version, nonsense refused."""

from __future__ import annotations

from datetime import time

import pytest

from hospital.common.actor import Actor
from hospital.common.models import PolicyVersion
from hospital.common.policy import Policy, UnknownPolicy, policy, policy_change
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
MANAGER = Actor(kind="manager", name="he")


def change(now: VirtualClock, reason: str = "because", **values: object) -> Policy:
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
