"""The hub: one build for all, nothing missed between snapshot and change, right again after any loss."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import pytest
from django.conf import LazySettings

from hospital.common import hub as hub_module
from hospital.common import live
from hospital.common.feeds import Content, Gone, Source
from hospital.common.hub import Hub
from hospital.common.sockets import Socket
from tests.live.valkey import Valkey

TOPIC = "queue.1"
SELDOM_S, OFTEN_S = 1e6, 0.1
"""How often the hub looks at the database itself: never, unless the test is about that."""


class World:
    """A database of one number, and sockets that watch it."""

    def __init__(self) -> None:
        self.revision = 1
        self.builds = 0
        self.broken: Exception | None = None
        self.before_build: Callable[[], None] = lambda: None
        self.source = Source("board", frozenset({TOPIC}), self.build, refresh_s=1e9)
        self.looked = 0
        self.before_look: Callable[[], object] = lambda: None
        self.after_look: Callable[[], object] = lambda: None
        self.hub = Hub(self.look)

    def look(self, topics: Iterable[str]) -> dict[str, int]:
        self.before_look()
        found = {topic: self.revision for topic in topics if topic == TOPIC}
        self.after_look()
        self.looked += 1
        return found

    def build(self) -> Content:
        self.builds += 1
        seen = self.revision
        self.before_build()
        if self.broken:
            raise self.broken
        return Content(seen, {"n": seen}, frozenset({TOPIC}))

    def change(self, *, announced: bool = True) -> None:
        self.revision += 1
        if announced:
            assert live.publish(live.message(TOPIC, "queue.changed", revision=self.revision))

    def open(self) -> "Screen":
        screen = Screen()
        self.hub.join(self.source, screen.socket)
        return screen


class Screen:
    """What one socket received. ``stuck`` makes it a client that takes no byte."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.codes: list[int] = []
        self.free = asyncio.Event()
        self.free.set()
        self.socket = Socket(self._send, self._close)

    async def _send(self, text: str) -> None:
        await self.free.wait()
        self.frames.append(json.loads(text))

    async def _close(self, code: int) -> None:
        self.codes.append(code)

    @property
    def shown(self) -> list[tuple[str, int]]:
        return [(frame["kind"], frame["revision"]) for frame in self.frames if frame["kind"] != "ping"]

    async def until(self, revision: int, seconds: float = 20.0) -> None:
        begun = time.monotonic()
        while not self.shown or self.shown[-1][1] != revision:
            assert time.monotonic() - begun < seconds, self.frames
            await asyncio.sleep(0.005)


@pytest.fixture
async def world(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(hub_module, "stamp", lambda: "2026-11-02T08:00:00+08:00")
    monkeypatch.setattr(hub_module, "POLL_S", SELDOM_S)
    one = World()
    yield one
    await one.hub.stop()


async def listening(world: World) -> None:
    until = time.monotonic() + 8
    while not world.hub.listening:
        assert time.monotonic() < until
        await asyncio.sleep(0.01)


async def test_the_first_frame_is_a_snapshot_and_the_next_a_change(world: World) -> None:
    screen = world.open()
    await screen.until(1)
    await listening(world)
    world.change()
    await screen.until(2)
    assert screen.shown == [("snapshot", 1), ("changed", 2)]
    assert screen.frames[0]["data"]["at"] == "2026-11-02T08:00:00+08:00"


async def test_a_thousand_sockets_of_one_board_cost_one_build_a_change(world: World) -> None:
    screens = [world.open() for _ in range(1000)]
    await asyncio.gather(*(screen.until(1) for screen in screens))
    await listening(world)
    await asyncio.sleep(0.2)
    before = world.builds
    world.change()
    await asyncio.gather(*(screen.until(2) for screen in screens))
    assert world.builds - before == 1


async def test_a_change_during_the_build_is_not_missed(world: World) -> None:
    screen = world.open()
    await screen.until(1)
    await listening(world)
    fired: list[bool] = []

    def meanwhile() -> None:
        if not fired:
            fired.append(True)
            world.change()

    world.before_build = meanwhile
    world.change()
    await screen.until(3)


async def test_a_burst_ends_in_the_latest_state(world: World) -> None:
    screen = world.open()
    await screen.until(1)
    await listening(world)
    for _ in range(500):
        world.change()
    await screen.until(501)
    assert world.builds < 500


async def test_a_slow_socket_gets_the_latest_state_only_and_holds_up_nobody(world: World) -> None:
    slow, quick = world.open(), world.open()
    await asyncio.gather(slow.until(1), quick.until(1))
    await listening(world)
    slow.free.clear()
    for revision in range(2, 12):
        world.change()
        await quick.until(revision)
    slow.free.set()
    await slow.until(11)
    assert len(slow.shown) <= 3


async def test_without_valkey_the_change_is_found_in_the_database(
    world: World, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "POLL_S", OFTEN_S)
    screen = world.open()
    await screen.until(1)
    await listening(world)
    valkey.kill()
    world.change(announced=False)
    await screen.until(2)


async def test_a_lost_announcement_is_made_up_by_the_poll(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "POLL_S", OFTEN_S)
    screen = world.open()
    await screen.until(1)
    await listening(world)
    world.change(announced=False)
    await screen.until(2)


async def test_control_without_the_poll_a_lost_announcement_stays_lost(world: World) -> None:
    screen = world.open()
    await screen.until(1)
    await listening(world)
    await asyncio.sleep(0.2)
    world.change(announced=False)
    with pytest.raises(AssertionError):
        await screen.until(2, seconds=20 * OFTEN_S)


async def test_after_a_restart_of_valkey_everybody_gets_the_present_state(
    world: World, valkey: Valkey
) -> None:
    screens = [world.open() for _ in range(20)]
    await asyncio.gather(*(screen.until(1) for screen in screens))
    await listening(world)
    valkey.kill()
    world.change(announced=False)
    valkey.start()
    await asyncio.gather(*(screen.until(2) for screen in screens))
    await listening(world)
    live.forget()
    world.change()
    await screens[0].until(3)


async def test_nothing_is_pinged_while_the_database_cannot_be_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "PING_S", 0.1)
    screen = world.open()
    await screen.until(1)
    world.broken = RuntimeError("no database")
    world.change(announced=False)
    world.hub.again(world.source, screen.socket)
    await asyncio.sleep(0.3)
    before = len(screen.frames)
    await asyncio.sleep(0.5)
    assert len(screen.frames) == before
    world.broken = None
    await screen.until(2)


