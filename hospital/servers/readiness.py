"""Whether every process of the demo answers, asked at its own door."""

import asyncio
import base64
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from hospital.servers.client import ensure_server, is_kept
from hospital.servers.errors import ServerError
from hospital.servers.layout import DataDir
from hospital.servers.ports import LOOPBACK
from hospital.servers.supervisor import Supervisor

ASK_EVERY_S = 0.25
LIMIT_S = 90
FAILURES_BEFORE_READY = 3
SERVERS_EVERY_S = 2.0


class Readiness:
    """Asks each process until it answers; calls ``on_ready`` once all have."""

    def __init__(self, port: int, schedule: Path, on_ready: Callable[[], None]) -> None:
        started = time.time()
        self.on_ready = on_ready
        self.probes: dict[str, Callable[[], bool]] = {
            "web": lambda: answers(f"http://{LOOPBACK}:{port}/readyz") and upgrades(port),
            "gateway": lambda: answers(f"http://{LOOPBACK}:{port + 1}/healthz"),
            "worker": worker_answers,
            "beat": lambda: changed_since(schedule, started),
        }

    async def watch(self, supervisor: Supervisor) -> None:
        """Return when every process answers; RuntimeError says why some cannot."""
        waiting = set(supervisor.running)
        deadline = asyncio.get_running_loop().time() + LIMIT_S
        while waiting:
            for name in sorted(waiting):
                one = supervisor.running[name]
                if one.failures >= FAILURES_BEFORE_READY:
                    raise RuntimeError(
                        f"{name} does not start; its last lines are above ({one.process.command[2]})"
                    )
                if await self.is_ready(name, supervisor):
                    waiting.discard(name)
            if asyncio.get_running_loop().time() > deadline:
                raise RuntimeError(
                    f"no answer from {', '.join(sorted(waiting))} within {LIMIT_S} s; see the lines above"
                )
            await asyncio.sleep(ASK_EVERY_S)
        self.on_ready()

    async def is_ready(self, name: str, supervisor: Supervisor) -> bool:
        """Whether this one process answers now."""
        one = supervisor.running[name]
        return one.alive and await asyncio.to_thread(self.probes[name])


def answers(url: str) -> bool:
    """Whether a GET is answered by 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def changed_since(path: Path, moment: float) -> bool:
    """Whether beat, which has no door, has written its schedule."""
    return any(found.stat().st_mtime >= moment for found in path.parent.glob(f"{path.name}*"))


def upgrades(port: int) -> bool:
    """Whether a WebSocket handshake is understood: accepted, or refused by the application."""
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET /ws/tickets/none/ HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nOrigin: http://{LOOPBACK}:{port}\r\n"
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n"
    )
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as connection:
            connection.sendall(request.encode())
            return connection.recv(64).split(b" ")[1:2] in ([b"101"], [b"403"])
    except OSError:
        return False


def worker_answers() -> bool:
    """Whether a worker answers a ping through the broker."""
    from celery import current_app

    try:
        return bool(current_app.control.ping(timeout=0.7))
    except Exception:  # noqa: BLE001 - whatever the broker says, there is no answer yet
        return False


def watch_servers(data: DataDir) -> Callable[[Supervisor], Coroutine[Any, Any, None]]:
    """Have our own servers kept again, at the same addresses, should their keeper be killed."""
    names = [name for name in os.environ.get("FENLIU_EMBEDDED", "").split(",") if name]
    servers = [{"DATABASE_URL": "postgres", "REDIS_URL": "valkey"}[name] for name in names]

    async def watch(supervisor: Supervisor) -> None:
        while True:
            await asyncio.sleep(SERVERS_EVERY_S)
            for name in servers:
                if not is_kept(data.server(name) / "keeper.lock"):
                    supervisor.say(name, "its keeper ended and is started again")
                    try:
                        await asyncio.to_thread(ensure_server, name, data)
                    except ServerError as error:
                        supervisor.say(name, str(error))

    return watch
