"""S1: simulated sessions a second, sampling included, one thread: ours against Ciw and against SimPy.

The session is the reference world of the quota method with its 21 appointments under R1, about 36 patients.
"""

from random import Random
from time import perf_counter
from typing import Any

from analytics.domain.compiled import draw_many, play_many
from analytics.domain.simulation import REFERENCE_WORLD
from bench.measure import REPEATS, Goal, interleaved
from bench.other_simulators import ciw_begun, sampled, simpy_begun

GOAL = Goal("S1", "simulated sessions / Ciw's, sampling included", "/s", 100, 300)
SIMPY = Goal("S1", "simulated sessions / SimPy's", "/s", 40, 100)
QUOTAS = (0, 0, 9, 12)
SESSIONS = {"full": (100_000, 2_000, 500), "small": (4_000, 20, 10)}
"""Of ours, of SimPy's, of Ciw's; each takes about a second."""
AT_ONCE = 4_000
"""As many as a plan is simulated with."""


def run(scale: str) -> dict[str, Any]:
    """Sessions a second of each; the line is the one against Ciw and names the other beside it."""
    ours, simpys, ciws = SESSIONS[scale]
    seeds = iter(range(1, 10_000))

    def compiled() -> float:
        begin = perf_counter()
        for _ in range(0, ours, AT_ONCE):
            play_many(REFERENCE_WORLD, QUOTAS, draw_many(REFERENCE_WORLD, sum(QUOTAS), AT_ONCE, next(seeds)))
        return ours / (perf_counter() - begin)

    def reference(begun_of: Any, sessions: int) -> float:
        begin, random = perf_counter(), Random(next(seeds))
        for _ in range(sessions):
            begun_of(REFERENCE_WORLD, sampled(REFERENCE_WORLD, QUOTAS, random))
        return sessions / (perf_counter() - begin)

    compiled()  # the first call compiles or reads what was compiled
    repeats = REPEATS if scale == "full" else 1
    other = interleaved(SIMPY, compiled, lambda: reference(simpy_begun, simpys), repeats=repeats)
    found = interleaved(GOAL, compiled, lambda: reference(ciw_begun, ciws), repeats=repeats)
    beside = {"simpy_ratio": other["ratio"], "simpy": other["reference"], "simpy_goal": SIMPY.goal}
    return found | beside | {"reached": found["reached"] and other["reached"]}
