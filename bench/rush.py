"""``python -m bench.rush [NUMBERS] [PATIENTS]``: everybody wants one of the numbers of one slot in the same moment.

Over real HTTP against the server of production. Each patient repeats the same request, under the same key, until it is
answered: 429 is obeyed (Retry-After, with jitter), a refused connection is tried again. Meanwhile somebody looks at the
start page and at the session's list of numbers, from a process of its own: 3,000 patients keep theirs busy. One JSON
line says what happened; 1 when a promise was broken.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from statistics import quantiles
from typing import Any

from bench.clients import get, post

SEED = 20261122
LIMIT_S = 300.0
NUMBERS, PATIENTS = 1009, 3000
POLL_S = 0.05
ROBOT_S = 1.0
"""After which a robot presses again, whatever it was told."""


@dataclass(slots=True)
class Seen:
    """What patients were told, how long each answer took, and what a reader saw meanwhile."""

    statuses: Counter[int] = field(default_factory=Counter)
    refused_connections: int = 0
    codes: list[str] = field(default_factory=list)
    answers_s: list[float] = field(default_factory=list)
    whole_s: list[float] = field(default_factory=list)
    pages_s: list[float] = field(default_factory=list)
    pages: Counter[int] = field(default_factory=Counter)


async def ask(request: bytes, port: int) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        if "content-length" in headers:
            return int(head[0][9:12]), headers, await reader.readexactly(int(headers["content-length"]))
        return int(head[0][9:12]), headers, b""
    finally:
        writer.close()


async def patient(
    request: bytes, port: int, seen: Seen, chance: random.Random, *, obeys: bool = True
) -> None:
    """Repeat one request until it is answered for good; a robot does not wait as long as it is told to."""
    begun = time.perf_counter()
    while True:
        sent = time.perf_counter()
        try:
            status, headers, body = await ask(request, port)
        except (OSError, asyncio.IncompleteReadError):
            seen.refused_connections += 1
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            continue
        seen.answers_s.append(time.perf_counter() - sent)
        seen.statuses[status] += 1
        if status not in {429, 503}:
            break
        await asyncio.sleep(int(headers["retry-after"]) * chance.uniform(0.5, 1.5) if obeys else ROBOT_S)
    seen.whole_s.append(time.perf_counter() - begun)
    if status == 201:
        seen.codes.append(json.loads(body)["code"])


def read(paths: Sequence[str], port: int, over: Any, looks: Any) -> None:
    """Look at the public pages, again and again, each page once before anything is told."""

    async def look() -> None:
        while not over.is_set():
            for path in paths:
                sent = time.monotonic()
                status, _headers, _body = await ask(get(path, port=port, Accept_Language="zh-CN"), port)
                looks.put((status, time.monotonic() - sent))
            await asyncio.sleep(POLL_S)

    asyncio.run(look())
    looks.put(None)


async def crowd(requests: Sequence[bytes], port: int, seen: Seen) -> None:
    """All patients at once."""
    chance = random.Random(SEED)
    async with asyncio.timeout(LIMIT_S):
        await asyncio.gather(*(patient(request, port, seen, chance) for request in requests))


def rush(requests: Sequence[bytes], paths: Sequence[str], port: int) -> Seen:
    """The reader first, so that the pages have been built once as on any day; then everybody."""
    seen, apart = Seen(), get_context("spawn")
    over, looks = apart.Event(), apart.Queue()
    looking = apart.Process(target=read, args=(paths, port, over, looks), daemon=True)
    looking.start()
    for _path in paths:
        looks.get(timeout=LIMIT_S)
    try:
        asyncio.run(crowd(requests, port, seen))
    finally:
        over.set()
    for status, seconds in iter(lambda: looks.get(timeout=LIMIT_S), None):
        seen.pages_s.append(seconds)
        seen.pages[status] += 1
    looking.join()
    return seen


def run(numbers: int, patients: int) -> dict[str, Any]:
    """Set up, let them in, and compare what they were told with the database."""
    from bench.bookings import BookingLoad
    from bench.server import NAME, serving
    from booking.models import Appointment, ClinicSession, Slot
    from hospital.management.commands.demo import collect_static

    collect_static()
    load = BookingLoad(patients=patients, slots=1, quota=numbers)
    [code] = load.slots
    session = ClinicSession.objects.get(slots__code=code)
    with serving() as server:
        requests = [
            post(
                "/api/v1/appointments/",
                json.dumps({"slot": code, "patient": person["patient"]}),
                port=server.port,
                token=person["token"],
                key=f"rush-{number}",
            )
            for number, person in enumerate(load.people)
        ]
        begun = time.perf_counter()
        seen = rush(requests, ["/", f"/api/v1/sessions/{session.code}/"], server.port)
        took = time.perf_counter() - begun
    held = Appointment.objects.filter(slot__code=code)
    slot = Slot.objects.get(code=code)
    figures = {
        "numbers": numbers,
        "patients": patients,
        "sold": slot.booked,
        "held_rows": held.count(),
        "patients_with_a_number": held.values("patient").distinct().count(),
        "told_of_another_code": len(set(seen.codes) ^ set(held.values_list("code", flat=True))),
        "statuses": dict(sorted(seen.statuses.items())),
        "refused_connections": seen.refused_connections,
        "answer_s": percentiles(seen.answers_s),
        "until_done_s": percentiles(seen.whole_s),
        "page_s": percentiles(seen.pages_s),
        "pages": dict(sorted(seen.pages.items())),
        "took_s": round(took, 1),
        "load1": round(os.getloadavg()[0], 2),
        "server": NAME,
        "seed": SEED,
    }
    return figures | {"broken": broken(figures)}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """The middle, and the worst but one in a hundred."""
    cuts = quantiles(seconds, n=100)
    return {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3)}


def broken(figures: dict[str, Any]) -> list[str]:
    """Which promises were not kept."""
    wanted = min(figures["numbers"], figures["patients"])
    promises = {
        "exactly all numbers sold": figures["sold"] == figures["held_rows"] == wanted,
        "nobody has two": figures["patients_with_a_number"] == wanted,
        "everybody was told what is so": figures["told_of_another_code"] == 0
        and figures["statuses"].get(201, 0) == wanted
        and figures["statuses"].get(409, 0) == figures["patients"] - wanted,
        "nobody got a 5xx": set(figures["statuses"]) <= {201, 409, 429},
        "pages kept answering": set(figures["pages"]) == {200},
    }
    return [name for name, kept in promises.items() if not kept]


def main(
    arguments: Sequence[str],
    module: str = "bench.rush",
    numbers: Sequence[int] = (NUMBERS, PATIENTS),
    run: Callable[..., dict[str, Any]] = run,
) -> int:
    """Run in a database of its own; 1 when a promise was broken."""
    from bench.__main__ import database
    from bench.__main__ import prepare as prepare_servers
    from bench.one import prepare

    if os.environ.get("RUSH_DATABASE"):
        prepare()
        figures = run(*(int(number) for number in arguments))
        print(json.dumps(figures, ensure_ascii=False))
        return 1 if figures["broken"] else 0
    given = [*arguments, *(str(number) for number in numbers[len(arguments) :])]
    prepare_servers()
    with database(f"bench_rush_{os.getpid()}") as url:
        environment = os.environ | {"DATABASE_URL": url, "RUSH_DATABASE": "1"}
        return subprocess.run([sys.executable, "-m", module, *given], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
