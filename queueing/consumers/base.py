"""What all live sockets share: an origin of our own, who may watch, pings answered, fresh snapshots on demand."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer

from hospital.common.feeds import Source
from hospital.common.origin import same_origin
from hospital.common.sockets import Socket
from hospital.common.wire import write_of
from queueing.consumers.signs import live_hub
from queueing.regions import UNKNOWN

NOT_ALLOWED = 4401
LOAD_AGAIN = 4205
GO_ON = 1012
"""Connect again: what the socket may see has become something else."""
RESYNC_MAX = 20
"""Snapshots a page may ask for on one connection between two pings: a broken page must not keep the server busy."""

Message = dict[str, Any]


class Refused(Exception):
    """The socket may not watch this."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Watch:
    """What a socket is allowed to watch."""

    source: Source
    topics: frozenset[str] = frozenset()
    screen_id: int | None = None


class LiveConsumer(AsyncConsumer):
    """What all live sockets share; a subclass says who may watch what."""

    watch: Watch | None = None
    socket: Socket | None = None
    resyncs = 0

    async def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Take messages straight from the server: no channel layer, no task and no thread hop per message."""
        self.scope, self.base_send = scope, send
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            return
        finally:
            self._leave()

    async def dispatch(self, message: Message) -> None:
        """Hand ``message`` to its handler without looking at database connections (there are none here)."""
        match message["type"]:
            case "websocket.connect":
                await self.connect()
            case "websocket.receive":
                self.receive(message.get("text") or "")
            case "websocket.disconnect":
                raise StopConsumer

    async def connect(self) -> None:
        """Authorise, join, accept."""
        if not same_origin(self.scope):
            await self.base_send({"type": "websocket.close"})
            return
        self.hub = live_hub()
        try:
            self.watch = await self.allowed()
        except Refused as refused:
            await self.base_send({"type": "websocket.accept"})
            await self._close(refused.code)
            return
        await self.base_send({"type": "websocket.accept"})
        self.socket = Socket(
            self._send_text, self._close, self.watch.topics, self.happened, write_of(self.scope)
        )
        self.hub.join(self.watch.source, self.socket)

    async def allowed(self) -> Watch:
        """Say what this connection watches. Raises Refused."""
        return await self.hub.at_door(self.authorise)

    def authorise(self) -> Watch:
        """Decide in a thread with the database."""
        raise NotImplementedError

    def happened(self, event: Mapping[str, Any]) -> None:
        """A message about this very socket's topics (a revoked screen)."""

    def receive(self, text: str) -> None:
        """Take the page's answer to a ping, or its wish for a fresh snapshot."""
        if self.socket is None or self.watch is None or len(text) > 500:
            return
        self.socket.heard()
        try:
            said = json.loads(text)
            kind = said["kind"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        if kind == "pong":
            self.resyncs = 0
            self.pong(said)
        elif kind == "resync" and self.resyncs < RESYNC_MAX:
            self.resyncs += 1
            self.hub.again(self.watch.source, self.socket)

    def pong(self, said: Message) -> None:
        """A sign of life."""

    def _send_text(self, text: str) -> Awaitable[None]:
        sent: Awaitable[None] = self.base_send({"type": "websocket.send", "text": text})
        return sent

    async def _close(self, code: int) -> None:
        await self.base_send({"type": "websocket.close", "code": code})

    def _leave(self) -> None:
        if self.socket is not None and self.watch is not None:
            self.socket.closed = True
            self.hub.leave(self.watch.source, self.socket)

    @property
    def handle(self) -> str:
        """The token or code in the address."""
        return str(next(iter(self.scope["url_route"]["kwargs"].values())))

    @property
    def asked(self) -> dict[str, str]:
        """What stands behind the address."""
        return dict(parse_qsl(self.scope.get("query_string", b"").decode("ascii", "replace")))

    @property
    def language(self) -> str:
        """``?lang=en`` or the hospital's first language."""
        return "en" if self.asked.get("lang") == "en" else "zh-hans"


class UnknownConsumer(LiveConsumer):
    """Any other address: closed with 4404."""

    async def allowed(self) -> Watch:
        """Nothing is here."""
        raise Refused(UNKNOWN)
