"""Keeps one server of a DATA_DIR running as long as any process uses it.

    python -m hospital.servers.keeper NAME DATA_DIR

Users hold a shared lock on ``users.lock``; the kernel lets go of it when a user ends, SIGKILL included.
When nobody holds it any more, the keeper stops the server and ends. Killed itself, it takes the server
along (``shim --die``), and the next user starts over. A server that dies is started again.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import IO, Protocol

from hospital.servers.errors import ServerError
from hospital.servers.layout import DataDir, open_lock, try_lock, write_json
from hospital.servers.postgres import Postgres
from hospital.servers.valkey import Valkey

LOOK_EVERY_S = 0.3
BACKOFF_S = (0.2, 0.5, 1, 2, 5)
STEADY_S = 30
LOG_LIMIT = 5_000_000


class Server(Protocol):
    """What the keeper needs to know about a server."""

    name: str
    stop_signal: signal.Signals
    stop_limit_s: int
    start_limit_s: int

    def __init__(self, data: DataDir) -> None: ...
    def prepare(self) -> None:
        """Have everything that a start needs."""

    def command(self) -> list[str]:
        """The program and its arguments."""

    def answers(self) -> bool:
        """Whether it is ready for users."""

    def url(self) -> str:
        """The address, with the password."""


SERVERS: dict[str, type[Server]] = {"postgres": Postgres, "valkey": Valkey}


class Keeper:
    """One server and its process."""

    def __init__(self, name: str, data: DataDir) -> None:
        self.folder = data.server(name)
        self.server = SERVERS[name](data)
        self.process: subprocess.Popen[bytes] | None = None
        self.asked_to_stop = False
        self.failures = 0
        self.started_at = 0.0

    def run(self, report: IO[str]) -> None:
        """Start, tell the first user through ``report``, and stay until nobody uses the server."""
        alone = open_lock(self.folder / "keeper.lock")
        users = open_lock(self.folder / "users.lock")
        if not try_lock(alone):
            raise ServerError(f"{self.folder} is already kept by another process")
        signal.signal(signal.SIGTERM, self.on_signal)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.server.prepare()
            self.start()
            write_json(self.folder / "state.json", {"url": self.server.url(), "keeper": os.getpid()})
            tell(report, url=self.server.url())
            while not self.asked_to_stop and not try_lock(users):
                self.look_after()
                time.sleep(LOOK_EVERY_S)
        finally:
            (self.folder / "state.json").unlink(missing_ok=True)
            self.stop()
            os.close(alone)
            os.close(users)

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Stop at the next look."""
        self.asked_to_stop = True

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log_path = self.folder / "log"
        if log_path.exists() and log_path.stat().st_size > LOG_LIMIT:
            log_path.replace(self.folder / "log.1")
        with log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self.server.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder
            )
        self.started_at = time.monotonic()
        while not self.server.answers():
            if self.process.poll() is not None:
                raise ServerError(f"{self.server.name} stopped at once: {last_lines(log_path)}")
            if time.monotonic() - self.started_at > self.server.start_limit_s:
                raise ServerError(
                    f"{self.server.name} does not answer, see {log_path}: {last_lines(log_path)}"
                )
            time.sleep(0.02)

    def look_after(self) -> None:
        """Start the server again if it died, later and later if it keeps dying."""
        if self.process is not None and self.process.poll() is None:
            return
        if time.monotonic() - self.started_at > STEADY_S:
            self.failures = 0
        time.sleep(BACKOFF_S[min(self.failures, len(BACKOFF_S) - 1)])
        self.failures += 1
        print(f"{self.server.name} died and is started again", file=sys.stderr, flush=True)
        try:
            self.server.prepare()
            self.start()
        except ServerError as error:
            print(f"{self.server.name}: {error}", file=sys.stderr, flush=True)
            self.stop()

    def stop(self) -> None:
        """End the server: as it likes, then sooner, then at once."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.server.stop_signal)
        try:
            self.process.wait(self.server.stop_limit_s)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def last_lines(path: Path) -> str:
    """The end of a log, on one line."""
    with path.open(encoding="utf-8", errors="replace") as log:
        return " / ".join(line.strip() for line in log.readlines()[-4:])


def tell(report: IO[str], **news: str) -> None:
    """Send one line to the process that started the keeper, which may be gone already."""
    try:
        report.write(json.dumps(news) + "\n")
        report.close()
    except OSError:
        pass


def main() -> None:
    """Keep the server that the command line names."""
    name, folder, report_to = sys.argv[1:]
    report = os.fdopen(int(report_to), "w", encoding="utf-8")
    fcntl.fcntl(report.fileno(), fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    try:
        Keeper(name, DataDir.named(folder)).run(report)
    except ServerError as error:
        tell(report, error=str(error))
        raise SystemExit(1) from error
    except Exception as error:
        tell(report, error=f"{type(error).__name__}: {error}")
        raise


if __name__ == "__main__":
    main()
