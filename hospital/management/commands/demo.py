"""Set up the demo hospital and serve it: ``make demo``."""

import argparse
import asyncio
import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from hospital.servers.client import release
from hospital.servers.layout import DataDir
from hospital.servers.prelude import since_start_s, step
from hospital.servers.processes import demo_processes, schedule_of
from hospital.servers.readiness import Readiness, watch_servers
from hospital.servers.supervisor import Supervisor

OWN_APPS = {"hospital", "booking", "queueing", "analytics"}


class Command(BaseCommand):
    """Sets the demo up step by step, then supervises its processes."""

    help = "Set up the demo hospital (database, static files, people) and serve it until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Options; manage.py has acted on them already, before the settings were read."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--reset", action="store_true", help="start over: remove what the demo keeps")
        parser.add_argument(
            "--empty", action="store_true", help="serve it without the demo hospital's people"
        )

    def handle(self, *args: Any, port: int, empty: bool = False, **options: Any) -> None:
        """Set up, serve, return when asked to stop."""
        data = DataDir.named(settings.DATA_DIR)
        with step(2, "translations"):
            call_command("compile_po")
        with step(3, "static files"):
            collect_static()
        with step(4, "database tables"):
            migrate()
        with step(5, "checks"):
            self.check()
        with step(6, "demo hospital", talks=True):
            if not empty:
                seed()
        connection.close()
        print("[7/7] processes: web, worker, beat, gateway", flush=True)
        supervisor = Supervisor(demo_processes(port, data))
        readiness = Readiness(port, schedule_of(data), on_ready=lambda: announce(port, data))
        try:
            asyncio.run(supervisor.run(readiness.watch, watch_servers(data)))
        except RuntimeError as error:
            raise CommandError(str(error)) from error
        finally:
            release(data)
        print("Stopped. The data is kept in", data.root, flush=True)


def announce(port: int, data: DataDir) -> None:
    """Say where the demo is and who may sign in."""
    accounts = data.root / "demo-accounts.json"
    if accounts.exists():
        print(f"Accounts to sign in with: {accounts}", flush=True)
    print(f"Begin here: http://127.0.0.1:{port}/demo/ lists every role's starting point.", flush=True)
    print(f"Started in {since_start_s():.1f} s. Ctrl-C stops it and keeps the data.", flush=True)
    print(f"Ready: http://127.0.0.1:{port}", flush=True)


def collect_static() -> None:
    """Collect static files when one of them changed: hashing them all takes seconds."""
    digest = hashlib.sha256(settings.STATIC_URL.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".fingerprint"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())


def migrate() -> None:
    """Bring the tables up to date; loading nothing more when they are.

    Raises
    ------
    CommandError
        The data was made by a version with steps that this one does not know: before the first release the steps are
        written anew now and then, afterwards it means an older program than the data.

    """
    executor = MigrationExecutor(connection)
    applied, known = set(executor.loader.applied_migrations), set(executor.loader.disk_migrations)
    if any(app in OWN_APPS for app, _name in applied - known):
        raise CommandError("another version of Fenliu made this data: start over with RESET=1 or --reset")
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def seed() -> None:
    """Make or top up the demo hospital; what users did stays as it is."""
    if "seed_demo" in get_commands():
        call_command("seed_demo", verbosity=0)
