"""W3: from a committed call to the last of 3,000 screens, against the last of 1,000 of the same process.

Between the turns two thousand screens connect and leave again, so that both see the same machine.
"""

import asyncio
from statistics import median
from typing import Any

from bench.clinic import Clinic
from bench.fleet import Fleet
from bench.live_server import HOST, NAME, Server, uvicorn
from bench.measure import REPEATS, Goal, line
from bench.screens import SETTLE_S, called, undisturbed

GOAL = Goal("W3", "call to last of 3,000 screens / last of 1,000", "ms", 3.5, 3.0, at_most=True)
SCALES = {"full": 1000, "small": 200}
TIMES = 3
LEAVING_S = 2.0
"""So long after thousands left nothing of it is under way any more."""


async def measure(clinic: Clinic, few: int, live: Server) -> dict[str, Any]:
    """The few, then all, and the others hang up."""
    paths = [f"/ws/screens/{token}/" for token in clinic.tokens]
    screens = Fleet()
    await screens.connect(HOST, live.port, paths[:few])
    products, references = [], []
    with undisturbed():
        for turn in range(REPEATS + 1):
            last_of_few, _mark = await called(clinic, screens)
            await screens.connect(HOST, live.port, paths[few:])
            await asyncio.sleep(SETTLE_S)
            last_of_all, _mark = await called(clinic, screens)
            screens.close(beyond=few)
            await asyncio.sleep(LEAVING_S)
            if turn:  # the first one warms up
                products.append(last_of_all)
                references.append(last_of_few)
    screens.close()
    ratios = [many / fewer for many, fewer in zip(products, references, strict=True)]
    return line(
        GOAL,
        median(ratios),
        median(products),
        median(references),
        REPEATS,
        server=NAME,
        screens=[few, len(paths)],
        frame_bytes=len(screens.latest),
    )


def run(scale: str) -> dict[str, Any]:
    """Measure W3."""
    few = SCALES[scale]
    clinic = Clinic(few * TIMES)
    with uvicorn() as live:
        return asyncio.run(measure(clinic, few, live))
