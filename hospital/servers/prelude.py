"""What `manage.py demo` does before Django reads its settings: folder, ports, servers."""

import argparse
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hospital.servers import ports
from hospital.servers.errors import ServerError
from hospital.servers.layout import DataDir, open_lock, read_json, try_lock, write_json

STEPS = 7
SERVERS = {"DATABASE_URL": "postgres", "REDIS_URL": "valkey"}
_held: list[int] = []
_began = time.monotonic()


@contextmanager
def step(number: int, what: str, *, talks: bool = False) -> Iterator[None]:
    """Say what is being done and how long it took; a step that ``talks`` prints lines of its own."""
    print(f"[{number}/{STEPS}] {what} ...", end="\n" if talks else "", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f"{'     ' if talks else ''} {time.monotonic() - started:.1f} s", flush=True)


def since_start_s() -> float:
    """Seconds since the command began."""
    return time.monotonic() - _began


def prepare(arguments: Sequence[str], data: DataDir) -> None:
    """Take the folder for this demo, see that its ports are free, have its servers answer.

    Raises
    ------
    ServerError
        With the reason and the remedy.
    """
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
    parser.add_argument("--reset", action="store_true")
    options, _ = parser.parse_known_args(arguments[2:])
    port = port_number(options.port)
    data.create()
    take(data, port)
    check_ports(port)
    if options.reset:
        reset(data)
    write_json(data.demo, {"port": port})
    os.environ.update(DEMO="1", PORT=str(port))
    start_servers(data)


def port_number(text: str) -> int:
    """The port that the command line or PORT names; the next one is taken too."""
    lowest = 1 if os.geteuid() == 0 else 1024
    if not (text.isascii() and text.isdecimal() and lowest <= int(text) <= 65534):
        raise ServerError(f"PORT={text}: expected a number from {lowest} to 65534, for instance PORT=8010")
    return int(text)


def take(data: DataDir, port: int) -> None:
    """One demo a folder, until this process ends."""
    descriptor = open_lock(data.root / "demo.lock")
    if not try_lock(descriptor):
        running = read_json(data.demo).get("port", port)
        raise ServerError(
            f"a demo of DATA_DIR={data.root} is running already: http://127.0.0.1:{running}. "
            f"Use that one, stop it (Ctrl-C), or run a second hospital: "
            f"make demo DATA_DIR=.data2 PORT={int(running) + 10}"
        )
    _held.append(descriptor)


def check_ports(port: int) -> None:
    """Raise unless the demo can listen where it is asked to."""
    for wanted, purpose in ((port, "pages"), (port + 1, "sandbox payment gateway")):
        if not ports.is_free(wanted):
            holder = ports.holder_of(wanted)
            free = next(n for n in range(port + 10, 65000, 10) if ports.is_free(n) and ports.is_free(n + 1))
            raise ServerError(
                f"port {wanted} ({purpose}) is in use{f' by {holder}' if holder else ''}. "
                f"Stop that program, or choose another port: make demo PORT={free}"
            )


def reset(data: DataDir) -> None:
    """Remove everything the demo keeps; a folder that is not a demo's is left alone."""
    if any(os.environ.get(name) or os.environ.get(f"{name}_FILE") for name in SERVERS):
        raise ServerError(
            "RESET=1 starts over only with servers of our own: DATABASE_URL or REDIS_URL is set. "
            "Empty that database yourself, or unset both."
        )
    kept = {"demo.lock", "secrets.lock"}
    known = {
        "servers",
        "secrets.json",
        "demo.json",
        "demo-accounts.json",
        "static",
        "gateway",
        "beat-schedule",
        "media",
        "keys",
    }
    from hospital.servers.client import has_ended

    for name in SERVERS.values():
        folder = data.server(name)
        if folder.is_dir() and not has_ended(folder):
            raise ServerError(
                f"another command uses the {name} server of {data.root}: let it end, then start over"
            )
    for path in data.root.iterdir():
        if path.is_dir() and not path.is_symlink() and path.name in known:
            shutil.rmtree(path)
        elif path.name in known - kept or path.name.startswith("beat-schedule"):
            path.unlink()
    data.create()


def start_servers(data: DataDir) -> None:
    """Have PostgreSQL and Valkey answer, and put their addresses into the environment."""
    from hospital.servers.check import check_database, check_redis
    from hospital.servers.entry import ensure_servers, is_set

    missing = [name for name in SERVERS if not is_set(name)]
    own = " and ".join({"DATABASE_URL": "PostgreSQL", "REDIS_URL": "Valkey"}[name] for name in missing)
    with step(1, f"servers ({own} under {data.root})" if own else "servers (DATABASE_URL, REDIS_URL)"):
        if "DATABASE_URL" not in missing:
            check_database()
        if "REDIS_URL" not in missing:
            check_redis()
        if missing:
            os.environ.update(ensure_servers(data, missing))
        os.environ["FENLIU_EMBEDDED"] = ",".join(missing)
