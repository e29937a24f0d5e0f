"""W2: from a committed call to the last of 1,000 screens, against Channels' stock Redis pub/sub layer.

The reference (``bench.stock``) runs in the same server with the same options, and is only handed the finished text.
"""

import asyncio
import os
import time
from importlib.metadata import version
from typing import Any

from bench.clinic import Clinic
from bench.live_server import uvicorn
from bench.measure import Goal
from bench.screens import SCALES, compare

GOAL = Goal("W2", "call to last screen / Channels' Redis pub/sub layer", "ms", 0.2, 0.1, at_most=True)
GROUP = "screens"
STOCK = f"channels {version('channels')}, channels_redis {version('channels_redis')}"


async def measure(clinic: Clinic) -> dict[str, Any]:
    """The layer of this process sends to the group that the screens of the other one are in."""
    from channels_redis.pubsub import RedisPubSubChannelLayer

    layer = RedisPubSubChannelLayer(hosts=[os.environ["REDIS_URL"]])
    loop = asyncio.get_running_loop()

    def hand_over(text: bytes) -> float:
        begun = time.perf_counter()
        sending = layer.group_send(GROUP, {"type": "board", "text": text.decode()})
        asyncio.run_coroutine_threadsafe(sending, loop).result(30)
        return begun

    with uvicorn() as live, uvicorn("bench.stock:application") as stock:
        return await compare(GOAL, clinic, live, stock, hand_over, reference_server=STOCK)


def run(scale: str) -> dict[str, Any]:
    """Measure W2."""
    clinic = Clinic(SCALES[scale])
    return asyncio.run(measure(clinic))
