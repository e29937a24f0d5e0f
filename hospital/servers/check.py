"""Whether the servers named in the environment can be used; the reason, with the setting's name, if not."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from hospital.servers.errors import ServerError

LIMIT_S = 5


def value_of(name: str) -> str:
    """The setting, or the content of the file that NAME_FILE points to."""
    file = os.environ.get(f"{name}_FILE")
    try:
        return Path(file).read_text(encoding="utf-8").strip() if file else os.environ[name]
    except OSError as error:
        raise ServerError(f"{name}_FILE: cannot read {file}: {error.strerror}") from error


def check_database() -> None:
    """Raise unless PostgreSQL answers at DATABASE_URL."""
    import psycopg

    url = value_of("DATABASE_URL")
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise ServerError("DATABASE_URL: expected postgres://user:password@host:5432/name")
    try:
        with psycopg.connect(url, connect_timeout=LIMIT_S) as connection:
            row = connection.execute("SELECT current_setting('server_version_num')::int").fetchone()
    except (psycopg.Error, UnicodeError) as error:
        raise ServerError(
            f"DATABASE_URL: {one_line(error)}. "
            "Correct it, start that server, or unset it to use one of our own."
        ) from error
    if row and row[0] < 140_000:
        raise ServerError(f"DATABASE_URL: PostgreSQL {row[0] // 10_000} is too old, at least 14 is needed")


def check_redis() -> None:
    """Raise unless Valkey or Redis answers at REDIS_URL."""
    import redis

    url = value_of("REDIS_URL")
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=LIMIT_S, socket_timeout=LIMIT_S)
        client.ping()
        client.close()
    except (redis.RedisError, ValueError, OSError) as error:
        raise ServerError(
            f"REDIS_URL: {one_line(error)}. Correct it, start that server, or unset it to use one of our own."
        ) from error


def one_line(error: Exception) -> str:
    """The error's text without its line breaks."""
    return " ".join(str(error).split()).rstrip(".? ") or type(error).__name__
