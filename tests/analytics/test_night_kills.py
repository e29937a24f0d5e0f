"""G12: the night twice, at once, and killed at any of its statements ends in the same plans, none of them by half."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from analytics.models import ExpertRun, NightRun, OutdatedPlan, QuotaPlan, SessionDay, Visit
from analytics.services import nightly
from analytics.services.expert_runs import experts_run
from analytics.services.nightly import NIGHTLY, day_take_in
from analytics.services.nights import RECOMPUTE, TAKE_IN, night_begin
from analytics.tasks import look_after_the_night
from booking.models import ClinicSession, Slot
from booking.services import session_release, sessions_generate
from hospital.common import clock, jobs, transactions
from hospital.common.actor import Actor
from hospital.common.models import Job
from hospital.common.policy import policy_change
from tests import factories
from tests.analytics.nights import NIGHT, clinic_days, recorded
from tests.clock import VirtualClock
from tests.figures import Figures
from tests.threads import at_once

EXPERTS = ("chen", "wang", "zhao")
WEEKS = 4
BOOKED = 3
STEPS = 1 if "CHAOS_SECONDS" in os.environ else 60
"""Every statement of the night is killed in a long run, every sixtieth in a short one."""
SEED = 11
SLOTS_OF_A_PLAN = 'INSERT INTO "analytics_planslot"'
MANAGER = Actor(kind="manager", name="manager")


class Killed(BaseException):
    """Nothing after it runs, as after kill -9."""


@pytest.fixture
def clinic(now: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    """Three experts with Mondays behind and before them, one already on sale and booked; it is Tuesday, 02:10."""
    today = clock.local(now()).date()
    monday, rows = now(), []
    for place, code in enumerate(EXPERTS):
        factories.template(factories.expert(code), today, capacity=6)
        for week in range(WEEKS):
            opens_at = monday - timedelta(weeks=week)
            rows += [recorded(opens_at, number, code, early=number < 3 + place) for number in range(12)]
    clinic_days(monkeypatch, rows)
    sessions_generate(until=today + timedelta(days=14), now=now())
    policy_change(actor=MANAGER, now=now(), reason="test", auto_approve=True)
    for week in range(WEEKS - 1, 0, -1):
        day_take_in(day=today - timedelta(weeks=week), now=now())
    on_sale = ClinicSession.objects.filter(expert__code="zhao", date__gt=today).earliest("date")
    session_release(session_id=on_sale.pk, actor=NIGHTLY, now=now())
    first = factories.slots(on_sale)[0]
    for serial in range(BOOKED):
        factories.book(first, factories.person(serial, now()), None, now())
    now.at("02:10", days=1)
    return now


def outcome() -> dict[str, object]:
    """What a night leaves behind, without what chance and the time give."""
    periods = ("expert_code", "weekday", "opens_at", "state", "method", "as_of", "sessions_used", "world")
    return {
        "plans": [
            ([str(getattr(plan, name)) for name in periods], [slot.quota for slot in plan.slots.all()])
            for plan in QuotaPlan.objects.order_by("expert_code", "weekday", "opens_at", "pk")
        ],
        "slots": list(Slot.objects.order_by("pk").values_list("pk", "quota", "booked")),
        "visits": Visit.objects.count(),
        "days": list(
            SessionDay.objects.order_by("expert_code", "opens_at").values_list("visits_count", flat=True)
        ),
        "marks": OutdatedPlan.objects.count(),
        "night": list(NightRun.objects.values_list("state", "visits_added")),
        "experts": list(
            ExpertRun.objects.order_by("expert_code").values_list("expert_code", "state", "proposed")
        ),
        "left": Job.objects.filter(kind__in=[TAKE_IN, RECOMPUTE], done_at=None).count(),
    }


def nothing_by_half() -> None:
    """Whatever is visible is whole: plans have their slots, an expert's plans came together, nobody is unbooked."""
    for plan in QuotaPlan.objects.all():
        slots = list(plan.slots.all())
        assert sum(slot.quota for slot in slots) == plan.appointments
        assert len(slots) == 4
    done = set(ExpertRun.objects.filter(state="done").values_list("expert_code", flat=True))
    assert done == set(QuotaPlan.objects.values_list("expert_code", flat=True))
    assert not Slot.objects.filter(quota__lt=F("booked")).exists()


