"""What manage.py and the other entry points do before Django reads its settings."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hospital.servers.layout import DataDir, read_json, secrets_of

SERVERS = {"DATABASE_URL": "postgres", "REDIS_URL": "valkey"}

# Commands that touch no server; they run with addresses that lead nowhere.
OFFLINE = {
    "",
    "help",
    "--help",
    "-h",
    "version",
    "--version",
    "compile_po",
    "collectstatic",
    "makemessages",
    "check_ready",
}
NOWHERE = {
    "DATABASE_URL": "postgres://nobody:none@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    **dict.fromkeys(("SECRET_KEY", "FIELD_KEY", "INDEX_KEY"), "of an offline command"),
}
filled: set[str] = set()
"""What an offline command did not find in the environment."""


def ensure(data_dir: str | Path | None = None) -> tuple[str, str]:
    """The addresses of PostgreSQL and Valkey of a DATA_DIR, started if they are not up.

    They run until the last process that asked for them has ended, however it ended.
    """
    data = DataDir.named(data_dir)
    found = ensure_servers(data, list(SERVERS))
    return found["DATABASE_URL"], found["REDIS_URL"]


def ensure_servers(data: DataDir, settings: Sequence[str]) -> dict[str, str]:
    """The address for each of the named settings, their servers started side by side."""
    from hospital.servers.client import ensure_server

    data.create()
    secrets_of(data)
    with ThreadPoolExecutor(len(SERVERS)) as pool:
        return dict(
            zip(settings, pool.map(lambda name: ensure_server(SERVERS[name], data), settings), strict=True)
        )


def is_set(name: str) -> bool:
    """Whether the environment names a value, directly or by file."""
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def environment(arguments: Sequence[str] = ()) -> None:
    """Complete the environment: addresses of servers, the marks of a demo. What is set stays."""
    command = arguments[1] if len(arguments) > 1 else "" if arguments else "serve"
    data = DataDir.named(os.environ.get("DATA_DIR"))
    os.environ["DATA_DIR"] = str(data.root)
    if command in OFFLINE:
        for name, value in NOWHERE.items():
            if not is_set(name):
                os.environ[name] = value
                filled.add(name)
        return
    if command == "demo":
        from hospital.servers.prelude import prepare

        prepare(arguments, data)
        return
    join_demo(data)
    missing = [name for name in SERVERS if not is_set(name)]
    if missing:
        os.environ.update(ensure_servers(data, missing))
    if "DATABASE_URL" in missing:
        os.environ.setdefault("MAKE_KEYS", "1")  # they seal nothing but what lies in the same folder
    if arguments and "DATABASE_URL" not in missing:
        from hospital.servers.check import check_database

        check_database()


def join_demo(data: DataDir) -> None:
    """Mark this process as part of the folder's demo, if there is one and no other server is named."""
    known = read_json(data.demo)
    if known and not is_set("DATABASE_URL"):
        os.environ.setdefault("DEMO", "1")
        os.environ.setdefault("PORT", str(known.get("port", 8000)))
