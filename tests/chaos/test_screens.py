"""Screens and phones while Valkey is away, in a burst of calls, and while their server is killed."""

from __future__ import annotations

import asyncio
import json
import os
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from bench.viewers import Viewer
from tests.browser.boards import SAME_BOARD
from tests.browser.conftest import chromium_options
from tests.browser.demo import Demo
from tests.chaos.demo import kill_web, prepared, serves, valkey, without
from tests.figures import Figures
from tests.servers.conftest import until

pytestmark = [pytest.mark.xdist_group("chaos"), pytest.mark.timeout(1200)]
LONG = "CHAOS_SECONDS" in os.environ
AWAY_S = 60.0 if LONG else 0.0
BURST = 500 if LONG else 30
SCREENS, PHONES = (100, 20) if LONG else (10, 3)
LIMIT_S, SLACK = 5.0, 3
"""A machine that is busy with other things may take so much longer; the table says how long it was."""


class Hall:
    """The demo's session, driven through the API as its expert does; viewers and a real browser before its room."""

    panel: Page

    def __init__(self, demo: Demo, made: dict[str, Any]) -> None:
        self.demo, self.made = demo, made
        self.inside: str | None = None

    def ask(self, path: str) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.demo.url}/api/v1/{path}",
            data=b"{}",
            headers={
                "Authorization": f"Token {self.made['token']}",
                "Content-Type": "application/json",
                "Idempotency-Key": str(uuid.uuid4()),
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
            found: dict[str, Any] = json.load(answer)
            return found

    def call(self) -> None:
        """The next one; who was called before goes in."""
        if self.inside is not None:
            self.ask(f"tickets/{self.inside}/start/")
        called = self.ask(f"sessions/{self.made['session']}/calls/next/")
        self.inside = called["ticket"]

    def call_all(self, times: int) -> None:
        """One after the other, as fast as it goes."""
        for _turn in range(times):
            self.call()

    def region(self, path: str) -> tuple[str, int]:
        """A region and its revision, as the database has it now."""
        with urllib.request.urlopen(f"{self.demo.url}{path}live/", timeout=30) as answer:  # noqa: S310 - our own address
            return str(answer.read().decode()), int(answer.headers["X-Revision"])

    async def right(self, viewers: list[Viewer]) -> float:
        """The seconds until all screens, the browser too, show the board of the database, and phones its revision."""
        begun = time.monotonic()
        board, _revision = await asyncio.to_thread(self.region, f"/screens/{self.made['screen']}/")
        _ticket, revision = await asyncio.to_thread(self.region, f"/t/{self.made['tickets'][-1]}/")
        while not all(
            one.html == board if one.feed == "screens" else one.revision == revision for one in viewers
        ):
            assert time.monotonic() - begun < LIMIT_S * SLACK, [one.revision for one in viewers]
            await asyncio.sleep(0.02)
        while not await self.panel.evaluate(SAME_BOARD, board):
            assert time.monotonic() - begun < LIMIT_S * SLACK, await self.panel.inner_text("body")
            await asyncio.sleep(0.02)
        return time.monotonic() - begun

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[list[Viewer]]:
        """Screens and phones, each with its first content; pages that watch their connection as live.js does."""
        port = int(self.demo.url.rpartition(":")[2])
        paths = [f"/ws/screens/{self.made['screen']}/"] * SCREENS
        paths += [f"/ws/tickets/{code}/" for code in self.made["tickets"][-PHONES:]]
        viewers = [Viewer("127.0.0.1", port, path, path.split("/")[2]) for path in paths]

        async def watch() -> None:
            while True:
                for viewer in viewers:
                    viewer.watch(time.monotonic())
                await asyncio.sleep(0.5)

        watching = asyncio.create_task(watch())
        try:
            async with self.chromium():
                await self.right(viewers)
                yield viewers
        finally:
            watching.cancel()
            for viewer in viewers:
                viewer.close()

    @asynccontextmanager
    async def chromium(self) -> AsyncIterator[None]:
        """One of the screens is a real browser."""
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(**chromium_options())
            self.panel = await browser.new_page(viewport={"width": 1920, "height": 1080})
            await self.panel.goto(f"{self.demo.url}/screens/{self.made['screen']}/")
            yield
            await browser.close()


@pytest.fixture(scope="module")
def made(demo: Demo) -> dict[str, Any]:
    return prepared(demo, "hall")


@pytest.fixture
def hall(demo: Demo, made: dict[str, Any]) -> Iterator[Hall]:
    here = Hall(demo, made)
    yield here
    if here.inside is not None:
        here.ask(f"tickets/{here.inside}/start/")


@contextmanager
def restored(demo: Demo) -> Iterator[None]:
    """Valkey is there again when the block is over."""
    yield
    until(lambda: valkey(demo), limit_s=30)


async def test_a_burst_of_calls_ends_with_the_board_of_the_database(hall: Hall, figures: Figures) -> None:
    async with hall.watched() as viewers:
        before = sum(one.frames for one in viewers)
        begun = time.monotonic()
        await asyncio.to_thread(hall.call_all, BURST)
        took = time.monotonic() - begun
        converged = await hall.right(viewers)
        frames = (sum(one.frames for one in viewers) - before) / len(viewers)
    figures.shown("faults", f"{BURST} calls in {took:.0f} s before {len(viewers)} screens and phones:"
                  f" all show the last {converged:.1f} s after it (5), with {frames:.0f} frames each")  # fmt: skip


async def test_while_valkey_is_away_calls_go_on_and_are_on_every_screen_within_5_s(
    demo: Demo, hall: Hall, figures: Figures
) -> None:
    slowest, calls = 0.0, 0
    async with hall.watched() as viewers:
        with restored(demo), without(demo, "valkey"):
            away_until = time.monotonic() + AWAY_S
            while calls < 2 or time.monotonic() < away_until:
                await asyncio.to_thread(hall.call)
                slowest, calls = max(slowest, await hall.right(viewers)), calls + 1
                assert all(one.current(time.monotonic()) for one in viewers)
        await asyncio.to_thread(hall.call)
        back = await hall.right(viewers)
    figures.shown("faults", f"Valkey away for {AWAY_S:.0f} s: {calls} calls, each on all {len(viewers)} screens"
                  f" and phones within {slowest:.1f} s (5) by polling; back empty: {back:.1f} s")  # fmt: skip


async def test_screens_whose_server_was_killed_connect_again_and_show_what_happened_meanwhile(
    demo: Demo, hall: Hall, figures: Figures
) -> None:
    async with hall.watched() as viewers:
        before = [one.connections for one in viewers]
        kill_web(demo)
        hall.inside = (await asyncio.to_thread(prepared, demo, "call"))["ticket"]
        await asyncio.to_thread(until, lambda: serves(demo), limit_s=60)
        took = await hall.right(viewers)
        assert all(one.current(time.monotonic()) for one in viewers)
        assert all(one.connections > old for one, old in zip(viewers, before, strict=True))
    figures.shown("faults", f"kill -9 of the live process, one called meanwhile: all {len(viewers)} screens and phones "
                  f"right {took:.1f} s after it serves again")  # fmt: skip
