"""P2: processor time of a page with 30 rows against an empty view, both served alike."""

from itertools import cycle
from typing import Any

from bench import clients
from bench.bookings import CLIENTS, BookingLoad
from bench.measure import Goal, interleaved
from bench.server import BARE, NAME, Served, serving

GOAL = Goal("P2", "processor time of a page with 30 experts / empty view", "ms", 20, 10, at_most=True)
SCALES = {"full": 4.0, "small": 1.0}
EXPERTS = 30
SLOTS_OF_AN_EXPERT = 6 * 12
PAGE = "/?all=1"


def run(scale: str) -> dict[str, Any]:
    """Measure P2."""
    from django.core.management import call_command

    seconds = SCALES[scale]
    call_command("collectstatic", interactive=False, verbosity=0)
    BookingLoad(patients=1, slots=EXPERTS * SLOTS_OF_AN_EXPERT, quota=10)

    def cpu_ms(path: str, server: Served) -> float:
        asked = cycle([clients.get(path, port=server.port, Accept_Language="zh-CN")])
        before = server.cpu_s()
        done = clients.run(asked, port=server.port, clients=CLIENTS, seconds=seconds, wanted=200)
        done.checked(200)
        return 1000 * (server.cpu_s() - before) / done.statuses[200]

    with serving() as product, serving(BARE) as bare:
        cpu_ms(PAGE, product)
        return interleaved(
            GOAL,
            lambda: cpu_ms(PAGE, product),
            lambda: cpu_ms("/empty/", bare),
            server=NAME,
            clients=CLIENTS,
        )
