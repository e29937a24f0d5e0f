"""The cache is one for all processes, and a process's own memory while Valkey is away."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest
import redis
from django.conf import LazySettings
from django.core.cache import caches
from django.test import Client

from hospital.common import cache as shared
from hospital.common.cache import SharedCache
from hospital.common.messages import outbox
from tests.live.valkey import Valkey, valkey

__all__ = ["valkey"]


@pytest.fixture(autouse=True)
def _asked_again() -> Iterator[None]:
    shared.forget()
    SharedCache("redis://127.0.0.1:1/0", {})._own.clear()
    yield
    shared.forget()


def a_process(valkey: Valkey) -> SharedCache:
    return SharedCache(valkey.url, {})


def test_what_one_process_counts_the_next_one_knows(valkey: Valkey) -> None:
    one, other = a_process(valkey), a_process(valkey)
    one.set("tries", [1.5, 2.5], 60)
    assert other.get("tries") == [1.5, 2.5]
    assert one._own.get("tries") is None
    assert (one.add("lock", True, 60), other.add("lock", True, 60)) == (True, False)
    one.set("count", 1)
    assert (other.incr("count"), one.get_many(["count", "tries", "none"])) == (
        2,
        {"count": 2, "tries": [1.5, 2.5]},
    )
    assert other.delete("lock")
    assert not one.has_key("lock")


def test_clearing_leaves_what_is_not_the_caches(valkey: Valkey) -> None:
    client = redis.Redis(port=valkey.port)
    client.set("celery", "a task")
    cache = a_process(valkey)
    cache.set("tries", [1.5])
    cache.clear()
    assert cache.get("tries") is None
    assert client.get("celery") == b"a task"


def test_without_valkey_the_process_counts_for_itself_and_says_so_once(
    valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    cache = a_process(valkey)
    cache.set("tries", [1.5])
    valkey.kill()
    with caplog.at_level(logging.WARNING, "hospital.common.cache"):
        for tries in ([1.5], [1.5, 2.5]):
            cache.set("tries", tries)
            assert cache.get("tries") == tries
            shared._away_until = 0.0
        valkey.start()
        assert cache.get("tries") is None, "the new Valkey is empty"
    assert [record.message.split(" (")[0] for record in caplog.records] == [
        "no cache on Valkey",
        "the cache is on Valkey again",
    ]


def test_a_valkey_that_hangs_costs_one_short_wait_and_not_one_a_call(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = a_process(valkey)
    redis.Redis(port=valkey.port).execute_command("CLIENT", "PAUSE", "20000", "ALL")
    began = time.monotonic()
    for number in range(50):
        cache.set("tries", [number])
    assert time.monotonic() - began < 10 * shared.TIMEOUT_S


@pytest.mark.django_db(transaction=True)
def test_codes_are_throttled_with_valkey_away(valkey: Valkey, settings: LazySettings) -> None:
    valkey.kill()
    settings.CACHES = {"default": {"BACKEND": "hospital.common.cache.SharedCache", "LOCATION": valkey.url}}
    assert isinstance(caches["default"], SharedCache)
    answers = [Client().post("/accounts/login/", {"phone": "13800138000"}).status_code for _turn in range(5)]
    assert (answers.count(302), len(outbox(9))) == (3, 3)
