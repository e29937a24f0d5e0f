"""The running demo from outside: its processes, how to kill them, its database."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psycopg

from tests.browser.demo import FOREIGN, ROOT, Demo
from tests.servers.conftest import processes_of


def manage(demo: Demo, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own that uses the demo's servers."""
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment | {"DATA_DIR": str(demo.data_dir)},
        timeout=600,
        check=False,
    )


def prepared(demo: Demo, what: str) -> dict[str, Any]:
    """What ``tests.chaos.people`` made in the demo."""
    made = manage(demo, "-m", "tests.chaos.people", what)
    assert made.returncode == 0, made.stderr[-2000:]
    found: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
    return found


def process(demo: Demo, *words: str) -> int:
    """The id of the demo's process with these words in its command line, foremost of its group."""
    port = demo.url.rpartition(":")[2]
    for entry in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            command = (entry / "cmdline").read_text()
            environment = (entry / "environ").read_text().split("\0")
        except OSError:
            continue
        ours = f"PORT={port}" in environment and all(word in command for word in words)
        if ours and os.getpgid(int(entry.name)) == int(entry.name):
            return int(entry.name)
    raise AssertionError(f"no process {words}")


def keeper(demo: Demo, name: str) -> int:
    return process(demo, f"hospital.servers.keeper\0{name}")


def valkey(demo: Demo) -> list[int]:
    """Valkey writes over its command line; it works in its own folder."""
    found = []
    for number in processes_of(demo.data_dir / "servers/valkey"):
        with suppress(OSError):
            if Path(f"/proc/{number}/comm").read_text().startswith("valkey"):
                found.append(number)
    return found


def serves(demo: Demo) -> bool:
    """Whether the web process is up; one that is still starting takes no part in anything."""
    try:
        with urllib.request.urlopen(f"{demo.url}/healthz", timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (OSError, HTTPException):
        return False


def kill_web(demo: Demo) -> None:
    os.kill(process(demo, "uvicorn"), signal.SIGKILL)


def kill_worker(demo: Demo) -> None:
    os.kill(process(demo, "celery", "worker"), signal.SIGKILL)


def kill_beat(demo: Demo) -> None:
    os.kill(process(demo, "celery", "beat"), signal.SIGKILL)


def kill_gateway(demo: Demo) -> None:
    os.kill(process(demo, "hospital.gateway"), signal.SIGKILL)


def kill_postgresql(demo: Demo) -> None:
    lock = demo.data_dir / "servers/postgres/cluster/postmaster.pid"
    os.kill(int(lock.read_text().split()[0]), signal.SIGKILL)


def kill_valkey(demo: Demo) -> None:
    os.kill(valkey(demo)[0], signal.SIGKILL)


def kill_keeper(demo: Demo) -> None:
    os.kill(keeper(demo, "postgres"), signal.SIGKILL)


@contextmanager
def without(demo: Demo, name: str) -> Iterator[None]:
    """A server is killed, and its keeper stands still so that it stays away; afterwards it is started again."""
    held = keeper(demo, name)
    os.kill(held, signal.SIGSTOP)
    try:
        {"valkey": kill_valkey, "postgres": kill_postgresql}[name](demo)
        yield
    finally:
        os.kill(held, signal.SIGCONT)


def rows(demo: Demo, query: str, *values: object) -> list[tuple[Any, ...]]:
    with demo.database() as connection:
        return connection.execute(query, values).fetchall()  # type: ignore[arg-type]


def answers(demo: Demo) -> bool:
    """Whether PostgreSQL does."""
    try:
        return rows(demo, "SELECT 1") == [(1,)]
    except psycopg.OperationalError:
        return False


def ledger(demo: Demo) -> dict[str, int]:
    """What the gateway says it took for each order less what it gave back, in fen."""
    with sqlite3.connect(next(demo.data_dir.glob("**/gateway.sqlite3"))) as books:
        paid = books.execute("SELECT out_trade_no, amount_fen FROM orders WHERE state = 'paid'").fetchall()
        back = books.execute("SELECT out_trade_no, amount_fen FROM refunds").fetchall()
    kept = dict(paid)
    for order, fen in back:
        kept[order] -= fen
    return kept
