"""How often the API may be asked."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from hospital.accounts.services import token_issue
from hospital.common import throttles
from hospital.common.actor import Actor
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
PATIENTS = "/api/v1/patients/"
DEPARTMENTS = "/api/v1/departments/"


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(throttles, "READS_PER_MIN", 3)
    monkeypatch.setattr(throttles, "WRITES_PER_MIN", 2)
    monkeypatch.setattr(throttles, "ANONYMOUS_PER_MIN", 3)
    monkeypatch.setattr(throttles, "WINDOW_S", 10**9)  # one window for the whole test


def statuses(client: Client, path: str, times: int, **extra: str) -> list[int]:
    return [client.get(path, **extra).status_code for _once in range(times)]  # type: ignore[arg-type]


def test_an_account_is_asked_to_wait_and_told_how_long(cast: factories.Cast, client: Client) -> None:
    client.force_login(cast.lin)
    assert statuses(client, PATIENTS, 3) == [200] * 3
    refused = client.get(PATIENTS)
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert refused["Content-Type"] == "application/problem+json"
    assert int(refused["Retry-After"]) > 0


def test_reads_and_writes_and_accounts_are_counted_apart(cast: factories.Cast, client: Client) -> None:
    client.force_login(cast.lin)
    statuses(client, PATIENTS, 4)
    writes = [client.post(PATIENTS, {}, "application/json").status_code for _once in range(3)]
    assert writes == [400, 400, 429]
    client.force_login(cast.chen)
    assert statuses(client, PATIENTS, 1) == [200]


def test_tokens_of_one_account_share_its_count(
    cast: factories.Cast, client: Client, now: VirtualClock
) -> None:
    tokens = [
        token_issue(name=name, actor=Actor.of(cast.lin), now=now(), user=cast.lin) for name in ("a", "b")
    ]
    answers = [
        client.get(PATIENTS, headers={"Authorization": f"Token {tokens[number % 2]}"}).status_code
        for number in range(4)
    ]
    assert answers == [200, 200, 200, 429]


def test_an_address_is_counted_for_anonymous_reading_only(cast: factories.Cast, client: Client) -> None:
    assert statuses(client, DEPARTMENTS, 4, REMOTE_ADDR="203.0.113.9") == [200, 200, 200, 429]
    assert statuses(client, DEPARTMENTS, 4, REMOTE_ADDR="203.0.113.10") == [200, 200, 200, 429]
    assert statuses(client, DEPARTMENTS, 5) == [200] * 5  # this machine
    client.force_login(cast.lin)
    assert statuses(client, PATIENTS, 2, REMOTE_ADDR="203.0.113.9") == [200, 200]


def test_a_new_window_begins_at_zero(
    cast: factories.Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(cast.lin)
    statuses(client, PATIENTS, 4)
    monkeypatch.setattr(throttles, "WINDOW_S", 2 * 10**9)
    assert statuses(client, PATIENTS, 1) == [200]
