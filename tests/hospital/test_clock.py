"""One clock: real in production, moved for every process at once in the demo and in tests."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection

from hospital.common import clock
from hospital.common.models import ClockOffset
from tests.clock import VirtualClock

FAR = datetime(2031, 3, 9, 16, 0, tzinfo=UTC)
NEAR = timedelta(seconds=30)
ELSEWHERE = """
import django; django.setup()
from hospital.common import clock
from hospital.common.clock import now
print(now().isoformat())
print(clock.today().isoformat())
"""


def in_another_process() -> list[str]:
    """What the clock shows to a process of its own, on the database of this test."""
    database = connection.settings_dict
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "hospital.settings"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.django_db(transaction=True)
def test_a_moved_clock_shows_the_same_in_another_process_and_in_the_hospitals_zone() -> None:
    clock.move_to(FAR)
    moment, day = in_another_process()
    assert timedelta() <= datetime.fromisoformat(moment) - FAR < timedelta(minutes=2)
    assert day == "2031-03-10", "already tomorrow in Shanghai"
    assert clock.today() == date(2031, 3, 10)


@pytest.mark.django_db
def test_a_moved_clock_goes_on() -> None:
    clock.move_to(FAR)
    first = clock.now()
    assert FAR <= first < FAR + NEAR
    assert clock.now() > first


@pytest.mark.django_db
def test_reset_shows_the_real_time_again() -> None:
    clock.move_to(FAR)
    clock.reset()
    assert abs(clock.now() - clock.wall()) < NEAR
    assert not ClockOffset.objects.exists()


@pytest.mark.django_db
def test_moving_it_twice_keeps_one_row() -> None:
    clock.move_to(FAR)
    clock.move_to(FAR + timedelta(days=1))
    assert ClockOffset.objects.count() == 1
    assert clock.now() >= FAR + timedelta(days=1)


@pytest.mark.django_db
def test_the_row_is_read_at_most_twice_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.move_to(FAR)
    steady = [1000.0]
    monkeypatch.setattr(clock.time, "monotonic", lambda: steady[0])
    clock.forget()
    clock.now()
    ClockOffset.objects.update(seconds=0)
    assert clock.now() > FAR, "remembered"
    steady[0] += 0.5
    assert abs(clock.now() - clock.wall()) < NEAR, "read again"


@pytest.mark.django_db
def test_production_neither_moves_nor_reads_the_row(settings: LazySettings) -> None:
    ClockOffset.objects.create(seconds=1_000_000)
    settings.CLOCK_MOVABLE = False
    assert abs(clock.now() - clock.wall()) < NEAR
    with pytest.raises(RuntimeError):
        clock.move_to(FAR)
    assert ClockOffset.objects.get().seconds == 1_000_000


@pytest.mark.django_db
def test_what_another_party_signs_is_never_moved() -> None:
    clock.move_to(FAR)
    assert abs(clock.wall() - datetime.now(UTC)) < NEAR


def test_the_hospitals_day_begins_at_its_own_midnight(now: VirtualClock) -> None:
    now.set(datetime(2026, 11, 1, 15, 59, 59, tzinfo=UTC))
    assert clock.today() == date(2026, 11, 1)
    now.advance(seconds=1)
    assert clock.today() == date(2026, 11, 2)
    assert clock.local(now()).isoformat() == "2026-11-02T00:00:00+08:00"
