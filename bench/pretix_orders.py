"""B5, only on request: bookings a second through HTTP against orders a second through the API of pretix.

pretix is what a hospital could install instead. It is installed once, apart, under DATA_DIR (a quarter of an hour, most
of it migrations; whatever is there is kept and gone on with), and runs on the same PostgreSQL, with as many processes,
without its optional Redis and Celery. An order that it refuses because too many come at once (409) is not counted.
"""

import http.client
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

import psycopg

from bench import clients
from bench.bookings import CLIENTS, SEED, SLOTS, BookingLoad
from bench.measure import Goal, interleaved
from bench.server import NAME, WORKERS, serving
from hospital.servers.ports import free_port

GOAL = Goal("B5", "bookings over HTTP, 500 slots / orders over the API of pretix", "bookings/s", 50, 100)
VERSION = "2026.8.0"
DATABASE = "bench_pretix"
PATH = "/api/v1/organizers/bench/events/bench/orders/"
SCALES = {
    # patients, seconds of the product, seconds of pretix
    "full": (16_000, 4.0, 15.0),
    "small": (4_000, 1.0, 5.0),
}
START_LIMIT_S = 180


class Pretix:
    """An installation of its own: programs, settings and files in one folder, a database on our server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "venv" / "bin" / "python"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
            "PRETIX_CONFIG_FILE": str(folder / "pretix.cfg"),
        }

    def install(self) -> None:
        """What is missing of it, step by step, so that an interrupted installation goes on where it stopped."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        if not self.python.exists():
            _say(f"pretix: making {self.python.parent.parent}")
            venv.create(self.python.parent.parent, with_pip=True)
        if self._installed() != VERSION:
            _say(f"pretix: installing {VERSION}, some ten minutes")
            self.run("-m", "pip", "install", f"pretix=={VERSION}", "gunicorn")
        self._configure()
        _say("pretix: migrating its database, some ten minutes the first time")
        self.run("-m", "pretix", "migrate")

    def _installed(self) -> str:
        ask = "import gunicorn; from importlib.metadata import version; print(version('pretix'))"
        done = subprocess.run([self.python, "-c", ask], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    def _configure(self) -> None:
        """A plain configuration, with a database of its own."""
        from django.conf import settings
        from django.db import connection

        ours = settings.DATABASES["default"]
        with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as server:
            known = server.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                server.execute(f"CREATE DATABASE {DATABASE}")  # type: ignore[call-overload]
        (self.folder / "pretix.cfg").write_text(
            f"[pretix]\ninstance_name=bench\nurl=http://127.0.0.1\ncurrency=CNY\ndatadir={self.folder / 'data'}\n"
            f"[database]\nbackend=postgresql\nname={DATABASE}\nuser={ours['USER']}\npassword={ours['PASSWORD']}\n"
            f"host={ours['HOST']}\nport={ours['PORT']}\n[django]\ndebug=off\nsecret={'bench' * 10}\n"
        )

    def run(self, *arguments: str) -> None:
        """Run its Python at the lowest priority, its output on the screen."""
        subprocess.run(
            ["nice", "-n", "19", self.python, *arguments], env=self.environment, stdout=sys.stderr, check=True
        )

    def shop(self) -> dict[str, Any]:
        """A shop with a token for its API and a ticket to sell."""
        program = Path(__file__).with_name("pretix_shop.py")
        done = subprocess.run(
            [self.python, program], env=self.environment, stdout=subprocess.PIPE, text=True, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Its port, for the block: gunicorn, as its manual says, with threads so that clients keep connections."""
        port = free_port()
        options = {
            "--workers": WORKERS,
            "--threads": CLIENTS,
            "--keep-alive": 60,
            "--timeout": 120,
            "--graceful-timeout": 5,
        }
        arguments = [str(part) for option in options.items() for part in option]
        with (self.folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [self.python, "-m", "gunicorn", "pretix.wsgi", "--bind", f"127.0.0.1:{port}", *arguments],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            _wait(process, port)
            yield port
        finally:
            process.terminate()
            process.wait(30)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=START_LIMIT_S)
        try:
            asked.request("GET", "/healthcheck/")
            asked.getresponse()
        except OSError:
            time.sleep(0.5)
        else:
            return
        finally:
            asked.close()
    raise RuntimeError("pretix did not start, see server.log in its folder")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def orders(port: int, shop: dict[str, Any]) -> Iterator[bytes]:
    """The same order again and again: one ticket, to be paid later."""
    order = {
        "email": "bench@example.org",
        "locale": "en",
        "payment_provider": "manual",
        "positions": [{"item": shop["item"]}],
    }
    return repeat(clients.post(PATH, json.dumps(order), port=port, token=shop["token"], key=""))


def run(scale: str) -> dict[str, Any]:
    """Measure B5."""
    patients, seconds, seconds_of_pretix = SCALES[scale]
    pretix = Pretix(Path(os.environ["DATA_DIR"]).resolve() / "pretix")
    pretix.install()
    shop = pretix.shop()
    load = BookingLoad(patients=patients, slots=SLOTS, quota=max(200, patients // SLOTS * 4))
    with serving() as server, pretix.serving() as port:

        def ordered(seconds: float) -> float:
            return clients.run(orders(port, shop), port=port, clients=CLIENTS, seconds=seconds).rate(201)

        load.product(server.port, 1.0)
        ordered(3.0)
        return interleaved(
            GOAL,
            lambda: load.product(server.port, seconds),
            lambda: ordered(seconds_of_pretix),
            server=f"{NAME}; pretix {VERSION}, gunicorn, {WORKERS} workers",
            clients=CLIENTS,
            seed=SEED,
        )
