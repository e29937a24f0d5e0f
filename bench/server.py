"""The server under test, as in production: granian with the WSGI application, two workers of two threads."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from hospital.servers.ports import free_port

WORKERS = 2
THREADS = int(os.environ.get("THREADS", "40"))
NAME = f"granian {version('granian')}, WSGI, {WORKERS} workers x {THREADS} threads"
START_LIMIT_S = 60


PRODUCT = "hospital.wsgi:application"
BARE = "bench.bare:application"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Processor time that its processes took so far."""
        return _cpu_s(self.pid)


@contextmanager
def serving(application: str = PRODUCT) -> Iterator[Served]:
    """Serve the product (or the bare views beside it) on a free port, the demo's switches off, for the block."""
    port = free_port()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench.bare_settings" if application == BARE else "hospital.settings",
        "WEB_PROCESS": "1",
        "DEMO": "0",
        "CLOCK_MOVABLE": "0",
        "LOG_LEVEL": "WARNING",
        "PORT": str(port),
        "BOOKINGS_WAITING": "32",
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", application]
    options = {"--host": "127.0.0.1", "--port": port, "--workers": WORKERS, "--blocking-threads": THREADS}
    arguments = [str(part) for option in options.items() for part in option]
    process = subprocess.Popen(
        [*command, *arguments, "--no-access-log", "--log-level", "warning"], env=environment
    )
    try:
        _wait(process, port)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"granian ended with {process.returncode}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"granian did not answer on port {port} within {START_LIMIT_S} s")


def _cpu_s(pid: int) -> float:
    """User and system time of a process and of those it started."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS + sum(_cpu_s(int(child)) for child in children)
