"""W1: from a committed call to the last of 1,000 screens.

The product is the real thing: the call's service commits and announces, a uvicorn process with the consumers hears of
it from Valkey, reads the board, renders it once and sends it. The reference is a bare ``websockets`` server that is
handed the same text and broadcasts it.
"""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from bench.clinic import Clinic
from bench.fleet import Fleet
from bench.live_server import HOST, NAME, Server, in_django, process, uvicorn
from bench.measure import REPEATS, Goal, line
from hospital.servers.ports import free_port

GOAL = Goal("W1", "call to last screen / websockets broadcast", "ms", 1.5, 1.0, at_most=True)
SCALES = {"full": 1000, "small": 200}
SETTLE_S = 0.4
HandOver = Callable[[bytes], float]
"""Gives the reference the text to send; returns when it was given."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """No collecting of garbage between a call and the last screen that shows it."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def called(clinic: Clinic, screens: Fleet) -> tuple[float, bytes]:
    """Call the next patient: how many ms later the last screen showed it, and what it showed."""
    await in_django(clinic.settle)
    await asyncio.sleep(SETTLE_S)
    mark = await in_django(clinic.next_call)
    return await screens.last_after(clinic.call, mark) * 1000, mark


async def compare(
    goal: Goal, clinic: Clinic, product: Server, reference: Server, hand_over: HandOver, **more: Any
) -> dict[str, Any]:
    """As many screens in front of both, the same content to both, in turn."""
    screens, others = Fleet(), Fleet()
    await screens.connect(HOST, product.port, [f"/ws/screens/{token}/" for token in clinic.tokens])
    await others.connect(HOST, reference.port, ["/"] * len(clinic.tokens))
    products, references = [], []
    with undisturbed():
        for turn in range(REPEATS + 1):
            ours, mark = await called(clinic, screens)
            await asyncio.sleep(SETTLE_S)
            theirs = await others.last_after(lambda: hand_over(screens.latest), mark) * 1000
            if turn:  # the first one warms up
                products.append(ours)
                references.append(theirs)
    screens.close()
    others.close()
    ratios = [ours / theirs for ours, theirs in zip(products, references, strict=True)]
    return line(
        goal,
        median(ratios),
        median(products),
        median(references),
        REPEATS,
        server=NAME,
        screens=len(clinic.tokens),
        frame_bytes=len(screens.latest),
        **more,
    )


def hand_over(broadcaster: Server, text: bytes) -> float:
    """Write it as a line to the process, which sends it to all."""
    pipe = broadcaster.process.stdin
    assert pipe is not None
    pipe.write(text + b"\n")
    begun = time.perf_counter()
    pipe.flush()
    return begun


def run(scale: str) -> dict[str, Any]:
    """Measure W1."""
    clinic, bare = Clinic(SCALES[scale]), free_port()
    with uvicorn() as live, process("bench.broadcast", str(bare), port=bare) as broadcaster:
        return asyncio.run(
            compare(GOAL, clinic, live, broadcaster, lambda text: hand_over(broadcaster, text))
        )
