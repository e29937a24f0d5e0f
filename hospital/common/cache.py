"""The cache of all processes: on Valkey, and a process's own memory for as long as Valkey does not answer.

It holds what may be lost, above all the counters of the request throttles: counted in one place they are the same
for every process; while Valkey is down each process counts for itself, and sign-in goes on.
"""

import json
import logging
import time
from collections.abc import Iterable
from typing import Any

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

TIMEOUT_S = 0.25
PAUSE_S = 5.0
"""How long Valkey is not asked again after it failed: a dead one must not slow every sign-in."""

_away = False
_away_until = 0.0


class JsonSerializer:
    """Nothing that is read back can be code, whoever wrote it."""

    def dumps(self, obj: Any) -> bytes | int:
        """The bytes kept for ``obj``; whole numbers stay as they are, so that Valkey can count."""
        return obj if type(obj) is int else json.dumps(obj).encode()

    def loads(self, data: bytes) -> Any:
        """What :meth:`dumps` made."""
        return json.loads(data)


class OwnKeysClient(RedisCacheClient):
    """Clears its own keys only: the tasks and announcements of the same Valkey stay."""

    def clear(self) -> bool:
        """Remove every key of this cache."""
        client = self.get_client(None, write=True)
        return bool([client.delete(key) for key in client.scan_iter(f"{SharedCache.PREFIX}:*")])


class OwnKeysCache(RedisCache):
    """Django's cache on Valkey, with that client."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OwnKeysClient


class SharedCache(BaseCache):
    """See the module. Values are what JSON knows."""

    PREFIX = "fenliu.cache"

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        params = params | {"KEY_PREFIX": self.PREFIX}
        super().__init__(params)
        options = {
            "serializer": JsonSerializer(),
            "socket_timeout": TIMEOUT_S,
            "socket_connect_timeout": TIMEOUT_S,
            "retry": Retry(NoBackoff(), 0),
        }
        self._shared = OwnKeysCache(server, params | {"OPTIONS": options})
        self._own = LocMemCache("fenliu", params)

    def _either(self, method: str, *args: Any) -> Any:
        """Ask Valkey, or this process's memory while Valkey is away; say it once at each turn."""
        global _away, _away_until
        if time.monotonic() >= _away_until:
            try:
                answer = getattr(self._shared, method)(*args)
            except (redis.RedisError, OSError) as error:
                _away_until = time.monotonic() + PAUSE_S
                if not _away:
                    logger.warning(
                        "no cache on Valkey (%s); every process counts for itself", type(error).__name__
                    )
                _away = True
            else:
                if _away:
                    logger.warning("the cache is on Valkey again")
                _away = False
                return answer
        return getattr(self._own, method)(*args)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Set ``key`` unless it is there; say whether it was set."""
        return bool(self._either("add", key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value of ``key``."""
        return self._either("get", key, default, version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep ``value``."""
        self._either("set", key, value, timeout, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep ``key`` for longer."""
        return bool(self._either("touch", key, timeout, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget ``key``."""
        return bool(self._either("delete", key, version))

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """The values of those ``keys`` that are there."""
        found: dict[Any, Any] = self._either("get_many", list(keys), version)
        return found

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """Whether ``key`` is there."""
        return bool(self._either("has_key", key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Count; a key that is not there is a ValueError."""
        return int(self._either("incr", key, delta, version))

    def clear(self) -> None:
        """Forget everything."""
        self._either("clear")


def forget() -> None:
    """Ask Valkey again at the next call."""
    global _away, _away_until
    _away, _away_until = False, 0.0
