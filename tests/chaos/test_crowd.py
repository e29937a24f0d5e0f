"""A rush over real HTTP, before anything is killed: short here, 1,009 numbers and 3,000 patients in the long run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from bench import robots
from bench.rush import broken
from hospital.servers import ensure
from tests.browser.demo import ROOT, Demo
from tests.figures import Figures
from tests.servers.conftest import plain_environment

NUMBERS, PATIENTS = (1009, 3000) if "CHAOS_SECONDS" in os.environ else (60, 180)


@pytest.mark.timeout(600)
@pytest.mark.xdist_group("chaos")
def test_a_rush_sells_every_number_once_and_nobody_gets_a_5xx(demo: Demo, figures: Figures) -> None:
    """Also: 429s are obeyed until everybody is served, and the public pages answer all the while."""
    database, valkey = ensure(demo.data_dir)
    tables = {
        "RUSH_DATABASE": "1",
        "DATABASE_URL": database,
        "REDIS_URL": valkey,
        "DATA_DIR": str(demo.data_dir),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.rush", str(NUMBERS), str(PATIENTS)],
        cwd=ROOT,
        env=plain_environment(**tables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr[-2000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["broken"] == []
    told = seen["statuses"]
    assert (seen["sold"], told["201"], told["409"]) == (NUMBERS, NUMBERS, PATIENTS - NUMBERS)
    figures.shown("G3", f"{seen['sold']} of {NUMBERS} sold to {PATIENTS} over HTTP in {seen['took_s']} s; "
                  f"{told.get('429', 0)} x 429, 0 x 5xx", seed=seen["seed"])  # fmt: skip


@pytest.mark.skipif("CHAOS_SECONDS" not in os.environ, reason="minutes; the lot alone: test_draw_fairness.py")
@pytest.mark.timeout(900)
@pytest.mark.xdist_group("chaos")
def test_robots_win_by_the_draw_what_is_theirs_of_the_requests(demo: Demo, figures: Figures) -> None:
    """In a database of its own: 200 robots in the first millisecond, 2,800 people in three minutes, 1,009 numbers."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.robots"],
        cwd=ROOT,
        env=plain_environment(DATA_DIR=str(demo.data_dir)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr[-2000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["broken"] == []
    low, high = seen["chance_95"]
    figures.shown("G3", f"draw: robots are {seen['robots_of_requests']:.2%} of {seen['requests']} requests and win "
                  f"{seen['robots_of_numbers']:.2%} of the numbers, 95 % [{low:.2%}, {high:.2%}]",
                  seed=seen["seed"])  # fmt: skip
    figures.control("G3", f"no draw: {seen['without_the_draw']:.0%} of the robots have a number")


def test_the_judge_sees_robots_that_win_more_than_their_share() -> None:
    asked = Counter({True: 200, False: 2800})
    fair = robots.figures(asked, Counter({True: 67, False: 942}), Counter({True: 199}), 1009, 200)
    assert fair["broken"] == []
    assert fair["chance_95"][0] < fair["robots_of_numbers"] < fair["chance_95"][1]
    more = robots.figures(asked, Counter({True: 110, False: 899}), Counter({True: 199}), 1009, 200)
    assert more["broken"] == ["the robots won their share"]
    less = robots.figures(asked, Counter({True: 67, False: 900}), Counter({True: 100}), 1009, 200)
    assert less["broken"] == ["every number was drawn", "without the draw nearly all robots have a number"]


def test_the_judge_sees_a_draw_in_which_everybody_wins() -> None:
    few = Counter({True: 140, False: 645})
    shown = robots.figures(few, few, Counter({True: 200}), 1009, 200)
    assert shown["broken"] == ["more asked than there are numbers"]


def test_the_judge_sees_a_number_sold_twice_and_a_5xx() -> None:
    good = {
        "numbers": 2,
        "patients": 3,
        "sold": 2,
        "held_rows": 2,
        "patients_with_a_number": 2,
        "told_of_another_code": 0,
        "statuses": {201: 2, 409: 1, 429: 5},
        "pages": {200: 9},
    }
    assert broken(good) == []
    assert broken(good | {"held_rows": 3}) == ["exactly all numbers sold"]
    assert broken(good | {"patients_with_a_number": 1}) == ["nobody has two"]
    assert broken(good | {"told_of_another_code": 1}) == ["everybody was told what is so"]
    assert broken(good | {"statuses": {201: 2, 409: 1, 503: 1}}) == ["nobody got a 5xx"]
    assert broken(good | {"pages": {200: 9, 503: 1}}) == ["pages kept answering"]