def night(now: VirtualClock) -> None:
    look_after_the_night(now())
    jobs.run_due(now())


@contextmanager
def undone(monkeypatch: pytest.MonkeyPatch, *, transactional: bool = True) -> Iterator[None]:
    """What the block does to the database is taken back; in it a service's transaction is a savepoint of its own."""
    with transaction.atomic(), monkeypatch.context() as patch:
        around = len(connection.savepoint_ids) if transactional else -1
        inside = SimpleNamespace(
            get_connection=lambda: SimpleNamespace(in_atomic_block=len(connection.savepoint_ids) > around),
            atomic=transaction.atomic,
            on_commit=transaction.on_commit,
        )
        patch.setattr(transactions, "transaction", inside)
        yield
        transaction.set_rollback(True)


@contextmanager
def statements(kill_at: int = 0) -> Iterator[list[str]]:
    """The statements of the block, which dies at one of them."""
    found: list[str] = []

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append(sql)
        if len(found) == kill_at:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counted):
        yield found


@pytest.mark.django_db
def test_killed_at_any_statement_the_night_ends_as_one_that_was_not(
    clinic: VirtualClock, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _turn in range(2):  # the first one asks what is remembered from then on
        with undone(monkeypatch), statements() as found:
            night(clinic)
            expected = outcome()
    assert expected["night"] == [("complete", 36)]
    assert expected["left"] == 0
    half = 1 + next(at for at, sql in enumerate(found) if SLOTS_OF_A_PLAN in sql)
    kills = sorted({half, *range(1 + SEED % STEPS, len(found) + 1, STEPS)})
    begun = clinic()
    for kill_at in kills:
        clinic.set(begun)
        with undone(monkeypatch):
            with suppress(Killed), statements(kill_at):  # the last ones may not be needed a second time
                night(clinic)
            nothing_by_half()
            clinic.advance(seconds=jobs.LEASE_S + 1)
            night(clinic)
            nothing_by_half()
            assert outcome() == expected, f"killed at statement {kill_at}"
    figures.shown(
        "G12", f"equal after each of {len(kills)} kills in {len(found)} statements of a night", seed=SEED
    )

    clinic.set(begun)
    with undone(monkeypatch, transactional=False):
        with pytest.raises(Killed), statements(half):
            night(clinic)
        with pytest.raises(AssertionError):
            nothing_by_half()
    figures.control("G12", "without its transaction a kill leaves a plan without slots")


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_end_as_one_does(
    clinic: VirtualClock, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "EXPERTS_TOGETHER", 1)  # so that there is one for each
    workers = 4

    def work(number: int) -> None:
        for _turn in range(3):
            look_after_the_night(clinic())
            jobs.run_due(clinic())

    failed = [one for one in at_once(work, workers) if isinstance(one, Exception)]
    assert not failed
    jobs.run_due(clinic())
    nothing_by_half()
    together = outcome()
    assert together["night"] == [("complete", 36)]
    assert together["plans"] == computed_alone()
    figures.shown("G12", f"equal with {workers} workers at once on {len(EXPERTS)} experts")


def computed_alone() -> object:
    """The plans as one worker computes them from nothing, in the same place."""
    Job.objects.all().delete()
    NightRun.objects.all().delete()
    QuotaPlan.objects.all().delete()
    run = night_begin(kind=NightRun.Kind.MANUAL, actor=NIGHTLY, now=clock.now())
    jobs.run_due(clock.now())
    run.refresh_from_db()
    assert run.state == "complete"
    return outcome()["plans"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_expert_write_its_plans_once(clinic: VirtualClock) -> None:
    """As after a lease that ran out while its worker went on: the second finds it done."""
    night_begin(kind=NIGHT, actor=NIGHTLY, now=clinic())
    while not ExpertRun.objects.exists():
        jobs.run_due(clinic(), limit=1)
    one = ExpertRun.objects.get(expert_code="zhao")
    found = at_once(
        lambda number: experts_run(expert_run_ids=[one.pk], worker=f"host-{number}", now=clinic()), workers=2
    )
    assert found == [None, None]
    assert QuotaPlan.objects.filter(expert_code="zhao").count() == 1
    one.refresh_from_db()
    assert (one.state, one.attempts) == ("done", 2)
