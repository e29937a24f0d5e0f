"""The hub: one build for all, nothing missed between snapshot and change, right again after any loss."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
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


class World:
    """A database of one number, and sockets that watch it."""

    def __init__(self) -> None:
        self.revision = 1
        self.builds = 0
        self.broken: Exception | None = None
        self.before_build: Callable[[], None] = lambda: None
        self.source = Source("board", frozenset({TOPIC}), self.build, refresh_s=1e9)
        self.hub = Hub(lambda topics: {topic: self.revision for topic in topics if topic == TOPIC})

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

    async def until(self, revision: int, seconds: float = 5.0) -> float:
        begun = time.monotonic()
        while not self.shown or self.shown[-1][1] != revision:
            assert time.monotonic() - begun < seconds, self.frames
            await asyncio.sleep(0.005)
        return time.monotonic() - begun


@pytest.fixture
async def world(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(hub_module, "stamp", lambda: "2026-11-02T08:00:00+08:00")
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
    assert await screen.until(2) < 1.0
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
    assert await screen.until(3) < 1.0


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
        assert await quick.until(revision) < 1.0
    slow.free.set()
    await slow.until(11)
    assert len(slow.shown) <= 3


async def test_without_valkey_the_change_is_found_in_the_database_within_5_s(
    world: World, valkey: Valkey
) -> None:
    screen = world.open()
    await screen.until(1)
    await listening(world)
    valkey.kill()
    world.change(announced=False)
    assert await screen.until(2) < 5.0


async def test_a_lost_announcement_is_made_up_by_the_poll(world: World) -> None:
    screen = world.open()
    await screen.until(1)
    await listening(world)
    world.change(announced=False)
    assert await screen.until(2) < 5.0


async def test_control_without_the_poll_a_lost_announcement_stays_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "POLL_S", 1e6)
    screen = world.open()
    await screen.until(1)
    await listening(world)
    await asyncio.sleep(0.2)
    world.change(announced=False)
    with pytest.raises(AssertionError):
        await screen.until(2, seconds=4.0)


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
    assert await screens[0].until(3) < 1.0


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
    monkeypatch.setattr("hospital.common.sockets.DEAD_S", 0.3)
    screen, answering = world.open(), world.open()
    await screen.until(1)
    for _ in range(12):
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
    until = time.monotonic() + 2
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


async def test_an_idle_socket_stays_connected_to_valkey_for_more_than_8_s(world: World) -> None:
    screen = world.open()
    await screen.until(1)
    await listening(world)
    await asyncio.sleep(9)
    assert world.hub.listening
    world.change()
    assert await screen.until(2) < 1.0


def test_publishing_to_a_dead_valkey_neither_raises_nor_waits(settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    live.forget()
    begun = time.monotonic()
    assert [live.publish("{}") for _ in range(100)] == [False] * 100
    assert time.monotonic() - begun < 1.0
    live.forget()
