"""What is over is deleted, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from hospital.common import jobs
from hospital.common.idempotency import once
from hospital.common.models import IdempotencyKey
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


def session(ends_in: timedelta) -> str:
    """A browser's session that ends so long after the real present."""
    store = SessionStore()
    store["seen"] = "the start page"
    store.set_expiry(int(ends_in.total_seconds()))
    store.save()
    return str(store.session_key)


def test_every_day_old_idempotency_keys_and_sessions_that_are_over_are_deleted(now: VirtualClock) -> None:
    import_module("hospital.tasks")
    for key, moment in (("old", now()), ("new", now.advance(seconds=1))):
        once(account="lin", route="r", key=key, body={}, now=moment, produce=lambda: (201, {}))
    session(-timedelta(seconds=1))
    lasting = session(timedelta(days=1))
    duty = jobs.DUTIES["forget what is over"]
    duty.run(now.advance(hours=24))
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]
    assert list(Session.objects.values_list("session_key", flat=True)) == [lasting]
    assert duty.every_s == 86_400


def test_a_clock_moved_ahead_ends_no_sign_in(now: VirtualClock) -> None:
    import_module("hospital.tasks")
    lasting = session(timedelta(days=1))
    jobs.DUTIES["forget what is over"].run(now.advance(days=400))
    assert list(Session.objects.values_list("session_key", flat=True)) == [lasting]
