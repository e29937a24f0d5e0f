"""Keeps several processes running, with their output under one roof; none outlives it.

Each process leads a process group of its own and dies with the supervisor, even when that is killed
(``shim --die KILL``). One that ends is started again, later and later while it keeps ending.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from hospital.servers.identity import shim
from hospital.servers.layout import BASE_DIR
from hospital.servers.processes import Process, environment_of

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STEADY_S = 30.0
STOP_LIMIT_S = 8.0
LINE_LIMIT = 1 << 20
COLOURS = (36, 33, 35, 32, 34)


@dataclass
class Running:
    """A process under supervision and what happened to it."""

    process: Process
    colour: int
    handle: asyncio.subprocess.Process | None = None
    failures: int = 0
    pause_s: float = FIRST_PAUSE_S
    lines: list[str] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self.handle is not None and self.handle.returncode is None


class Supervisor:
    """Runs until SIGINT or SIGTERM, or until ``stop`` is called."""

    def __init__(self, processes: list[Process], *, width: int = 8) -> None:
        self.running = {p.name: Running(p, COLOURS[i % len(COLOURS)]) for i, p in enumerate(processes)}
        self.width = width
        self.stopping = asyncio.Event()
        self.coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def say(self, name: str, line: str, colour: int = 37) -> None:
        """Print one line under the name of its process."""
        prefix = f"{name:<{self.width}}|"
        try:
            print(
                f"\033[{colour}m{prefix}\033[0m {line}" if self.coloured else f"{prefix} {line}", flush=True
            )
        except BrokenPipeError:  # nobody reads any more
            self.stopping.set()

    def stop(self) -> None:
        """Begin to stop; a second call stops at once."""
        if self.stopping.is_set():
            for one in self.running.values():
                send(one, signal.SIGKILL)
        self.stopping.set()

    async def run(self, *companions: Callable[["Supervisor"], Coroutine[Any, Any, None]]) -> None:
        """Start everything, beside it the ``companions``, and return when all have ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop)
        keeping = [asyncio.create_task(self.keep(one)) for one in self.running.values()]
        beside = [asyncio.create_task(companion(self)) for companion in companions]
        stopped = asyncio.create_task(self.stopping.wait())
        try:
            await self.until_stopped(stopped, beside)
        finally:
            self.stopping.set()
            for task in beside:
                task.cancel()
            await self.end_all()
            await asyncio.gather(*keeping, *beside, return_exceptions=True)

    @staticmethod
    async def until_stopped(stopped: "asyncio.Task[bool]", beside: "list[asyncio.Task[None]]") -> None:
        """Wait for the order to stop; a companion that fails stops everything with its error."""
        waiting: set[asyncio.Task[object]] = {stopped, *beside}  # type: ignore[arg-type]
        while not stopped.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopped}:
                task.result()

    async def keep(self, one: Running) -> None:
        """Start the process, pass its output on, start it again."""
        while not self.stopping.is_set():
            started = time.monotonic()
            one.handle, output = await start(one.process)
            pump = asyncio.create_task(self.pass_on(one, output))
            code = await one.handle.wait()
            end_group(one.handle.pid, signal.SIGKILL)  # what it left of its own children
            await pump
            if self.stopping.is_set():
                return
            one.failures += 1
            one.pause_s = FIRST_PAUSE_S if time.monotonic() - started > STEADY_S else one.pause_s
            self.say(
                one.process.name, f"ended ({explain(code)}), starts again in {one.pause_s:g} s", one.colour
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), one.pause_s)
            one.pause_s = min(one.pause_s * 2, LONGEST_PAUSE_S)

    async def pass_on(self, one: Running, output: asyncio.StreamReader) -> None:
        """Print what the process prints."""
        while True:
            try:
                line = await output.readline()
            except ValueError:
                continue  # a line beyond the limit: its rest follows
            if not line:
                return
            text = line.decode(errors="replace").rstrip()
            one.lines = [*one.lines[-19:], text]
            self.say(one.process.name, text, one.colour)

    async def end_all(self) -> None:
        """Ask every process to end, then make them."""
        for one in self.running.values():
            send(one, signal.SIGTERM)
        deadline = time.monotonic() + STOP_LIMIT_S
        while any(one.alive for one in self.running.values()) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        for one in self.running.values():
            send(one, signal.SIGKILL)


async def start(process: Process) -> tuple[asyncio.subprocess.Process, asyncio.StreamReader]:
    """Start a process in a group of its own; its output comes through a pipe of ours.

    With asyncio's own pipe its end would not be noticed while a child of its own keeps the pipe open.
    """
    reading, writing = os.pipe()
    try:
        handle = await asyncio.create_subprocess_exec(
            *shim("--die", "KILL", "--parent", str(os.getpid()), "--", *process.command),
            cwd=BASE_DIR,
            env=environment_of(process),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            start_new_session=True,
        )
    finally:
        os.close(writing)
    output = asyncio.StreamReader(limit=LINE_LIMIT)
    pipe = os.fdopen(reading, "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(output), pipe)
    return handle, output


def send(one: Running, number: signal.Signals) -> None:
    """Signal the process and its children; the leader alone is asked politely, it ends its own."""
    if one.handle is None:
        return
    if number == signal.SIGKILL:
        end_group(one.handle.pid, number)
    elif one.alive:
        one.handle.send_signal(number)


def end_group(leader: int, number: signal.Signals) -> None:
    """Signal a process group that may be gone already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def explain(code: int) -> str:
    """An exit code in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
