"""``python -m bench.robots [ROBOTS] [PEOPLE] [NUMBERS] [SECONDS]``: what speed wins, with the draw and without it.

Over real HTTP against the server of production. The numbers of a slot are drawn by lot: robots ask within the first
millisecond, again and again, and never wait when they are told to; people ask within the seconds of collecting, once.
The robots' share of the numbers must be their share of the requests, within what chance allows. Then the same crowd
wants a slot whose numbers go to whoever comes first: the control. One JSON line; 1 when a promise was broken.
"""

import asyncio
import json
import math
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench.clients import post
from bench.rush import LIMIT_S, SEED, Seen, main, patient

ROBOTS, PEOPLE, NUMBERS, SECONDS = 200, 2800, 1009, 180
PRESSES = 2
LAST_MOMENT = 0.7
"""By this part of the time everybody has asked: a busy server may take the rest of it to answer."""
Z_95, Z_SURE = 1.96, 4.0


async def crowd(requests: Sequence[Sequence[bytes]], robots: int, port: int, seconds: float) -> Seen:
    """The first so many are robots."""
    seen, chance = Seen(), random.Random(SEED)

    async def asks(number: int, mine: Sequence[bytes]) -> None:
        is_robot = number < robots
        await asyncio.sleep(
            chance.uniform(0, 0.001) if is_robot else chance.uniform(0.05, LAST_MOMENT) * seconds
        )
        presses = mine if is_robot else mine[:1]
        await asyncio.gather(*(patient(one, port, seen, chance, obeys=not is_robot) for one in presses))

    async with asyncio.timeout(LIMIT_S):
        await asyncio.gather(*(asks(number, mine) for number, mine in enumerate(requests)))
    return seen


def run(robots: int, people: int, numbers: int, seconds: int) -> dict[str, Any]:
    """Set up, let the crowd ask for drawn numbers and then for others, and look into the database."""
    from bench.bookings import BookingLoad
    from bench.server import NAME, serving
    from booking.models import Appointment, DrawRequest
    from booking.services import draws_hold_due
    from hospital.common import clock
    from hospital.management.commands.demo import collect_static

    collect_static()
    load = BookingLoad(patients=robots + people, slots=13, quota=numbers)
    drawn, raced = load.slots[0], load.slots[-1]
    codes = [person["patient"] for person in load.people]
    fast = set(codes[:robots])

    def winners(slot: str) -> Counter[bool]:
        won = Appointment.objects.filter(slot__code=slot).values_list("patient__code", flat=True)
        return Counter(code in fast for code in won)

    with serving() as server:
        wishes = presses(load.people, drawn, "/api/v1/draw-requests/", server.port)
        ends_at = draw_opens(drawn, seconds)
        asked = asyncio.run(crowd(wishes, robots, server.port, seconds))
        time.sleep(max(0.0, (ends_at - clock.now()).total_seconds()))
        draws_hold_due(clock.now())
        holds = presses(load.people, raced, "/api/v1/appointments/", server.port)
        raced_for = asyncio.run(crowd(holds, robots, server.port, seconds))
    took_part = Counter(
        code in fast
        for code in DrawRequest.objects.filter(slot__code=drawn).values_list("patient__code", flat=True)
    )
    found = figures(took_part, winners(drawn), winners(raced), numbers, robots)
    if set(asked.statuses | raced_for.statuses) - {201, 409, 429}:
        found["broken"].append("nobody got a 5xx")
    return found | {
        "statuses": dict(sorted(asked.statuses.items())),
        "statuses_without": dict(sorted(raced_for.statuses.items())),
        "load1": round(os.getloadavg()[0], 2),
        "server": NAME,
        "seed": SEED,
    }


def presses(people: Sequence[Any], slot: str, path: str, port: int) -> list[list[bytes]]:
    """Each person's requests: pressed several times, each a request of its own."""
    return [
        [
            post(
                path,
                json.dumps({"slot": slot, "patient": person["patient"]}),
                port=port,
                token=person["token"],
                key=f"{slot}-{number}-{press}",
            )
            for press in range(PRESSES)
        ]
        for number, person in enumerate(people)
    ]


def draw_opens(slot: str, seconds: int) -> Any:
    """The slot's session is released just now, with a draw; when the collecting ends."""
    from django.db import transaction

    from booking.models import ClinicSession, Slot
    from booking.services.draws import draw_prepare
    from hospital.common import clock
    from hospital.common.actor import Actor
    from hospital.common.policy import policy_change

    policy_change(actor=Actor.job("load"), now=clock.now(), reason="robots", draw_s=seconds)
    with transaction.atomic():
        session = ClinicSession.objects.select_for_update().get(slots__code=slot)
        session.release_at = clock.now()
        session.save(update_fields=["release_at"])
        Slot.objects.filter(session=session).update(bookable=False)
        draw_prepare(session=session, now=session.release_at)
    return session.draw_ends_at


def figures(
    asked: Counter[bool], won: Counter[bool], raced: Counter[bool], numbers: int, robots: int
) -> dict[str, Any]:
    """The robots' shares, what chance allows (drawn without replacement), and which promises were not kept."""
    requests, given = asked.total(), min(numbers, asked.total())
    share = asked[True] / requests
    spread = math.sqrt(share * (1 - share) / given * (requests - given) / max(1, requests - 1))
    mine = won[True] / max(1, won.total())
    first = raced[True] / min(robots, numbers)
    promises = {
        "more asked than there are numbers": requests > numbers,
        "every number was drawn": won.total() == given,
        "the robots won their share": abs(mine - share) <= Z_SURE * spread,
        "without the draw nearly all robots have a number": first >= 0.9,
    }
    return {
        "requests": requests,
        "robots_of_requests": round(share, 4),
        "robots_of_numbers": round(mine, 4),
        "chance_95": [round(share + side * Z_95 * spread, 4) for side in (-1, 1)],
        "robots_with_a_number": round(won[True] / asked[True], 3),
        "without_the_draw": round(first, 3),
        "broken": [name for name, kept in promises.items() if not kept],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], "bench.robots", (ROBOTS, PEOPLE, NUMBERS, SECONDS), run))
