"""The supervisor: everything it starts ends with it, and what dies is started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.conftest import ROOT, plain_environment, processes_of, until

pytestmark = pytest.mark.xdist_group("servers")

# A process with a child of its own; `deaf` ignores the polite signal. Their folder marks both.
PARENT = """
import signal, subprocess, sys, time
if sys.argv[2] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", sys.argv[1]])
print("up", flush=True)
time.sleep(60)
"""
SUPERVISE = """
import asyncio, sys
from hospital.servers import supervisor
from hospital.servers.processes import Process
supervisor.STOP_LIMIT_S = 1.0
names = sys.argv[2:]
processes = [Process(n, (sys.executable, "-c", PARENT, sys.argv[1], n)) for n in names]
asyncio.run(supervisor.Supervisor(processes).run())
"""


class Supervised:
    def __init__(self, folder: Path, *names: str) -> None:
        self.log = folder / "log"
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"PARENT = {PARENT!r}\n{SUPERVISE}", str(folder), *names],
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=plain_environment(),
        )

    def said(self, text: str, times: int = 1) -> bool:
        return self.log.read_text().count(text) >= times


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Supervised]]:
    started: list[Supervised] = []

    def start(*names: str) -> Supervised:
        started.append(Supervised(tmp_path, *names))
        return started[-1]

    yield start
    for one in started:
        one.process.terminate()
        one.process.wait(10)
    until(lambda: not processes_of(tmp_path))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_supervisor_ends_its_processes_deaf_ones_and_grandchildren_too(
    supervise: Callable[..., Supervised], tmp_path: Path, number: signal.Signals
) -> None:
    one = supervise("plain", "deaf")
    until(lambda: one.said("up", 2))
    one.process.send_signal(number)
    assert one.process.wait(10) == 0
    assert not processes_of(tmp_path)


def test_a_killed_supervisor_takes_its_processes_along(
    supervise: Callable[..., Supervised], tmp_path: Path
) -> None:
    one = supervise("first", "second")
    until(lambda: one.said("up", 2))
    one.process.kill()
    one.process.wait()
    until(lambda: not processes_of(tmp_path), limit_s=3)


def test_a_process_that_dies_is_started_again_and_its_children_are_ended(
    supervise: Callable[..., Supervised], tmp_path: Path
) -> None:
    one = supervise("deaf")
    until(lambda: one.said("up"))
    before = set(processes_of(tmp_path)) - {one.process.pid}
    leader = next(n for n in before if os.getpgid(n) == n)
    os.kill(leader, signal.SIGKILL)
    until(lambda: one.said("up", 2))
    assert one.said("ended (killed by SIGKILL), starts again in 0.5 s")
    assert not before & set(processes_of(tmp_path))


def test_every_line_carries_the_name_of_its_process(supervise: Callable[..., Supervised]) -> None:
    one = supervise("plain")
    until(lambda: one.said("plain   | up"))
