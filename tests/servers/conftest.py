"""Servers of throw-away folders, used by processes that a test may kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
USE = """
import sys, time
from hospital import servers
print(*servers.ensure(sys.argv[1]), flush=True)
time.sleep(float(sys.argv[2]))
"""


def plain_environment(**more: str) -> dict[str, str]:
    """This process's environment without what names a server or a folder."""
    dropped = (
        "DJANGO_SETTINGS_MODULE",
        "DATABASE_URL",
        "REDIS_URL",
        "DATA_DIR",
        "SECRET_KEY",
        "FIELD_KEY",
        "INDEX_KEY",
        "DEMO",
        "MAKE_KEYS",
        "PORT",
        "WEB_PROCESS",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return kept | {"PYTHONPATH": str(ROOT)} | more


class User:
    """A process that uses the servers of a folder until it is ended."""

    def __init__(self, data: Path, stay_s: float = 60) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE, str(data), str(stay_s)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=plain_environment(),
        )

    def urls(self) -> tuple[str, str]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            raise AssertionError(self.process.stderr.read()[-1500:])
        database, redis = line.split()
        return database, redis

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def processes_of(data: Path) -> list[int]:
    """Every process that names the folder in its command line or works inside it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = command_of(int(entry.name))
            if str(data) in command or str((entry / "cwd").readlink()).startswith(str(data)):
                found.append(int(entry.name))
        except OSError:
            continue
    return [number for number in found if number != os.getpid()]


def command_of(number: int) -> str:
    """The command line of a process; empty for one that has just ended."""
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def until(condition: Callable[[], object], limit_s: float = 15) -> None:
    """Wait for a condition; failing that, say which."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {limit_s} s"
        time.sleep(0.05)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A folder whose servers are ended after the test, whatever it did."""
    folder = tmp_path / "data"
    yield folder
    for number in processes_of(folder):
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            continue
    until(lambda: not processes_of(folder))


@pytest.fixture
def use(data: Path) -> Iterator[Callable[..., User]]:
    """Start a process that uses the servers of ``data``."""
    users: list[User] = []

    def start(stay_s: float = 60) -> User:
        users.append(User(data, stay_s))
        return users[-1]

    yield start
    for user in users:
        user.kill()
