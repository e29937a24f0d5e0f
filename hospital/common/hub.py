"""One hub a process stands between Valkey, the database and all open WebSockets.

* A :class:`Feed` is one thing to look at in one language (the board of rooms 305-308, the ticket A23). Its content
  is built once and sent to every socket that joined it.
* A socket joins before the content is read, so no change falls between the snapshot and the first change.
* Valkey messages are hints: the feeds of the topic are built again. Every :data:`POLL_S` seconds the revisions
  of all topics are compared with the database, so a lost message or a dead Valkey costs seconds, not truth.
* After every (re)subscription everything is built again and sent to everybody.
* Pings are sent only while the database can be read: a page that hears nothing for 15 s says so.

Everything runs on the event loop of the live process; only ``build`` and ``revisions`` run in threads.
"""

import asyncio
import json
import logging
import random
import time
import weakref
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from redis.exceptions import RedisError

from hospital.common import clock
from hospital.common.feeds import Content, Feed, Gone, Source
from hospital.common.readers import WORKERS, Readers
from hospital.common.sockets import Frame, Socket
from hospital.common.subscription import Subscription
from hospital.common.watchers import Watchers

logger = logging.getLogger(__name__)

POLL_S = 2.5
PING_S = 5.0
TRUTHFUL_S = 12.0
"""Without a successful look at the database for this long, no ping claims that all is well."""
RETRY_S = 1.0
AT_ONCE = 50
"""After so many sockets what was written goes out: the loop sends when it is its turn, not at each write."""

T = TypeVar("T")
Revisions = Callable[[Iterable[str]], Mapping[str, int]]


