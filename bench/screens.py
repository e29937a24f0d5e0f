"""W1: from a committed call to the last of 1,000 screens.

The product is the real thing: the call's service commits and announces, a uvicorn process with the consumers hears of
it from Valkey, reads the board, renders it once and sends it. The reference is a bare ``websockets`` server that is
handed the same text and broadcasts it.
"""

import asyncio
import gc
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from statistics import median
from typing import Any

from bench.fleet import Fleet
from bench.measure import REPEATS, Goal, line
from hospital.servers.ports import free_port

GOAL = Goal("W1", "call to last screen / websockets broadcast", "ms", 1.5, 1.0, at_most=True)
SCALES = {"full": 1000, "small": 200}
NAME = f"uvicorn {version('uvicorn')}, one process, websockets-sansio"
HOST = "127.0.0.1"
SETTLE_S = 0.4
LIVE_OPTIONS = (
    "--ws",
    "websockets-sansio",
    "--ws-per-message-deflate",
    "false",
    "--lifespan",
    "off",
    "--no-access-log",
    "--log-level",
    "warning",
)


class Clinic:
    """A running session with people waiting, and as many screens as wanted in front of its room."""

    def __init__(self, screens: int) -> None:
        from django.core.management import call_command

        from booking.selectors import expert_by_code
        from hospital.common import clock
        from hospital.common.actor import Actor
        from hospital.demo import accounts, clinic, day
        from hospital.management.commands.demo import collect_static
        from queueing import services

        call_command("migrate", verbosity=0)
        collect_static()
        self.actor = Actor.job("bench")
        if not self._session():
            clinic.define(accounts.people_ensure(clock.now())["expert"].pk, clock.now())
            day.session_running_ensure(now=clock.now(), expert=expert_by_code(code=clinic.RUNNING_EXPERT))
        session = self._session()
        self.code = session.code
        self.tokens = [
            services.screen_add(
                name=f"bench {number}",
                place="",
                room_codes=[session.room.code],
                actor=self.actor,
                now=clock.now(),
            )[1]
            for number in range(screens)
        ]

    def _session(self) -> Any:
        from booking.models import ClinicSession

        running = ClinicSession.objects.filter(state="running").select_related("room")
        return running.order_by("-pk").first()

    def call(self) -> float:
        """Call the next patient; return the moment at which the commit was announced."""
        from hospital.common import clock, live
        from queueing import services

        announced: list[float] = []
        publish = live.publish

        def timed(text: str) -> bool:
            announced.append(time.perf_counter())
            return publish(text)

        live.publish = timed
        try:
            services.ticket_call_next(session_code=self.code, actor=self.actor, now=clock.now())
        finally:
            live.publish = publish
        return announced[0]

    def settle(self) -> None:
        """Take the call back, so that the same people wait for the next one."""
        from hospital.common import clock
        from hospital.common.errors import DomainError
        from queueing import services
        from queueing.models import Ticket

        for ticket in Ticket.objects.filter(session__code=self.code, state="called"):
            try:
                services.ticket_undo(code=ticket.code, actor=self.actor, now=clock.now())
            except DomainError:  # called by an earlier run
                services.ticket_finish(code=ticket.code, actor=self.actor, now=clock.now())

    def next_call(self) -> bytes:
        """What the next call's frame holds: the number of its announcement."""
        from queueing.models import Call

        last = Call.objects.order_by("-pk").values_list("pk", flat=True).first()
        return b'data-call=\\"%d\\"' % ((last or 0) + 1)


@contextmanager
def process(*command: str, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; it must listen on ``port``."""
    started = subprocess.Popen(
        [sys.executable, "-m", *command], stdin=subprocess.PIPE, env=os.environ | environment
    )
    try:
        until = time.monotonic() + 60
        while not _listens(port):
            if time.monotonic() > until or started.poll() is not None:
                raise RuntimeError(f"{command[0]} does not listen on port {port}")
            time.sleep(0.1)
        yield started
    finally:
        started.kill()
        started.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def in_django(action: Callable[[], Any]) -> Any:
    """Run ``action`` in a thread of its own, off the event loop."""
    from django.db import connection

    def run() -> Any:
        try:
            return action()
        finally:
            connection.close()

    return asyncio.get_running_loop().run_in_executor(None, run)


async def measure(
    clinic: Clinic, live: int, bare: int, broadcaster: subprocess.Popen[bytes]
) -> dict[str, Any]:
    """Both in turn."""
    screens, others = Fleet(), Fleet()
    await screens.connect(HOST, live, [f"/ws/screens/{token}/" for token in clinic.tokens])
    await others.connect(HOST, bare, ["/"] * len(clinic.tokens))
    products, references = [], []
    gc.collect()
    gc.disable()
    for turn in range(REPEATS + 1):
        await in_django(clinic.settle)
        await asyncio.sleep(SETTLE_S)
        mark = await in_django(clinic.next_call)
        product = await screens.last_after(clinic.call, mark)
        await asyncio.sleep(SETTLE_S)
        reference = await others.last_after(partial(hand_over, broadcaster, screens.latest), mark)
        if turn:  # the first one warms up
            products.append(product * 1000)
            references.append(reference * 1000)
    gc.enable()
    screens.close()
    others.close()
    ratios = [product / reference for product, reference in zip(products, references, strict=True)]
    return line(
        GOAL,
        median(ratios),
        median(products),
        median(references),
        REPEATS,
        server=NAME,
        screens=len(clinic.tokens),
        frame_bytes=len(screens.latest),
    )


def hand_over(broadcaster: subprocess.Popen[bytes], text: bytes) -> float:
    """Give the reference the text to send; return when it was given."""
    assert broadcaster.stdin is not None
    broadcaster.stdin.write(text + b"\n")
    begun = time.perf_counter()
    broadcaster.stdin.flush()
    return begun


def run(scale: str) -> dict[str, Any]:
    """Measure W1."""
    clinic = Clinic(SCALES[scale])
    live, bare = free_port(), free_port()
    uvicorn = ("uvicorn", "hospital.asgi:application", "--host", HOST, "--port", str(live), *LIVE_OPTIONS)
    switches = {"WEB_PROCESS": "1", "DEMO": "0", "CLOCK_MOVABLE": "0", "LOG_LEVEL": "ERROR"}
    with (
        process(*uvicorn, port=live, **switches),
        process("bench.broadcast", str(bare), port=bare) as broadcaster,
    ):
        return asyncio.run(measure(clinic, live, bare, broadcaster))
