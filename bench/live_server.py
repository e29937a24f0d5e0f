"""The live process as in production, and bare servers beside it, each on a free port for a block."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from hospital.servers.ports import free_port
from hospital.servers.processes import LIVE_OPTIONS

NAME = f"uvicorn {version('uvicorn')}, one process, websockets-sansio"
HOST = "127.0.0.1"
PRODUCT = "hospital.asgi:application"
START_LIMIT_S = 60
SWITCHES = {"WEB_PROCESS": "1", "DEMO": "0", "CLOCK_MOVABLE": "0", "LOG_LEVEL": "ERROR"}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, its process."""

    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def uvicorn(application: str = PRODUCT, *, port: int | None = None) -> Iterator[Server]:
    """Serve an ASGI application with the options of production."""
    port = port or free_port()
    command = ("uvicorn", application, "--host", HOST, "--port", str(port), *LIVE_OPTIONS)
    with process(*command, port=port, **SWITCHES) as server:
        yield server


@contextmanager
def process(*command: str, port: int, **environment: str) -> Iterator[Server]:
    """Run a server until the block ends; it must listen on ``port``."""
    started = subprocess.Popen(
        [sys.executable, "-m", *command], stdin=subprocess.PIPE, env=os.environ | environment
    )
    try:
        until = time.monotonic() + START_LIMIT_S
        while not _listens(port):
            if time.monotonic() > until or started.poll() is not None:
                raise RuntimeError(f"{command[0]} does not listen on port {port}")
            time.sleep(0.1)
        yield Server(port, started)
    finally:
        started.kill()
        started.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def in_django(action: Callable[[], Any]) -> Any:
    """Run ``action`` in a thread of its own, off the event loop."""
    from django.db import connection

    def run() -> Any:
        try:
            return action()
        finally:
            connection.close()

    return asyncio.get_running_loop().run_in_executor(None, run)
