"""B3: one hot slot with 32 clients against the same with 8: more people in line must not slow the line down."""

from typing import Any

from bench.bookings import CLIENTS, SEED, BookingLoad
from bench.hot_slot import QUOTA, SCALES
from bench.measure import Goal, interleaved
from bench.server import NAME, serving

GOAL = Goal("B3", "bookings of ONE hot slot, 32 clients / 8 clients", "bookings/s", 0.9, 1.0)
MANY = 32


def run(scale: str) -> dict[str, Any]:
    """Measure B3."""
    patients, seconds, _transactions = SCALES[scale]
    load = BookingLoad(patients=patients, slots=1, quota=QUOTA)
    with serving() as server:
        load.product(server.port, 1.0)
        return interleaved(
            GOAL,
            lambda: load.product(server.port, seconds, MANY),
            lambda: load.product(server.port, seconds, CLIENTS),
            server=NAME,
            clients=MANY,
            seed=SEED,
        )
