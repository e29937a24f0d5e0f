"""The server under test, as in production: granian with the WSGI application, two workers of two threads."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from hospital.servers.ports import free_port

WORKERS = THREADS = 2
NAME = f"granian {version('granian')}, WSGI, {WORKERS} workers x {THREADS} threads"
START_LIMIT_S = 60


@contextmanager
def serving() -> Iterator[int]:
    """Serve the product on a free port, with the demo's switches off, until the block ends."""
    port = free_port()
    environment = os.environ | {
        "WEB_PROCESS": "1",
        "DEMO": "0",
        "CLOCK_MOVABLE": "0",
        "LOG_LEVEL": "WARNING",
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "hospital.wsgi:application"]
    options = {"--host": "127.0.0.1", "--port": port, "--workers": WORKERS, "--blocking-threads": THREADS}
    arguments = [str(part) for option in options.items() for part in option]
    process = subprocess.Popen(
        [*command, *arguments, "--no-access-log", "--log-level", "warning"], env=environment
    )
    try:
        _wait(process, port)
        yield port
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