class Hub:
    """See the module. ``start`` is called by the first socket; ``stop`` ends every task."""

    def __init__(self, revisions: Revisions, url: str | None = None) -> None:
        self._revisions_of = revisions
        self._subscription = Subscription(url or settings.REDIS_URL, self._mark_all, self._changed)
        self._watchers = Watchers()
        self._feeds: dict[str, Feed] = {}
        self._work: asyncio.PriorityQueue[tuple[int, int, str]] = asyncio.PriorityQueue()
        self._count = 0
        self._readers = Readers("live")
        self._doors = Readers("live-door")
        self._tasks: list[asyncio.Task[None]] = []
        self._read_at = 0.0
        self._at = ""
        self.duties: list[Callable[[], None]] = []
        """Called at every ping round, in a thread (last signs of life of the screens)."""

    # -- for consumers ---------------------------------------------------------------------------------------

    @property
    def listening(self) -> bool:
        """Whether announcements reach this process now."""
        return self._subscription.stands

    def start(self) -> None:
        """Begin to listen, poll and ping, once."""
        if not self._tasks:
            loops = [self._subscription.listen, self._poll, self._beat] + [self._build_feeds] * WORKERS
            self._tasks = [asyncio.create_task(self._forever(loop)) for loop in loops]

    async def stop(self) -> None:
        """End every task (tests, shutdown)."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._readers.close()
        await self._doors.close()

    def join(self, source: Source, socket: Socket) -> None:
        """Give ``socket`` a snapshot read from now on, and every change after it."""
        self.start()
        feed = self._feeds.get(source.key)
        if feed is None:
            feed = self._feeds[source.key] = Feed(source, frozenset())
            self._watchers.move(feed, source.topics)
        feed.joining.append(socket)
        for topic in socket.topics:
            self._watchers.add(topic, socket)
        self._mark(feed)

    def leave(self, source: Source, socket: Socket) -> None:
        """Forget ``socket``; the last one takes the feed with it."""
        for topic in socket.topics:
            self._watchers.drop(topic, socket)
        feed = self._feeds.get(source.key)
        if feed is None:
            return
        feed.sockets.discard(socket)
        if socket in feed.joining:
            feed.joining.remove(socket)
        if not feed.sockets and not feed.joining:
            self._close(feed)

    def again(self, source: Source, socket: Socket) -> None:
        """Send ``socket`` a fresh snapshot: it noticed a gap."""
        feed = self._feeds.get(source.key)
        if feed is not None and socket not in feed.joining:
            feed.sockets.discard(socket)
            feed.joining.append(socket)
            self._mark(feed)

    async def at_door(self, action: Callable[[], T]) -> T:
        """Run ``action``, which decides who may join: a thousand newcomers must not hold up the reading."""
        return await self._doors.run(action)

    # -- feeds -----------------------------------------------------------------------------------------------

    def _close(self, feed: Feed) -> None:
        self._watchers.move(feed, frozenset())
        if self._feeds.get(feed.source.key) is feed:  # not the one of somebody who came meanwhile
            del self._feeds[feed.source.key]

    def _changed(self, event: Mapping[str, Any]) -> None:
        self._watchers.announced(event["topic"], event.get("revision"))
        for watcher in self._watchers.of(event["topic"]):
            if isinstance(watcher, Feed):
                self._mark(watcher)
            else:
                watcher.on_event(event)

    def _mark_all(self) -> None:
        for feed in self._feeds.values():
            self._mark(feed)

    def _mark(self, feed: Feed) -> None:
        feed.dirty = True
        if not feed.waiting:
            feed.waiting = True
            self._count += 1
            self._work.put_nowait((feed.source.rank, self._count, feed.source.key))

    # -- loops -----------------------------------------------------------------------------------------------

    async def _forever(self, loop: Callable[[], Any]) -> None:
        while True:
            try:
                await loop()
            except asyncio.CancelledError:
                raise
            except (RedisError, OSError) as error:
                logger.warning("live: %s ended: %s", loop.__name__, type(error).__name__)
            except Exception:
                logger.exception("live: %s failed", loop.__name__)
            await asyncio.sleep(RETRY_S * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, no secret

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            self._at, found = await self._readers.run(partial(self._look, self._watchers.looked_at()))
            self._read_at = time.monotonic()
            for topic in self._watchers.changed(found):
                self._changed({"topic": topic, "event": "revision"})
            for feed in tuple(self._feeds.values()):
                if self._read_at - feed.built_at > feed.source.refresh_s:
                    self._mark(feed)

    def _look(self, topics: tuple[str, ...]) -> tuple[str, Mapping[str, int]]:
        return stamp(), self._revisions_of(topics)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(PING_S)
            now = time.monotonic()
            truthful = now - self._read_at < TRUTHFUL_S
            for feed in tuple(self._feeds.values()):
                ping = Frame.ping(feed.revision, self._at) if truthful and not feed.failing else None
                for socket in tuple(feed.sockets):
                    socket.beat(ping, now)
            for duty in self.duties:
                await self._readers.run(duty)

    async def _build_feeds(self) -> None:
        while True:
            _, _, key = await self._work.get()
            feed = self._feeds.get(key)
            if feed is not None:
                await self._build(feed)

    async def _build(self, feed: Feed) -> None:
        feed.dirty = False
        joining, feed.joining = feed.joining, []
        try:
            at, content = await self._readers.run(lambda: (stamp(), feed.source.build()))
        except Gone as gone:
            self._close(feed)
            for socket in (*feed.sockets, *joining):
                socket.close(gone.code)
            return
        except Exception:
            if not feed.failing:
                logger.exception("live: %s cannot be built; tried again every %s s", feed.source.key, RETRY_S)
            feed.failing = feed.dirty = True
            feed.joining[:0] = joining
            asyncio.get_running_loop().call_later(RETRY_S, self._retry, feed)
            return
        feed.failing = False
        feed.built_at = self._read_at = time.monotonic()
        if self._feeds.get(feed.source.key) is feed and feed.topics != content.topics:
            self._watchers.move(feed, content.topics)
            feed.dirty = True  # something may have happened in the new topics since
        await self._deliver(feed, joining, content, at)
        self._retry(feed)

    def _retry(self, feed: Feed) -> None:
        feed.waiting = False
        if (feed.dirty or feed.joining) and self._feeds.get(feed.source.key) is feed:
            self._mark(feed)

    async def _deliver(self, feed: Feed, joining: list[Socket], content: Content, at: str) -> None:
        body = json.dumps(content.data, ensure_ascii=False, separators=(",", ":"))
        changed = (content.revision, body) != (feed.revision, feed.body)
        feed.revision, feed.body = content.revision, body
        frame = Frame(
            content.revision,
            json.dumps({"at": at, **content.data}, ensure_ascii=False, separators=(",", ":")),
        )
        if changed:
            for place, socket in enumerate(tuple(feed.sockets), start=1):
                socket.offer(frame)
                if place % AT_ONCE == 0:
                    await asyncio.sleep(0)
        for socket in joining:
            if not socket.closed:
                feed.sockets.add(socket)
                socket.snapshot(frame)
        if not feed.sockets and not feed.joining:
            self._close(feed)


def stamp() -> str:
    """The hospital's wall clock with offset: what the page gives as the time of what it shows."""
    return clock.local(clock.now()).isoformat(timespec="seconds")


_hubs: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = weakref.WeakKeyDictionary()


def hub_of_process(revisions: Revisions) -> Hub:
    """The hub of the running event loop (a process has one), made at first use."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub(revisions)
    return _hubs[loop]
