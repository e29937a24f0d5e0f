"""``python -m bench.soak [MINUTES] [CLIENTS]``: half an hour of a full waiting hall, a thousand screens and phones.

Patients register, are called, passed and come back through the real services; screens and phones watch through a live
process as in production. Lines are cut, pages sleep, the subscription is lost every few minutes, and the live process
is restarted once. Watched is what nobody would see in a short test: whether the memory of the live process stays flat,
and whether any page, at its last sign of life, took for current what had been out of date for more than 5 s. The
control is the same hall before a live process whose feeds are frozen: it must be found. One JSON line; 1 when a promise
was broken.
"""

import asyncio
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.hall import Hall, Truth
from bench.live_server import HOST, NAME, Server, in_django, uvicorn
from bench.rush import main
from bench.viewers import Viewer
from hospital.servers.ports import free_port

MINUTES, CLIENTS = 30, 1000
SEED = 20261123
LATE_S = 5.0
"""What a page took for current at its last sign of life may be older than the database by so much."""
STEP_S, BURST, BURST_EVERY_S = 1.0, 20, 60.0
TROUBLE_EVERY_S, SUBSCRIPTION_EVERY_S = 3.0, 90.0
COMPARE_EVERY_S, COMPARE_LIMIT_S = 60.0, 20.0
RESTART_AT, MEASURE_FROM = 0.1, 0.3
FLAT_MB_H, JUDGED_S = 12.0, 600
"""A slope is judged when it was measured for ten minutes at least."""
CONTROL_S = 30.0
CONTROL_CLIENTS = 40
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Seen:
    """What was watched."""

    checks: int = 0
    stale: int = 0
    worst_s: float = 0.0
    compared: int = 0
    different: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)
    """Seconds and MB."""


@contextmanager
def happening(hall: Hall, truth: Truth, pause: threading.Event) -> Iterator[None]:
    """Things happen in the hall while the block runs, but not while it is paused."""
    over = threading.Event()

    def run() -> None:
        from django.db import connection

        burst_at = time.monotonic() + BURST_EVERY_S / 2
        while not over.wait(STEP_S):
            if not pause.is_set():
                bursts = time.monotonic() > burst_at
                burst_at += BURST_EVERY_S * bursts
                for _turn in range(BURST if bursts else 1):
                    hall.step()
            truth.note(time.monotonic(), hall.revisions())
        connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(60)


class Soak:
    """Viewers before the hall, and what is seen of them."""

    def __init__(self, hall: Hall, port: int, phones: int, tickets: list[tuple[str, str]]) -> None:
        self.hall, self.truth, self.seen = hall, Truth(), Seen()
        self.pause, self.chance = threading.Event(), random.Random(SEED)
        self.screens = [Viewer(HOST, port, path, feed) for path, feed, _screen in hall.screens]
        self.phones = [Viewer(HOST, port, *tickets[number % len(tickets)]) for number in range(phones)]
        self.subscriptions_cut = 0

    @property
    def viewers(self) -> list[Viewer]:
        """All of them."""
        return [*self.screens, *self.phones]

    async def watch(self, seconds: float, server: Server, *, quiet: bool = False) -> None:
        """Look at every page once a second; make trouble unless it shall be quiet."""
        begun = time.monotonic()
        troubles = [] if quiet else self._troubles()
        due = [begun + every for every, _act in troubles]
        while (now := time.monotonic()) < begun + seconds:
            self._check(now)
            self.seen.memory.append((now, resident_mb(server)))
            for number, (every, act) in enumerate(troubles):
                if now >= due[number]:
                    due[number] = now + every
                    await act()
            await asyncio.sleep(1)

    def _troubles(self) -> list[tuple[float, Callable[[], Any]]]:
        return [
            (TROUBLE_EVERY_S, self._trouble_lines),
            (SUBSCRIPTION_EVERY_S, self._cut_subscription),
            (COMPARE_EVERY_S, self.compare),
        ]

    def _check(self, now: float) -> None:
        for viewer in self.viewers:
            viewer.watch(now)
            if viewer.revision is None or not viewer.current(now):
                continue
            self.seen.checks += 1
            newer = self.truth.newer_since(viewer.feed, viewer.revision)
            late_s = 0.0 if newer is None else viewer.heard - newer
            self.seen.worst_s = max(self.seen.worst_s, late_s)
            self.seen.stale += late_s > LATE_S

    async def _trouble_lines(self) -> None:
        """One line is cut, one page takes no byte for a moment, one for longer than anybody waits."""
        self.chance.choice(self.viewers).cut()
        self.chance.choice(self.viewers).sleep(self.chance.uniform(2, 8))
        self.chance.choice(self.viewers).sleep(self.chance.uniform(20, 45))

    async def _cut_subscription(self) -> None:
        """Valkey hangs up on everybody who listens."""
        import redis

        client = redis.Redis.from_url(os.environ["REDIS_URL"])
        self.subscriptions_cut += await in_django(lambda: client.client_kill_filter(_type="pubsub"))

    async def compare(self) -> None:
        """Nothing happens for a moment: every board must become the database's; phones of the served look elsewhere."""
        self.pause.set()
        until = time.monotonic() + COMPARE_LIMIT_S
        while True:
            boards = await in_django(self.hall.boards)
            now = time.monotonic()
            current = [one for one in self.screens if one.current(now)]
            different = [one for one in current if one.html != boards[one.feed]]
            if not different or now > until:
                break
            await asyncio.sleep(1)
        self.seen.compared += len(current)
        self.seen.different += len(different)
        self.pause.clear()
        tickets = await in_django(self.hall.tickets)
        live = dict(tickets)
        for phone in self.phones:
            if phone.path not in live and tickets:
                phone.look_at(*self.chance.choice(tickets))

    def close(self) -> None:
        """Everybody goes home."""
        for viewer in self.viewers:
            viewer.close()


