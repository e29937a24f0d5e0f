"""The only place that publishes: a hint on Valkey, after the commit, that a topic changed.

A message holds a topic, an event and ids, never personal data and never the new values: whoever listens reads the
database again. It may be lost; ``hospital.common.hub`` also compares revisions with the database every few
seconds. Topics: ``session.<pk>``, ``queue.<pk>``, ``ticket.<code>``, ``screen.<pk>``.
"""

import json
import logging
import threading
import time
from typing import Any

import redis
from django.conf import settings
from django.db.transaction import get_connection

from hospital.common.transactions import on_commit

logger = logging.getLogger(__name__)

CHANNEL = "fenliu.live"
TIMEOUT_S = 0.25
GATHER_S = 0.1
PAUSE_S = 2.0
"""How long publishing is not tried again after it failed: a dead Valkey must not slow every request."""

_local = threading.Lock()
_client: redis.Redis | None = None
_silent_until = 0.0


def announce(topic: str, event: str, **ids: str | int) -> None:
    """Tell everybody who listens to ``topic``, once the present transaction is committed.

    Parameters
    ----------
    topic
        What changed, for example ``queue.12``.
    event
        What happened, for example ``ticket.called``.
    **ids
        Random codes, primary keys, revisions: nothing that names a person.
    """
    on_commit(publish, message(topic, event, **ids))


def announce_soon(topic: str, event: str, **ids: str | int) -> None:
    """The same, but the request does not wait for Valkey, and a rush tells a topic only once in a tenth of a second."""
    told: _Told = (topic, event, *ids.items())
    if get_connection().in_atomic_block:
        on_commit(_gathered.add, told)
    else:  # what was changed is committed: asking Django would take a connection for it
        _gathered.add(told)


def message(topic: str, event: str, **ids: str | int) -> str:
    """The text that travels."""
    return json.dumps({"topic": topic, "event": event, **ids}, separators=(",", ":"))


def publish(text: str) -> bool:
    """Send ``text`` now; say whether Valkey took it. Never raises for a Valkey that is down or slow."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        _connection().publish(CHANNEL, text)
    except (redis.RedisError, OSError) as error:
        _silent_until = time.monotonic() + PAUSE_S
        logger.warning(
            "live announcement not published (%s); screens find the change by polling", type(error).__name__
        )
        return False
    return True


def _connection() -> redis.Redis:
    global _client
    with _local:
        if _client is None:
            _client = redis.Redis.from_url(
                settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
            )
        return _client


_Told = tuple[Any, ...]
"""Topic, event, and pairs of names and ids."""


class _Gathered:
    """What a thread of this process shall tell; equal things are told once. It ends when there is nothing left."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: dict[_Told, None] = {}
        self._running = False

    def add(self, told: _Told) -> None:
        """Have this told soon."""
        with self._guard:
            self._waiting[told] = None
            if self._running:
                return
            self._running = True
        threading.Thread(target=self._run, name="live", daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(GATHER_S)
            with self._guard:
                waiting, self._waiting = self._waiting, {}
                self._running = bool(waiting)
            if not waiting:
                return
            for topic, event, *ids in waiting:
                publish(message(topic, event, **dict(ids)))


_gathered = _Gathered()


def forget() -> None:
    """Connect anew at the next announcement (tests that move Valkey)."""
    global _client, _silent_until
    _client, _silent_until = None, 0.0
