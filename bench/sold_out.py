"""B4: answers "sold out" a second, against a view that asks the database once; both served alike."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from bench import clients
from bench.bookings import CLIENTS, SEED, BookingLoad
from bench.measure import Goal, interleaved
from bench.server import BARE, NAME, serving

GOAL = Goal("B4", 'answers "sold out" over HTTP / one-query view', "answers/s", 0.7, 0.9)
SCALES = {"full": (4_000, 4.0), "small": (500, 1.0)}


def run(scale: str) -> dict[str, Any]:
    """Measure B4."""
    patients, seconds = SCALES[scale]
    load = BookingLoad(patients=patients, slots=1, quota=1)
    _sell_out()

    def measure(requests: Iterator[bytes], port: int, status: int) -> float:
        done = clients.run(requests, port=port, clients=CLIENTS, seconds=seconds, wanted=status)
        return done.checked(status)

    with serving() as product, serving(BARE) as bare:
        refused = cycle(list(load.requests(product.port)))
        asked = cycle([clients.get("/one-query/", port=bare.port)])
        measure(refused, product.port, 409)
        return interleaved(
            GOAL,
            lambda: measure(refused, product.port, 409),
            lambda: measure(asked, bare.port, 200),
            server=NAME,
            clients=CLIENTS,
            seed=SEED,
        )


def _sell_out() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE booking_slot SET booked = quota")
