"""``python -m bench.one B1 full``: measure one ratio in a process and a database of its own; print its line."""

import importlib
import json
import os
import sys
from pathlib import Path

MODULES = {
    "B1": "bench.bookings",
    "B2": "bench.hot_slot",
    "B3": "bench.many_clients",
    "B4": "bench.sold_out",
    "B5": "bench.pretix_orders",
    "W1": "bench.screens",
    "W2": "bench.stock_layer",
    "W3": "bench.more_screens",
    "P1": "bench.unchanged",
    "P2": "bench.page",
    "N1": "bench.nightly",
    "N2": "bench.more_history",
    "N3": "bench.quota_inputs",
    "L1": "bench.assignment",
    "S1": "bench.simulated",
}
"""Each has ``run(scale) -> dict``, the line that is printed (``bench.measure.line``)."""
ON_REQUEST = {"B5"}
"""Measured only when it is named: it installs another program first."""


def prepare() -> None:
    """Set Django up, with the tables and the folders that the product expects."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ["DEMO"] = "1"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    name, scale = sys.argv[1:]
    prepare()
    print(json.dumps(importlib.import_module(MODULES[name]).run(scale), ensure_ascii=False))
