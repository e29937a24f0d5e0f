"""The real demo, started as its users start it, for a browser to look at."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, Queue
from time import sleep
from typing import Any

import psycopg
import requests

from hospital.common import clock
from hospital.servers import ensure
from hospital.servers.ports import is_free

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 240
FOREIGN = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "FIELD_KEY",
    "INDEX_KEY",
    "DJANGO_SETTINGS_MODULE",
    "PORT",
    "WEB_PROCESS",  # set by whatever test imports the application: workers would wait as briefly as a page may
)


@dataclass
class Demo:
    """A running demo hospital: where it is, who may sign in, its database."""

    url: str
    data_dir: Path
    lines: list[str] = field(default_factory=list)

    @property
    def accounts(self) -> dict[str, dict[str, str]]:
        return json.loads((self.data_dir / "demo-accounts.json").read_text(encoding="utf-8"))

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(ensure(self.data_dir)[0], autocommit=True) as connection:
            yield connection

    def filled(self, call: str) -> Any:
        """Run a function of ``fill.py`` inside the demo; what it printed."""
        environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-c", f"from tests.browser import fill; fill.{call}"],
            cwd=ROOT,
            env=environment | {"DATA_DIR": str(self.data_dir)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.strip().splitlines()[-1])

    def clock_to(self, moment: datetime) -> None:
        """Every process of the demo shows ``moment`` from now on; the pages do when this returns."""
        seconds = (moment - datetime.now(UTC)).total_seconds()
        with self.database() as connection:
            connection.execute(
                "INSERT INTO hospital_clockoffset (id, seconds) VALUES (1, %s)"
                " ON CONFLICT (id) DO UPDATE SET seconds = excluded.seconds",
                [seconds],
            )
        shown = {f"{clock.local(moment + timedelta(seconds=late)):%Y-%m-%dT%H:%M}" for late in range(60)}
        while not any(time in self._clock_shown() for time in shown):
            sleep(0.05)

    def _clock_shown(self) -> str:
        """The field that the page fills with the date and the time it shows."""
        page = requests.get(f"{self.url}/demo/clock/", timeout=30).text
        filled = re.search(r'<input[^>]*name="moment"[^>]*>', page)
        return filled[0] if filled else ""

    def clock_reset(self) -> None:
        with self.database() as connection:
            connection.execute("DELETE FROM hospital_clockoffset")


def free_pair() -> int:
    """A port that is free with the next one, which the payment gateway takes; each test process has its own."""
    first = 18_400 + 500 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return next(port for port in range(first, first + 500, 10) if is_free(port) and is_free(port + 1))


@contextmanager
def running_demo(data_dir: Path, *options: str) -> Iterator[Demo]:
    """Start ``manage.py demo``; it ends with the block."""
    port = free_pair()
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    environment |= {"DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port), *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    demo = Demo(f"http://127.0.0.1:{port}", data_dir)
    heard: Queue[str | None] = Queue()

    def listen() -> None:
        for line in process.stdout or ():
            demo.lines.append(line.rstrip())
            heard.put(line)
        heard.put(None)

    threading.Thread(target=listen, daemon=True).start()
    try:
        wait_until_ready(heard, demo)
        yield demo
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_until_ready(heard: "Queue[str | None]", demo: Demo) -> None:
    """Return at the line that says so; fail with what the demo said instead."""
    while True:
        try:
            line = heard.get(timeout=START_LIMIT_S)
        except Empty:
            line = None
        if line is None:
            raise AssertionError("the demo did not start:\n" + "\n".join(demo.lines[-40:]))
        if line.startswith("Ready:"):
            return
