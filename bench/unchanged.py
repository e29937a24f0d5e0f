"""P1: a slot list or board that has not changed (304 by its ETag), against a view that asks the database once."""

import http.client
from itertools import cycle
from typing import Any

from bench import clients
from bench.bookings import CLIENTS, BookingLoad
from bench.measure import Goal, interleaved
from bench.server import BARE, NAME, serving

GOAL = Goal("P1", "slot list unchanged (304) / one-query view", "answers/s", 0.8, 0.95)
SCALES = {"full": 4.0, "small": 1.0}


def run(scale: str) -> dict[str, Any]:
    """Measure P1."""
    seconds = SCALES[scale]
    BookingLoad(patients=1, slots=12, quota=10)

    def measure(request: bytes, port: int, status: int) -> float:
        done = clients.run(cycle([request]), port=port, clients=CLIENTS, seconds=seconds, wanted=status)
        return done.checked(status)

    with serving() as product, serving(BARE) as bare:
        path = _session_path()
        etag = _etag(product.port, path)
        unchanged = clients.get(path, port=product.port, If_None_Match=etag)
        asked = clients.get("/one-query/", port=bare.port)
        measure(unchanged, product.port, 304)
        return interleaved(
            GOAL,
            lambda: measure(unchanged, product.port, 304),
            lambda: measure(asked, bare.port, 200),
            server=NAME,
            clients=CLIENTS,
        )


def _session_path() -> str:
    from booking.models import ClinicSession

    return f"/api/v1/sessions/{ClinicSession.objects.earliest('opens_at').code}/"


def _etag(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().headers["ETag"]
