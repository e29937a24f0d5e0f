"""The compiled simulator: the live queue's order, sessions worked by hand, queues whose answer is known."""

from __future__ import annotations

import os
from dataclasses import replace
from hashlib import sha256
from itertools import product
from math import inf
from pathlib import Path
from random import Random

import numpy as np
import pytest

from analytics.domain import kernels
from analytics.domain.compiled import Chances, Outcomes, draw_many, play_many, times_of
from analytics.domain.kernels import MINUTES
from analytics.domain.simulation import REFERENCE_WORLD, World
from queueing.domain import ranks, turns
from queueing.domain.channels import Share
from queueing.domain.places import Discipline, LatePolicy, Serving
from queueing.domain.streams import Ratios
from tests.analytics.slow_sessions import begun_of

QUIET = World(60.0, (60.0, 60.0), (0.0, 0.0, 0.0), (10.0, 10.0), 0.5, 0.0, 0.0)
LATE = replace(REFERENCE_WORLD, late_share=0.6, no_show=0.1, walk_ins=(5.0, 3.0, 4.0, 4.0, 4.0))


def drawn(walk_ins: tuple[float, ...], deviations: tuple[float, ...], service: float = 1.0) -> Chances:
    """One session's chances by hand; the expert starts at 60."""
    return Chances(
        first=np.array([0, len(walk_ins)]),
        walk_ins=np.array(walk_ins, dtype=float),
        deviations=np.array([deviations], dtype=float),
        services=np.full(len(walk_ins) + len(deviations), service),
        starts=np.array([[60.0]]),
    )


def waits(seen: Outcomes) -> tuple[list[float], list[int], list[float], list[int]]:
    return (
        seen.walk_in_wait[0].tolist(),
        seen.walk_in_count[0].tolist(),
        seen.booked_wait[0].tolist(),
        seen.booked_count[0].tolist(),
    )


@pytest.mark.parametrize(("serving", "late"), list(product(Serving, LatePolicy)))
@pytest.mark.parametrize("experts", [1, 2])
def test_everybody_is_called_when_the_live_queue_would_call_them(
    serving: Serving, late: LatePolicy, experts: int
) -> None:
    how = Discipline(serving, Ratios(passed=1), Share(2, 1), late, back_places=(3,))
    world = replace(LATE, experts=experts)
    draws = draw_many(world, 30, 8, seed=experts)
    for session in range(draws.sessions):
        found = times_of(world, (10, 8, 6, 6), draws, how, session=session)
        slow = begun_of(world, (10, 8, 6, 6), draws, how, session)
        assert list(zip(found.arrived, found.slot, found.begun, strict=True)) == slow


@pytest.mark.parametrize("seed", range(40))
def test_in_any_world_the_calls_are_the_live_queues_and_nobody_is_lost(seed: int) -> None:
    chance = Random(seed)
    slots = chance.choice([1, 2, 4, 7])
    world = World(
        pre_opening_min=chance.choice([0.0, 30.0, 60.0]),
        slot_min=tuple(chance.choice([15.0, 30.0, 60.0]) for _ in range(slots)),
        walk_ins=tuple(chance.uniform(0, 8) for _ in range(slots + 1)),
        service_min=tuple(chance.uniform(2, 12) for _ in range(slots)),
        service_cv=chance.choice([0.0, 0.5, 1.0]),
        start_delay_min=chance.uniform(-20, 40),
        start_delay_sd_min=chance.choice([0.0, 10.0]),
        no_show=chance.choice([0.0, 0.3]),
        late_share=chance.uniform(0, 0.7),
        experts=chance.choice([1, 1, 3]),
    )
    quotas = [chance.randint(0, 9) for _ in range(slots)]
    how = Discipline(
        chance.choice(list(Serving)),
        Ratios(passed=chance.randint(1, 3)),
        Share(chance.randint(1, 3), chance.randint(1, 3)),
        chance.choice(list(LatePolicy)),
        back_places=(chance.randint(0, 4),),
    )
    draws = draw_many(world, sum(quotas) + 3, 2, seed)
    seen = play_many(world, quotas, draws, how)
    for session in range(2):
        found = times_of(world, quotas, draws, how, session=session)
        slow = begun_of(world, quotas, draws, how, session)
        assert list(zip(found.arrived, found.slot, found.begun, strict=True)) == slow
    everybody = len(draws.walk_ins) + 2 * sum(quotas)
    assert (
        seen.walk_in_count.sum() + seen.booked_count.sum() + seen.unserved.sum() + seen.no_shows.sum()
        == everybody
    )
    assert (seen.walk_in_minutes.sum(), seen.booked_minutes.sum()) == (
        seen.walk_in_count.sum(),
        seen.booked_count.sum(),
    )


def test_the_policies_about_lateness_matter_in_these_sessions() -> None:
    """Else the equality above would show little."""
    draws = draw_many(LATE, 30, 200, seed=1)
    sums = {
        how: play_many(LATE, (10, 8, 6, 6), draws, Discipline(how[0], late=how[1])).booked_wait.sum()
        for how in product(Serving, LatePolicy)
    }
    assert len(set(sums.values())) == len(sums)


