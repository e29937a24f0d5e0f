"""``python -m bench [--only B1,W1] [--scale small]``: one JSON line a ratio, then a table.

Goals are printed, never enforced: absolute figures of a shared machine mean little, and a ratio is a figure to
look at, not a test. The figures say which server they are of.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from bench.one import MODULES, ON_REQUEST


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for; 1 when something could not be measured."""
    options = parser().parse_args(arguments)
    prepare()
    lines, failed = [], 0
    for name in options.only:
        print(f"# {name}: load {os.getloadavg()[0]:.2f}", file=sys.stderr, flush=True)
        found = measured(name, options.scale)
        if found is None:
            print(f"{name} could not be measured, see above", file=sys.stderr, flush=True)
            failed = 1
        else:
            print(json.dumps(found, ensure_ascii=False), flush=True)
            lines.append(found)
    print(table(lines))
    return failed


def parser() -> argparse.ArgumentParser:
    """The options of ``make bench``."""
    made = argparse.ArgumentParser(prog="make bench", description=__doc__)
    made.add_argument(
        "--only", type=_names, default=[name for name in MODULES if name not in ON_REQUEST], help="B1,W1"
    )
    made.add_argument("--scale", choices=["full", "small"], default="full")
    return made


def _names(text: str) -> list[str]:
    names = [name.strip().upper() for name in text.split(",") if name.strip()]
    unknown = sorted(set(names) - set(MODULES))
    if unknown or not names:
        known = ", ".join(MODULES)
        raise argparse.ArgumentTypeError(f"{', '.join(unknown) or 'nothing'}: expected some of {known}")
    return names


def prepare() -> None:
    """Start PostgreSQL and Valkey of our own: the bench fills and empties tables, never those of a named server."""
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        raise SystemExit("the bench runs on a PostgreSQL of its own: unset DATABASE_URL")
    os.environ.setdefault("DATA_DIR", ".data-bench")
    from hospital import servers

    servers.environment()


def measured(name: str, scale: str) -> dict[str, Any] | None:
    """One ratio from a fresh database and a process of its own; None when that failed (it has said why)."""
    with database(f"bench_{name.lower()}") as url:
        done = subprocess.run(
            [sys.executable, "-m", "bench.one", name, scale],
            env=os.environ | {"DATABASE_URL": url},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if done.returncode:
        return None
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def database(name: str) -> Iterator[str]:
    """An empty database of this name, gone after the block."""
    url = urlsplit(os.environ["DATABASE_URL"])
    drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name))
    with psycopg.connect(url.geturl(), autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield url._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(drop)


def table(lines: list[dict[str, Any]]) -> str:
    """The same figures for people."""
    rows = [("", "ratio", "goal", "stretch", "product", "reference", "unit", "load", "")]
    for found in lines:
        figures = [
            f"{found[column]:g}" for column in ("ratio", "goal", "stretch", "product", "reference", "load1")
        ]
        verdict = "reached" if found["reached"] else "not reached"
        rows.append((found["id"], *figures[:5], found["unit"], figures[5], verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    return "\n".join("  ".join(row).rstrip() for row in padded)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