async def test_a_socket_that_answers_no_ping_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "PING_S", 0.05)
    monkeypatch.setattr("hospital.common.sockets.DEAD_S", 1.5)
    screen, answering = world.open(), world.open()
    await screen.until(1)
    until = time.monotonic() + 20
    while not screen.codes:
        assert time.monotonic() < until
        answering.socket.heard()
        await asyncio.sleep(0.05)
    assert screen.codes == [1011]
    assert answering.codes == []


async def test_what_exists_no_longer_is_closed_with_its_code(world: World) -> None:
    screen = world.open()
    await screen.until(1)
    await listening(world)
    world.broken = Gone(4404)
    world.change()
    until = time.monotonic() + 20
    while not screen.codes:
        assert time.monotonic() < until
        await asyncio.sleep(0.01)
    assert screen.codes == [4404]


async def test_the_last_socket_takes_its_feed_with_it(world: World) -> None:
    screen = world.open()
    await screen.until(1)
    world.hub.leave(world.source, screen.socket)
    await listening(world)
    before = world.builds
    world.change()
    await asyncio.sleep(0.3)
    assert world.builds == before


async def test_who_comes_while_the_last_one_left_during_a_build_is_told_of_every_change(world: World) -> None:
    gone = world.open()
    await gone.until(1)
    await listening(world)
    building, go_on = threading.Event(), threading.Event()

    def hold_up() -> None:
        building.set()
        go_on.wait(5)

    world.before_build = hold_up
    world.hub.again(world.source, gone.socket)
    await asyncio.to_thread(building.wait, 5)
    world.before_build = lambda: None
    gone.socket.closed = True
    world.hub.leave(world.source, gone.socket)
    comes = world.open()
    await comes.until(1)
    go_on.set()
    await asyncio.sleep(0.1)
    world.change()
    await comes.until(2)


async def looks(world: World, more: int) -> None:
    goal, until = world.looked + more, time.monotonic() + 8
    while world.looked < goal:
        assert time.monotonic() < until
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("held", ["before_look", "after_look"])
async def test_what_was_announced_is_not_built_again_by_the_poll(
    held: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by a look that comes after it, nor by one that had read the database before the change."""
    monkeypatch.setattr(hub_module, "POLL_S", OFTEN_S)
    screen = world.open()
    await screen.until(1)
    await listening(world)
    await looks(world, 2)
    reached, free = threading.Event(), threading.Event()
    setattr(world, held, lambda: (reached.set(), free.wait(8)))
    assert await asyncio.to_thread(reached.wait, 8)
    before = world.builds
    world.change()
    await screen.until(2)
    free.set()
    await looks(world, 5)
    assert world.builds - before == 1


async def test_an_idle_socket_stays_connected_to_valkey_for_more_than_8_s(world: World) -> None:
    screen = world.open()
    await screen.until(1)
    await listening(world)
    await asyncio.sleep(9)
    assert world.hub.listening
    world.change()
    await screen.until(2)


def test_publishing_to_a_dead_valkey_neither_raises_nor_waits(settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    live.forget()
    begun = time.monotonic()
    assert [live.publish("{}") for _ in range(100)] == [False] * 100
    assert time.monotonic() - begun < 20, "each would wait a second to be connected"
    live.forget()
