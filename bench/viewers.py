"""Screens and phones as ``static/js/live.js`` has them: what each shows, and whether it takes that for current.

A viewer answers pings with the revision it shows and asks for a snapshot when the ping names another one. It hangs up
after 12 s of silence and at a frame that lay in a buffer, connects again later and later, and says after 15 s that it
is out of date.
"""

import asyncio
import json
import random
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bench.fleet import Client

STALE_S, SILENT_S, AGED_S = 15.0, 12.0, 15.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
PING = b'{"kind":"ping"'
_REVISION, _AT = b'"revision":', b'"at":"'
_AT_LENGTH = len("2026-11-02T08:00:00+08:00")


class Wire(Client):
    """A socket that tells when it ended."""

    def __init__(
        self,
        host: str,
        path: str,
        on_text: Callable[[Client, bytes], None],
        on_end: Callable[["Wire"], None],
    ) -> None:
        super().__init__(host, path, on_text)
        self._on_end = on_end

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side hung up, or we did."""
        self._on_end(self)


class Viewer:
    """One page; ``feed`` names what it looks at."""

    def __init__(self, host: str, port: int, path: str, feed: str) -> None:
        self._host, self._port = host, port
        self.path, self.feed = path, feed
        self.revision: int | None = None
        self.heard = self._silent_since = 0.0
        self.frames = self.connections = 0
        self._content = b""
        self._wire: Wire | None = None
        self._failures = 0
        self._difference_s: float | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._deaf_until = 0.0
        self.connect()

    # -- the connection

    def connect(self, wait_s: float = 0.0) -> None:
        """Open a socket, after a while."""
        if self._connecting is None:
            self._connecting = asyncio.ensure_future(self._connect(wait_s))

    async def _connect(self, wait_s: float) -> None:
        try:
            await asyncio.sleep(wait_s)
            wire = Wire(f"{self._host}:{self._port}", self.path, self._text, self._ended)
            self._wire, self._difference_s = wire, None
            self._silent_since = time.monotonic()
            await asyncio.get_running_loop().create_connection(partial(_same, wire), self._host, self._port)
            self.connections += 1
            if wire is not self._wire and wire.transport is not None:  # cut before it was there
                wire.transport.abort()
        except OSError:
            self._wire = None
        finally:
            self._connecting = None
        if self._wire is None:
            self._later()

    def _later(self) -> None:
        wait_s = min(FIRST_PAUSE_S * 2**self._failures, LONGEST_PAUSE_S)
        self._failures += 1
        self.connect(wait_s * random.uniform(0.5, 1))

    def _ended(self, wire: Wire) -> None:
        if wire is self._wire:
            self._wire = None
            self._later()

    def cut(self) -> None:
        """Hang up; the page connects again."""
        wire, self._wire = self._wire, None
        if wire is not None and wire.transport is not None:
            wire.transport.abort()
            self._later()

    def sleep(self, seconds: float) -> None:
        """Take no byte for a while: a slow line, a laptop that is shut."""
        if self._wire is not None and self._wire.transport is not None:
            self._wire.transport.pause_reading()
            self._deaf_until = time.monotonic() + seconds

    def look_at(self, path: str, feed: str) -> None:
        """Another page is opened."""
        self.path, self.feed, self.revision, self._content = path, feed, None, b""
        self.cut()

    def watch(self, now: float) -> None:
        """Once a second: wake up, or give up a silent socket."""
        if now < self._deaf_until:
            return
        if self._deaf_until:
            self._deaf_until = 0.0
            if self._wire is not None and self._wire.transport is not None:
                self._wire.transport.resume_reading()
        elif self._wire is not None and now - self._silent_since > SILENT_S:
            self.cut()

    # -- what it shows

    def _text(self, wire: Client, payload: bytes) -> None:
        if wire is not self._wire:
            return
        if self._lay_in_a_buffer(payload):
            self.cut()
            return
        self.heard = self._silent_since = time.monotonic()
        start = payload.index(_REVISION) + len(_REVISION)
        revision = int(payload[start : payload.index(b",", start)])
        if payload.startswith(PING):
            wire.send(b'{"kind":"pong","revision":%d}' % (self.revision or 0))
            if revision != self.revision:
                wire.send(b'{"kind":"resync"}')
            return
        self.frames += 1
        self._failures = 0
        self.revision, self._content = revision, payload

    def _lay_in_a_buffer(self, payload: bytes) -> bool:
        """Whether it is older, beside the clocks' difference, than anything the server sends."""
        start = payload.find(_AT) + len(_AT)
        if start < len(_AT) or payload[start : start + 1] == b'"':
            return False
        at = datetime.fromisoformat(payload[start : start + _AT_LENGTH].decode()).timestamp()
        age_s = time.time() - at
        if self._difference_s is None:
            self._difference_s = age_s
        return age_s - self._difference_s > AGED_S

    def current(self, now: float) -> bool:
        """Whether the page takes what it shows for current."""
        return self.revision is not None and now - self.heard < STALE_S

    @property
    def html(self) -> str:
        """What it shows."""
        return str(json.loads(self._content)["data"]["html"]) if self._content else ""

    def close(self) -> None:
        """Hang up for good."""
        if self._connecting is not None:
            self._connecting.cancel()
        wire, self._wire = self._wire, None
        if wire is not None and wire.transport is not None:
            wire.transport.abort()


def _same(wire: Wire) -> Wire:
    return wire
