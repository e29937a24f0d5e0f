"""B2: the same on one hot slot, against pgbench on one hot row."""

from typing import Any

from bench.bookings import CLIENTS, SEED, BookingLoad
from bench.measure import Goal, interleaved
from bench.server import NAME, serving

GOAL = Goal("B2", "bookings of ONE hot slot over HTTP / pgbench on one hot row", "bookings/s", 0.70, 1.0)
QUOTA = 32_000
SCALES = {"full": (12_000, 4.0, 600), "small": (4_000, 1.0, 150)}


def run(scale: str) -> dict[str, Any]:
    """Measure B2."""
    patients, seconds, transactions = SCALES[scale]
    load = BookingLoad(patients=patients, slots=1, quota=QUOTA)
    with serving() as server:
        load.product(server.port, 1.0)
        return interleaved(
            GOAL,
            lambda: load.product(server.port, seconds),
            lambda: load.reference(transactions),
            server=NAME,
            clients=CLIENTS,
            seed=SEED,
        )
