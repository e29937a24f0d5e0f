"""Threads in which the event loop of a live process has the database read."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

WORKERS = 2
T = TypeVar("T")


class Readers:
    """A few threads; each gives its connection back after every piece of work."""

    def __init__(self, name: str) -> None:
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix=name)

    async def run(self, action: Callable[[], T]) -> T:
        """Run ``action``, which uses the database, off the event loop."""

        def work() -> T:
            try:
                return action()
            finally:
                connections.close_all()

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def close(self) -> None:
        """Wait for what is under way, begin nothing more."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
