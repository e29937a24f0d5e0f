"""Robots against people: with the draw their speed wins nothing, without it nearly everything."""

from __future__ import annotations

import math
import os
from random import Random

from booking.domain.draws import draw_order

ROBOTS, PEOPLE, NUMBERS = 200, 2800, 1009
REPEATS = 400 if "CHAOS_SECONDS" in os.environ else 120
TRIES = 50
Z_95 = 1.96


def requesters(random: Random) -> list[tuple[float, str, bool]]:
    """Moment, code and kind of every try: robots within 100 ms and many times, people within a minute and once."""
    codes = iter(f"{number:012d}" for number in random.sample(range(10**12), ROBOTS + PEOPLE))
    tries = []
    for _robot in range(ROBOTS):
        code = next(codes)
        tries += [(random.uniform(0, 0.1), code, True) for _try in range(TRIES)]
    tries += [(0.3 + random.expovariate(1 / 8), next(codes), False) for _person in range(PEOPLE)]
    return tries


def winners_of_draw(tries: list[tuple[float, str, bool]], seed: str) -> float:
    """The robots' share of the numbers when one request per patient counts and the lot decides."""
    kinds = {code: is_robot for _moment, code, is_robot in tries}
    return sum(kinds[code] for code in draw_order(seed, kinds)[:NUMBERS]) / NUMBERS


def winners_of_race(tries: list[tuple[float, str, bool]]) -> float:
    """The control: whoever comes first."""
    kinds: dict[str, bool] = {}
    for _moment, code, is_robot in sorted(tries):
        if len(kinds) < NUMBERS:
            kinds.setdefault(code, is_robot)
    return sum(kinds.values()) / NUMBERS


def test_robots_win_their_share_of_the_requesters_and_no_more(capsys) -> None:
    random, share = Random(20_261_102), ROBOTS / (ROBOTS + PEOPLE)
    wins = []
    for _repeat in range(REPEATS):
        tries = requesters(random)
        wins.append(winners_of_draw(tries, f"{random.getrandbits(256):064x}"))
    mean = sum(wins) / REPEATS
    spread = math.sqrt(sum((win - mean) ** 2 for win in wins) / (REPEATS - 1))
    half = Z_95 * spread / math.sqrt(REPEATS)
    race = winners_of_race(requesters(random)) * NUMBERS / ROBOTS
    with capsys.disabled():
        print(
            f"\ndraw: {ROBOTS} robots are {share:.4f} of the requesters and win {mean:.4f} of {NUMBERS} numbers,"
            f" 95% [{mean - half:.4f}, {mean + half:.4f}] over {REPEATS} draws; "
            f"control without a draw: {race:.0%} of the robots get a number"
        )
    assert mean - half <= share <= mean + half
    assert race == 1.0