def resident_mb(server: Server) -> float:
    """Memory that the live process has in use."""
    return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * _PAGE / 1e6


def slope_mb_h(memory: list[tuple[float, float]]) -> float:
    """By least squares."""
    mean_t = sum(at for at, _mb in memory) / len(memory)
    mean_mb = sum(mb for _at, mb in memory) / len(memory)
    spread = sum((at - mean_t) ** 2 for at, _mb in memory)
    return 3600 * sum((at - mean_t) * (mb - mean_mb) for at, mb in memory) / spread


async def soak(hall: Hall, seconds: float, clients: int) -> dict[str, Any]:
    """The hall for so long, with one restart of the live process near the beginning."""
    port = free_port()
    with uvicorn(port=port) as first:
        found = Soak(hall, port, clients - len(hall.screens), await in_django(hall.tickets))
        with happening(hall, found.truth, found.pause):
            await found.watch(seconds * RESTART_AT, first)
            first.process.kill()
            first.process.wait()
            with ExitStack() as block:
                second = await in_django(lambda: block.enter_context(uvicorn(port=port)))
                await found.watch(seconds * (MEASURE_FROM - RESTART_AT), second)
                found.seen.memory.clear()
                await found.watch(seconds * (1 - MEASURE_FROM), second)
                await found.compare()
            found.close()
    memory, seen = found.seen.memory, found.seen
    return {
        "screens": len(found.screens),
        "phones": len(found.phones),
        "changes": hall.changes,
        "frames": sum(one.frames for one in found.viewers),
        "connected_again": sum(one.connections - 1 for one in found.viewers),
        "subscriptions_cut": found.subscriptions_cut,
        "looked": seen.checks,
        "stale_as_current": seen.stale,
        "worst_late_s": round(seen.worst_s, 2),
        "boards_compared": seen.compared,
        "boards_different": seen.different,
        "memory_mb": [round(memory[0][1], 1), round(memory[-1][1], 1)],
        "memory_slope_mb_h": round(slope_mb_h(memory), 2),
        "memory_over_s": round(memory[-1][0] - memory[0][0]),
    }


async def control(hall: Hall) -> int:
    """How many pages before frozen feeds were found to take old content for current."""
    hall.screens = hall.screens[:CONTROL_CLIENTS]
    with uvicorn("bench.frozen:application") as frozen:
        found = Soak(hall, frozen.port, CONTROL_CLIENTS, await in_django(hall.tickets))
        with happening(hall, found.truth, found.pause):
            await found.watch(CONTROL_S, frozen, quiet=True)
        found.close()
    return found.seen.stale


def run(minutes: float, clients: int) -> dict[str, Any]:
    """The soak, then its control."""
    hall = Hall(clients // 2, timedelta(minutes=minutes), SEED)
    figures = asyncio.run(soak(hall, minutes * 60, clients))
    figures |= {
        "minutes": minutes,
        "control_found": asyncio.run(control(hall)),
        "load1": round(os.getloadavg()[0], 2),
        "server": NAME,
        "seed": SEED,
    }
    return figures | {"broken": broken(figures)}


def broken(figures: dict[str, Any]) -> list[str]:
    """Which promises were not kept."""
    promises = {
        "no page took for current what was out of date": figures["stale_as_current"] == 0,
        "every board became the database's": figures["boards_different"] == 0 < figures["boards_compared"],
        "memory stays flat": figures["memory_over_s"] < JUDGED_S or figures["memory_slope_mb_h"] <= FLAT_MB_H,
        "a frozen feed is found": figures["control_found"] > 0,
    }
    return [name for name, kept in promises.items() if not kept]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], "bench.soak", (MINUTES, CLIENTS), run))
