"""Where things lie under DATA_DIR, and the small files that carry state between processes."""

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hospital.servers.errors import ServerError

BASE_DIR = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class DataDir:
    """The folder that holds everything the servers and the demo keep."""

    root: Path

    @classmethod
    def named(cls, path: str | os.PathLike[str] | None) -> "DataDir":
        """The folder of the setting DATA_DIR; unset, ``.data`` beside manage.py."""
        return cls((Path(path).expanduser() if path else BASE_DIR / ".data").absolute())

    @property
    def secrets(self) -> Path:
        """Passwords of the servers, readable by their owner only."""
        return self.root / "secrets.json"

    @property
    def demo(self) -> Path:
        """Mark of a demo, and its port."""
        return self.root / "demo.json"

    def server(self, name: str) -> Path:
        """Folder of one server."""
        return self.root / "servers" / name

    def create(self) -> None:
        """Make the folder, closed to other users."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.root / "servers").mkdir(mode=0o700, exist_ok=True)
            probe = self.root / f".write-{os.getpid()}-{threading.get_ident()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise ServerError(
                f"DATA_DIR={self.root}: {error.strerror}. "
                "Name a folder you may write to: DATA_DIR=/path make demo"
            ) from error


def read_json(path: Path) -> dict[str, Any]:
    """The content, or nothing when there is no such file yet."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (ValueError, OSError) as error:
        raise ServerError(
            f"{path} cannot be read ({error}). Restore it, or start over: make demo RESET=1"
        ) from error


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step, readable by its owner only, safe against a power cut."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


SECRET_NAMES = ("postgres_owner", "postgres", "valkey")


def secrets_of(data: DataDir) -> dict[str, str]:
    """The passwords of the servers of this DATA_DIR, made at the first call."""
    with locked(data.root / "secrets.lock"):
        known = read_json(data.secrets)
        missing = {name: secrets.token_urlsafe(36) for name in SECRET_NAMES if name not in known}
        if missing:
            write_json(data.secrets, known | missing)
        return known | missing


def open_lock(path: Path) -> int:
    """A descriptor to lock; the kernel releases it when its process ends, however it ends."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def try_lock(descriptor: int) -> bool:
    """Whether this process now holds the lock alone."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock alone, waiting for it."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
