"""N2: the night's work for one new day at twice the history, against the same at once.

Both histories are in one database, in a schema each, and are measured in turn. See ``bench.nightly``.
"""

import gc
from typing import Any

from django.core.management import call_command
from django.db import connection

from bench.measure import REPEATS, Goal, interleaved
from bench.nightly import SCALES, History

GOAL = Goal("N2", "nightly time at 2x history / at 1x", "s", 1.1, 1.0, at_most=True)


class InSchema:
    """A history in tables of its own."""

    def __init__(self, name: str, visits: int) -> None:
        self.name = name
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {name}")
        self._look_here()
        call_command("migrate", verbosity=0)
        self.history = History(visits)
        self.history.fill()
        self.history.staff()
        self.nightly()
        gc.freeze()  # as a worker does

    def nightly(self) -> float:
        """Seconds for the next night of this history."""
        self._look_here()
        return self.history.nightly()

    def _look_here(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {self.name}")


def run(scale: str) -> dict[str, Any]:
    """Measure N2."""
    visits = SCALES[scale]
    once, twice = InSchema("once", visits // 2), InSchema("twice", visits)
    return interleaved(GOAL, twice.nightly, once.nightly, repeats=REPEATS, visits=[visits // 2, visits])
