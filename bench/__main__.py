"""``python -m bench [--only B1,W1] [--scale small]``: one JSON line a ratio, then a table.

Goals are printed, never enforced: absolute figures of a shared machine mean little, and a ratio is a figure to
look at, not a test. The figures say which server they are of.
"""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MODULES = {"B1": "bench.bookings", "B2": "bench.hot_slot", "W1": "bench.screens", "N1": "bench.nightly"}
"""Each has ``run(scale) -> dict``, the line that is printed (``bench.measure.line``)."""


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for; 1 when something could not be measured."""
    options = parser().parse_args(arguments)
    prepare()
    lines, failed = [], 0
    for name in options.only:
        print(f"# {name}: load {os.getloadavg()[0]:.2f}", file=sys.stderr, flush=True)
        try:
            lines.append(importlib.import_module(MODULES[name]).run(options.scale))
        except Exception as error:  # noqa: BLE001 - the others are measured all the same
            failed = 1
            print(
                f"{name} could not be measured: {type(error).__name__}: {error}", file=sys.stderr, flush=True
            )
        else:
            print(json.dumps(lines[-1], ensure_ascii=False), flush=True)
    print(table(lines))
    return failed


def parser() -> argparse.ArgumentParser:
    """The options of ``make bench``."""
    made = argparse.ArgumentParser(prog="make bench", description=__doc__)
    made.add_argument("--only", type=_names, default=list(MODULES), help="B1,W1")
    made.add_argument("--scale", choices=["full", "small"], default="full")
    return made


def _names(text: str) -> list[str]:
    names = [name.strip().upper() for name in text.split(",") if name.strip()]
    unknown = sorted(set(names) - set(MODULES))
    if unknown or not names:
        raise argparse.ArgumentTypeError(
            f"{', '.join(unknown) or 'nothing'}: expected some of {', '.join(MODULES)}"
        )
    return names


def prepare() -> None:
    """Set Django up on servers of our own: the bench empties tables, so never on a named database."""
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        raise SystemExit("the bench empties tables: unset DATABASE_URL, it starts a PostgreSQL of its own")
    os.environ.setdefault("DATA_DIR", ".data-bench")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
    os.environ["DEMO"] = "1"
    from hospital import servers

    servers.environment()
    import django

    django.setup()
    from django.conf import settings

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


def table(lines: list[dict[str, Any]]) -> str:
    """The same figures for people."""
    rows = [("", "ratio", "goal", "stretch", "product", "reference", "unit", "load", "")]
    rows += [
        (
            found["id"],
            f"{found['ratio']:g}",
            f"{found['goal']:g}",
            f"{found.get('stretch', ''):g}" if "stretch" in found else "",
            f"{found['product']:g}",
            f"{found['reference']:g}",
            found["unit"],
            f"{found['load1']:g}",
            {True: "reached", False: "not reached"}.get(found.get("reached"), ""),  # type: ignore[arg-type]
        )
        for found in lines
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
