"""A rush over real HTTP, short; ``make rush`` is the long one (1,009 numbers, 3,000 patients)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from bench.rush import broken
from tests.servers.conftest import plain_environment

ROOT = Path(__file__).resolve().parents[2]
NUMBERS, PATIENTS = 100, 300


@pytest.mark.timeout(240)
@pytest.mark.xdist_group("browser")
def test_a_rush_sells_every_number_once_and_nobody_gets_a_5xx() -> None:
    """Also: 429s are obeyed until everybody is served, and the public pages answer all the while."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.rush", str(NUMBERS), str(PATIENTS)],
        cwd=ROOT,
        env=plain_environment(DATA_DIR=os.environ.get("DATA_DIR", str(settings.DATA_DIR))),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    print(figures)
    assert figures["broken"] == []
    assert (figures["sold"], figures["statuses"]["201"], figures["statuses"]["409"]) == (100, 100, 200)


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
