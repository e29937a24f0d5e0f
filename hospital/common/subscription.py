"""The subscription of a live process to what ``hospital.common.live`` publishes."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import redis.asyncio

from hospital.common import live

logger = logging.getLogger(__name__)

CONNECT_S = 1.0
ALIVE_S = 5
"""An idle connection is asked this often whether it still stands."""


class Subscription:
    """``on_event`` hears every message, ``on_begin`` every (re)subscription: what came in between is unknown."""

    def __init__(
        self, url: str, on_begin: Callable[[], object], on_event: Callable[[Mapping[str, Any]], object]
    ) -> None:
        self._url = url
        self._on_begin = on_begin
        self._on_event = on_event
        self.stands = False

    async def listen(self) -> None:
        """Hear until the connection is lost. Raises RedisError or OSError then."""
        client = redis.asyncio.Redis.from_url(
            self._url, socket_connect_timeout=CONNECT_S, health_check_interval=ALIVE_S
        )
        try:
            async with client.pubsub() as pubsub:
                await pubsub.subscribe(live.CHANNEL)
                while True:
                    self._hear(await pubsub.get_message(timeout=float(ALIVE_S)))
        finally:
            self.stands = False
            await client.aclose()

    def _hear(self, message: Mapping[str, Any] | None) -> None:
        if message is None:
            return
        if message["type"] == "subscribe":  # also after redis-py reconnected by itself
            self.stands = True
            self._on_begin()
        elif message["type"] == "message":
            try:
                event = json.loads(message["data"])
                event["topic"]
            except (ValueError, KeyError, TypeError):
                logger.warning("live: a message that is none was ignored")
            else:
                self._on_event(event)
