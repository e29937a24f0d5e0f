"""One open WebSocket as the hub sees it: a slow one gets the latest state only, a dead one is let go."""

import asyncio
import logging
import time
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from functools import cached_property
from typing import Any

from hospital.common.wire import Write, cannot, frame_of

logger = logging.getLogger(__name__)

DEAD_S = 30.0
"""A socket that answers no ping, or takes no byte, for this long is given up."""


class Text:
    """What is sent; made into bytes once, however many sockets get it."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def wire(self) -> bytes:
        """The same as a WebSocket frame."""
        return frame_of(self.text)


class Frame:
    """A state of a feed, as a socket's first frame and as a later one."""

    def __init__(self, revision: int, body: str) -> None:
        self.revision = revision
        self.body = body

    @cached_property
    def as_snapshot(self) -> Text:
        """The first frame of a connection, or the answer to a gap."""
        return Text(f'{{"kind":"snapshot","revision":{self.revision},"data":{self.body}}}')

    @cached_property
    def as_changed(self) -> Text:
        """Every later frame."""
        return Text(f'{{"kind":"changed","revision":{self.revision},"data":{self.body}}}')

    @staticmethod
    def ping(revision: int, at: str) -> Text:
        """A sign of life: the revision that the page should show, and when the database was last read."""
        return Text(f'{{"kind":"ping","revision":{revision},"data":{{"at":"{at}"}}}}')


@types.coroutine
def _rest(work: Coroutine[Any, None, None], blocker: Any) -> Generator[Any, Any, None]:
    """What is left of ``work`` after its first step, which waits for ``blocker``."""
    try:
        yield blocker
    except BaseException as error:  # noqa: BLE001 - cancelled or broken, the work itself must hear of it
        work.throw(error)
    else:
        yield from work


class Socket:
    """Sends frames one after another without ever waiting: the hub offers, the socket keeps the latest."""

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        close: Callable[[int], Awaitable[None]],
        topics: frozenset[str] = frozenset(),
        on_event: Callable[[Mapping[str, Any]], object] = bool,
        write: Write = cannot,
    ) -> None:
        self._send = send
        self._write = write
        self._close = close
        self.topics = topics
        self.on_event = on_event
        self.closed = False
        self.heard_at = time.monotonic()
        self._pinged_at: float | None = None
        self._greeted = False
        self._next: Frame | None = None
        self._writer: asyncio.Task[None] | None = None
        self._writing_since = 0.0

    def snapshot(self, frame: Frame) -> None:
        """Send ``frame`` as a snapshot."""
        self._greeted = False
        self.offer(frame)

    def offer(self, frame: Frame) -> None:
        """Send ``frame``, or keep it (and drop an older one) while the socket is still busy."""
        if self.closed:
            return
        if self._writer is None:
            self._send_frame(frame)
        else:
            self._next = frame

    def beat(self, ping: Text | None, now: float) -> None:
        """Send the ping, if there is one, and give up a socket that is dead."""
        if self.closed:
            return
        if now - self.heard_at > DEAD_S or (self._writer and now - self._writing_since > DEAD_S):
            logger.info("live: a silent socket is let go")
            self.close(1011)
        elif ping and self._writer is None:
            self._pinged_at = time.monotonic()
            self._send_text(ping)

    def heard(self) -> None:
        """The other side gave a sign of life."""
        self.heard_at = time.monotonic()

    def answered_in_ms(self) -> int | None:
        """How long the answer to the last ping took; None when there was none, or it was answered before."""
        if self._pinged_at is None:
            return None
        took, self._pinged_at = time.monotonic() - self._pinged_at, None
        return round(took * 1000)

    def close(self, code: int) -> None:
        """Close with ``code``; nothing is sent any more."""
        if not self.closed:
            self.closed = True
            if self._writer is not None:
                self._writer.cancel()
            self._begin(self._quietly(self._close(code)))

    def _begin(self, work: Coroutine[Any, None, None]) -> None:
        """Run ``work`` here and now; only when it has to wait (a full buffer) does it become a task.

        Nearly every send ends at once; a task for each would cost as much as the send.
        """
        self._writing_since = time.monotonic()
        try:
            blocker = work.send(None)
        except StopIteration:
            return
        self._writer = asyncio.ensure_future(_rest(work, blocker))
        self._writer.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Future[None]") -> None:
        if self._writer is task:
            self._writer = None
            frame, self._next = self._next, None
            if frame is not None and not self.closed:
                self._send_frame(frame)

    def _send_frame(self, frame: Frame) -> None:
        text = frame.as_changed if self._greeted else frame.as_snapshot
        self._greeted = True
        self._send_text(text)

    def _send_text(self, text: Text) -> None:
        if not self._write(text.wire):
            self._begin(self._quietly(self._send(text.text)))

    async def _quietly(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - the peer is gone, whatever the server calls it
            self._gone(error)

    def _gone(self, error: Exception) -> None:
        self.closed = True
        logger.debug("live: a socket ended while sending: %s", type(error).__name__)