def test_a_session_worked_by_hand() -> None:
    """Walk-ins at 30 and 40, one booked patient of the first slot on time at 60; the expert starts at 60, 10 min each.

    Booked at 60 (wait 0), then the walk-ins at 70 and 80 (waits 40 and 40), then nobody: idle from 90 to 180.
    """
    seen = play_many(QUIET, [1, 0], drawn((30.0, 40.0), (-30.0,)))
    assert waits(seen) == ([80.0, 0.0, 0.0], [2, 0, 0], [0.0, 0.0, 0.0], [0, 1, 0])
    assert (seen.idle_min[0], seen.overtime_min[0], seen.unserved[0]) == (90.0, 0.0, 0)
    assert (seen.walk_in_minutes[0, 40], seen.booked_minutes[1, 0]) == (2, 1)
    assert (seen.walk_in_minutes.sum(), seen.booked_minutes.sum()) == (2, 1)


@pytest.mark.parametrize(
    ("serving", "walk_ins", "booked"),
    [
        (Serving.APPOINTMENTS_FIRST, 50.0 + 50.0, 0.0 + 10.0),
        (Serving.FIRST_COME, 30.0 + 30.0, 20.0 + 30.0),
        (Serving.INTERLEAVE, 40.0 + 50.0, 0.0 + 20.0),
    ],
)
def test_the_same_session_worked_by_hand_in_each_order(
    serving: Serving, walk_ins: float, booked: float
) -> None:
    """Walk-ins at 30 and 40, booked patients at 45 and 50 for 60; starts at 60, 70, 80 and 90; in turn one and one."""
    seen = play_many(
        QUIET, [2, 0], drawn((30.0, 40.0), (-30.0, -55.0)), Discipline(serving, share=Share(1, 1))
    )
    assert (seen.walk_in_wait[0, 0], seen.booked_wait[0, 1]) == (walk_ins, booked)


def test_whoever_comes_after_the_close_is_unserved_and_the_close_waits_for_those_who_are_there() -> None:
    """Due at 150, one comes at 175 and is served to 195; one comes at 230, after the close."""
    seen = play_many(QUIET, [0, 2], drawn((), (40.0, 65.0), service=2.0))
    assert (seen.booked_count[0].tolist(), seen.unserved[0], seen.overtime_min[0]) == ([0, 0, 1], 1, 15.0)


def test_whoever_stays_away_is_counted_apart_and_takes_nobodys_time() -> None:
    seen = play_many(QUIET, [2, 0], drawn((70.0,), (inf, 0.0)))
    assert (seen.no_shows[0], seen.unserved[0], seen.booked_count[0].sum()) == (1, 0, 1)
    assert seen.idle_min[0] == 100.0


def test_a_second_expert_takes_the_next_one_at_once() -> None:
    draws = drawn((0.0, 0.0, 0.0), ())
    seen = play_many(QUIET, [0, 0], replace(draws, starts=np.array([[60.0, 65.0]])))
    assert seen.walk_in_wait[0, 0] == 60 + 65 + 70


def test_nobody_at_all_leaves_the_expert_idle() -> None:
    seen = play_many(QUIET, [0, 0], draw_many(QUIET, 0, 1, seed=1))
    assert (seen.idle_min[0], seen.overtime_min[0], seen.unserved[0]) == (120.0, 0.0, 0)


def test_what_is_compiled_is_kept_outside_the_sources_and_apart_for_each_text_of_the_rules() -> None:
    """numba asks whether the outermost function's file changed, not whether the rules did."""
    kept = Path(kernels.sessions._cache.cache_path)  # type: ignore[attr-defined]
    texts = b"".join(Path(str(module.__file__)).read_bytes() for module in (kernels, ranks, turns))
    assert sha256(texts).hexdigest()[:16] in kept.parts
    assert Path(os.environ["NUMBA_CACHE_DIR"]) in kept.parents


def test_very_long_waits_are_counted_together() -> None:
    seen = play_many(QUIET, [0, 0], drawn((0.0, 0.0), (), service=60.0))
    assert (seen.walk_in_minutes[0, 60], seen.walk_in_minutes[0, MINUTES - 1]) == (1, 1)


@pytest.mark.parametrize("quotas", [(21,), (22, 0, 0, 0), (-1, 5, 5, 5)])
def test_quotas_that_do_not_fit_are_refused(quotas: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        play_many(REFERENCE_WORLD, quotas, draw_many(REFERENCE_WORLD, 21, 1, seed=1))


def test_chances_are_those_of_the_world() -> None:
    world = replace(REFERENCE_WORLD, no_show=0.1, service_shape=(0.5, 1.5))
    draws = draw_many(world, 20, 2000, seed=3)
    come = draws.deviations[np.isfinite(draws.deviations)]
    shares = [(come < -29.9).mean(), (come > 29.9).mean(), (np.abs(come) <= 15).mean()]
    assert shares == pytest.approx([0.21, 0.28, 0.51], abs=0.02)
    assert len(come) / draws.deviations.size == pytest.approx(0.9, abs=0.01)
    assert np.abs(come).max() <= 120
    assert (draws.services.min(), draws.services.max()) == (0.5, 1.5)
    assert draws.services.mean() == pytest.approx(1, abs=0.01)
    counts = [
        ((draws.walk_ins >= start) & (draws.walk_ins < start + 60)).sum() / 2000
        for start in range(0, 300, 60)
    ]
    assert counts == pytest.approx(world.walk_ins, rel=0.05)
    assert draws.starts.mean() == pytest.approx(108, abs=1)


def test_worlds_that_differ_in_one_thing_share_the_other_chances() -> None:
    one = draw_many(REFERENCE_WORLD, 20, 50, seed=3)
    other = draw_many(replace(REFERENCE_WORLD, no_show=0.5), 20, 50, seed=3)
    assert (one.walk_ins == other.walk_ins).all()
    assert (one.services == other.services).all()
    assert ((one.deviations == other.deviations) | np.isinf(other.deviations)).all()
