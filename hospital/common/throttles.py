"""How often the API may be asked: a fixed window of a minute, counted for the account, the device or the address.

These keep one script from slowing everybody; they are no protection of numbers. What must hold (limits of accounts,
devices and payers) are facts of the database and hold with Valkey down. Then each process counts for itself.

An address says little: a whole hospital network may share one. It is counted for anonymous reading only, and high.
"""

import hashlib
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from hospital.common import clock

if TYPE_CHECKING:
    from rest_framework.views import APIView

WINDOW_S = 60
READS_PER_MIN = 1200
WRITES_PER_MIN = 600
ANONYMOUS_PER_MIN = 6000
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HERE = frozenset({"127.0.0.1", "::1"})


class Window(BaseThrottle):
    """Counts a minute's requests under one key; one round trip to the cache."""

    _ends_in_s = 0.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether this one is still within the limit."""
        who, limit = self.counted(request)
        if not who:
            return True
        self._ends_in_s = WINDOW_S - clock.wall().timestamp() % WINDOW_S
        return _count(_key(who)) <= limit

    def counted(self, request: Request) -> tuple[str, int]:
        """Under which name this request is counted, and up to how many; no name: it is not."""
        raise NotImplementedError

    def wait(self) -> float:
        """Seconds until the next window."""
        return self._ends_in_s


class AccountThrottle(Window):
    """A person's or a device's requests, whatever token or session they come with; reads and writes apart."""

    def counted(self, request: Request) -> tuple[str, int]:
        """The account's key or the device's name."""
        user = request.user
        if not (user and user.is_authenticated):
            return "", 0
        who = f"{getattr(user, 'role', '')}:{user.pk or getattr(user, 'name', '')}"
        if request.method in SAFE:
            return f"read:{who}", READS_PER_MIN
        return f"write:{who}", WRITES_PER_MIN


class AddressThrottle(Window):
    """Anonymous reading from one address; this machine itself is not counted."""

    def counted(self, request: Request) -> tuple[str, int]:
        """The address as the outermost proxy of ours saw it."""
        address = self.get_ident(request) or ""
        if request.method not in SAFE or (request.user and request.user.is_authenticated) or address in _HERE:
            return "", 0
        return f"address:{address}", ANONYMOUS_PER_MIN


def asked_too_often(request: HttpRequest, what: str, limit: int) -> bool:
    """Whether the address behind ``request`` asked for ``what`` more than ``limit`` times in this minute."""
    address = BaseThrottle().get_ident(Request(request)) or ""
    return _count(_key(f"{what}:{address}")) > limit


def _key(who: str) -> str:
    return f"api:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{int(clock.wall().timestamp() // WINDOW_S)}"


def _count(key: str) -> int:
    """One more; the key forgets itself after its window."""
    try:
        return cache.incr(key)
    except ValueError:
        return 1 if cache.add(key, 1, 2 * WINDOW_S) else cache.incr(key)
