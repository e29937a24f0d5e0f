"""Find the servers of a DATA_DIR, or have them started, for the life of this process."""

import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from hospital.servers.errors import ServerError
from hospital.servers.layout import BASE_DIR, DataDir, locked, open_lock, read_json, try_lock

START_LIMIT_S = 150
STOP_LIMIT_S = 30
_held: dict[str, int] = {}


def ensure_server(name: str, data: DataDir) -> str:
    """The address of the server, which runs at least until this process ends.

    Raises
    ------
    ServerError
        With the reason and the remedy, when it cannot be started.
    """
    folder = data.server(name)
    folder.mkdir(mode=0o700, exist_ok=True)
    use(folder / "users.lock")
    with locked(folder / "start.lock"):
        deadline = time.monotonic() + START_LIMIT_S
        while is_kept(folder / "keeper.lock"):
            if url := read_json(folder / "state.json").get("url"):
                return str(url)
            if time.monotonic() > deadline:
                raise ServerError(
                    f"{name} of {data.root} neither starts nor stops, see {folder / 'keeper.log'}"
                )
            time.sleep(0.05)
        return start_keeper(name, data)


def use(path: Path) -> None:
    """Hold the shared lock that keeps the server up; waits while a keeper is just stopping."""
    key = str(path)
    if key not in _held:
        descriptor = open_lock(path)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _held[key] = descriptor


def release(data: DataDir) -> None:
    """Stop using the servers of the folder, and wait for them to end unless others use them."""
    folders = [Path(key).parent for key in _held if key.startswith(f"{data.root}{os.sep}")]
    for folder in folders:
        os.close(_held.pop(str(folder / "users.lock")))
    for folder in folders:
        has_ended(folder)


def has_ended(folder: Path) -> bool:
    """Whether the server of the folder is down; one that nobody uses any more gets the time to end."""
    deadline = time.monotonic() + STOP_LIMIT_S
    while is_kept(folder / "keeper.lock"):
        if time.monotonic() > deadline or is_used(folder / "users.lock"):
            return False
        time.sleep(0.05)
    return True


def is_used(path: Path) -> bool:
    """Whether a process uses the server; a keeper that is stopping holds the lock too, and is none."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # refused while the keeper stops
        return not try_lock(descriptor)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)


def is_kept(path: Path) -> bool:
    """Whether a keeper is alive."""
    descriptor = open_lock(path)
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)


def start_keeper(name: str, data: DataDir) -> str:
    """Start the keeper and wait for its first word: the address, or why there is none."""
    reading, writing = os.pipe()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "DJANGO_"))}
    with (data.server(name) / "keeper.log").open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "hospital.servers.keeper", name, str(data.root), str(writing)],
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[writing],
            start_new_session=True,
        )
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        line = pipe.readline()
    if not line:
        raise ServerError(
            f"{name} could not be started (exit {keeper.wait()}), see {data.server(name) / 'keeper.log'}"
        )
    news = json.loads(line)
    if "error" in news:
        raise ServerError(str(news["error"]))
    return str(news["url"])
