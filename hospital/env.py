"""Typed readers of the environment: a wrong value stops the start with the setting's name and the reason."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
PREPARE_AFTER = 2
"""How often a connection sees a statement of a hot path before PostgreSQL keeps its plan."""
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str | None = None) -> str:
    """The value of ``name``, or the content of the file that ``name_FILE`` points to (secrets)."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {file}: {error.strerror}") from error
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set")
    return value


def secret(name: str, folder: Path, *, make: bool) -> str:
    """The secret ``name``; when it is not set, the one kept in ``folder``, which ``make`` lets come into being.

    Keys made at random (mode 0600) let a demo or a test start with nothing set. Anywhere else a key that nobody
    knows of is worse than no start: what it sealed is lost with the folder, and a second machine makes another.
    """
    if os.environ.get(name) or os.environ.get(f"{name}_FILE"):
        return text(name)
    path = folder / name.lower()
    if not make and not path.exists():
        raise ImproperlyConfigured(
            f"{name} is not set: set it, or {name}_FILE to its file, to 32 random characters or more, "
            f"the same for every process, and keep a copy"
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():  # written aside, then linked: whoever starts at the same time reads a whole key
        aside = folder / f".{name.lower()}.{os.getpid()}"
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    return path.read_text(encoding="utf-8").strip()


def flag(name: str, *, default: bool = False) -> bool:
    """A yes-or-no setting: 1, true, yes, on; 0, false, no, off."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: expected 1 or 0")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={value!r}: expected a whole number") from error


def choice(name: str, choices: tuple[str, ...]) -> str:
    """One of ``choices``; the first when it is not set."""
    value = os.environ.get(name, choices[0])
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r}: expected one of {', '.join(choices)}")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(
    name: str,
    *,
    lock_timeout_s: int,
    statement_timeout_s: int,
    pool: dict[str, Any] | None,
    prepare: bool = True,
) -> dict[str, Any]:
    """The Django database of a ``postgres://user:password@host:port/name`` address.

    ``?host=/folder`` names a unix socket. Lock and statement timeouts are set on every connection. ``prepare``
    lets hot paths keep prepared statements (``hospital.common.sql``).
    """
    url = text(name)
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"{name}: expected postgres://user:password@host:port/name, got {parts.scheme or url!r}"
        )
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: the port is not a number") from error
    query = dict(parse_qsl(parts.query))
    options: dict[str, Any] = {
        "options": f"-c lock_timeout={lock_timeout_s}s -c statement_timeout={statement_timeout_s}s",
        "connect_timeout": 5,
        "prepare_threshold": PREPARE_AFTER if prepare else None,
    }
    if pool:
        options["pool"] = pool
    if sslmode := query.get("sslmode"):
        options["sslmode"] = sslmode
    database_name = unquote(parts.path.lstrip("/"))
    if not database_name:
        raise ImproperlyConfigured(f"{name}: the address names no database")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or unquote(parts.hostname or ""),
        "PORT": str(port or query.get("port", "")),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": options,
    }
