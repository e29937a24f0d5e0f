"""The WebSockets: authorise, join the hub, accept; the hub sends the snapshot and every change. No writes.

Close codes: 4401 not allowed, 4404 unknown. Both are sent after accepting, because a browser never sees the code of
a refused handshake; nothing else is sent before. A foreign Origin is refused outright.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings

from hospital.accounts.middleware import PASSED as SECOND_FACTOR_PASSED
from hospital.common import clock
from hospital.common.feeds import Source
from hospital.common.hub import Hub, hub_of_process
from hospital.common.origin import same_origin
from hospital.common.sockets import Socket
from queueing import regions
from queueing.selectors.live import screen_for_token, topic_revisions
from queueing.services.signs import screens_seen

NOT_ALLOWED = 4401
UNKNOWN = 4404
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
        self.socket = Socket(self._send_text, self._close, self.watch.topics, self.happened)
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

    async def _send_text(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})

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
    def language(self) -> str:
        """``?lang=en`` or the hospital's first language."""
        query = self.scope.get("query_string", b"").decode("ascii", "replace")
        return "en" if "lang=en" in query.split("&") else "zh-hans"


class ScreenConsumer(LiveConsumer):
    """A waiting-room screen, by its revocable token. Screens of the same rooms share one board."""

    seen: ClassVar[dict[int, int]] = {}
    """Screens heard since the last note in the database, with the revision they show."""

    def authorise(self) -> Watch:
        """Find the screen; a revoked one is not allowed, an unknown token unknown."""
        found = screen_for_token(token=self.handle)
        if found is None:
            raise Refused(UNKNOWN)
        if found.revoked_at is not None:
            raise Refused(NOT_ALLOWED)
        source = regions.screen_source(screen=found, language=self.language)
        return Watch(source, frozenset({f"screen.{found.pk}"}), found.pk)

    def happened(self, event: Mapping[str, Any]) -> None:
        """Revoked or set up anew: the page connects again and gets what it may see now."""
        if self.socket is not None:
            self.socket.close(NOT_ALLOWED if event.get("event") == "screen.revoked" else 1012)

    def pong(self, said: Message) -> None:
        """Note the screen as alive; the hub writes all of them together at its next round."""
        revision = said.get("revision")
        if self.watch is not None and self.watch.screen_id is not None:
            self.seen[self.watch.screen_id] = (
                revision if type(revision) is int and 0 <= revision < 2**53 else 0
            )


class TicketConsumer(LiveConsumer):
    """A patient's phone; the code is the key."""

    def authorise(self) -> Watch:
        """Find the ticket."""
        source = regions.ticket_source(code=self.handle, language=self.language)
        if source is None:
            raise Refused(UNKNOWN)
        return Watch(source)


class SessionConsumer(LiveConsumer):
    """Staff: the expert of the session, the desk, managers."""

    def authorise(self) -> Watch:
        """Look at the signed-in user of the cookie; staff without the second factor see nothing here either."""
        user = self.scope.get("user")
        if user is None or not user.is_authenticated or not user.is_active:
            raise Refused(NOT_ALLOWED)
        if settings.STAFF_SECOND_FACTOR and self.scope["session"].get(SECOND_FACTOR_PASSED) != user.pk:
            raise Refused(NOT_ALLOWED)
        try:
            source = regions.session_source(code=self.handle, user=user)
        except PermissionError:
            raise Refused(NOT_ALLOWED) from None
        if source is None:
            raise Refused(UNKNOWN)
        return Watch(source)


def live_hub() -> Hub:
    """The hub of this process, told once where revisions are and who to note as alive."""
    hub = hub_of_process(topic_revisions)
    if note_seen not in hub.duties:
        hub.duties.append(note_seen)
    return hub


def note_seen() -> None:
    """Write down which screens were heard since last time."""
    seen, ScreenConsumer.seen = ScreenConsumer.seen, {}
    if seen:
        screens_seen(revisions=seen, now=clock.now())


class UnknownConsumer(LiveConsumer):
    """Any other address: closed with 4404."""

    async def allowed(self) -> Watch:
        """Nothing is here."""
        raise Refused(UNKNOWN)
