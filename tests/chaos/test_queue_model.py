"""G14 of reliability: order, lateness and the moves of tickets, compared with a small model after every step.

``queue_rules.py`` knows the hospital's rules and nothing of the services, ``queue_day.py`` plays both: every order and
late policy, queues apart and shared, transfers between departments, undo.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from types import ModuleType

import pytest
from hypothesis import Phase

from booking import services as booking
from booking.models import Expert
from hospital.common import clock
from queueing.domain import sharing, standing
from queueing.domain.places import LatePolicy, Rule, Span
from queueing.services import misses, tickets
from tests import factories
from tests.chaos.clinic import SEED
from tests.chaos.model import EXAMPLES, LONG, STEPS, play
from tests.chaos.queue_day import Morning
from tests.chaos.queue_rules import KNOWS
from tests.figures import Figures

EVENING, OPENING = datetime(2026, 11, 1, 22, tzinfo=UTC), datetime(2026, 11, 1, 23, tzinfo=UTC)
STRANGERS = 8
BOOKED = ((0, 0), (1, 0), (0, 1), (1, 1), (0, 3), (2, 0))
"""The doctor and the slot of each who booked."""


@pytest.fixture
def morning(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three doctors, 08:00 to 12:00; some have booked, walk-in registration has just opened."""
    monkeypatch.setattr(clock, "now", lambda: OPENING)
    monkeypatch.setattr(tickets, "estimate_at_check_in", lambda *_ticket, **_moment: None)  # another subject
    factories.policy_without_limits(EVENING)
    today = clock.local(OPENING).date()
    Morning.sessions = []
    for name, department, knows in zip(
        ("zhao", "qian", "sun"), ("neuro", "neuro", "derma"), KNOWS, strict=True
    ):
        doctor = factories.expert(name, department=department)
        Expert.objects.filter(pk=doctor.pk).update(specialty=knows)
        Morning.sessions.append(factories.session(today, now=EVENING, doctor=doctor, quotas=[5] * 4))
    Morning.booked = []
    for serial, (doctor_at, slot_at) in enumerate(BOOKED, start=900):
        slot = factories.slots(Morning.sessions[doctor_at])[slot_at]
        number = factories.book(slot, factories.person(serial, EVENING), None, EVENING)
        span = Span(slot.starts_at.timestamp(), slot.ends_at.timestamp())
        Morning.booked.append((number, doctor_at, span))
    booking.sessions_advance(OPENING)
    Morning.people = [factories.person(serial, EVENING) for serial in range(1, STRANGERS + 1)]
    Morning.seen = Counter()


@pytest.mark.timeout(3600 if LONG else 300)
def test_order_lateness_and_moves_are_what_the_hospitals_rules_say(morning: None, figures: Figures) -> None:
    examples = EXAMPLES if LONG else EXAMPLES // 6
    play(Morning, examples, derandomize=not LONG)
    seen = Morning.seen
    rules = [one for one in Rule if one is not Rule.OUT_OF_ORDER]
    assert not LONG or min(seen[f"called {one}"] for one in rules) > 0
    figures.shown("G14", f"{examples} examples of up to {STEPS} steps of the queue, equal after each: {seen['done']} "
                  f"done, {seen['refused']} refused, by {sum(seen[f'called {one}'] > 0 for one in rules)} rules, "
                  f"{seen['gone past']} gone past", seed=SEED)  # fmt: skip


@pytest.mark.parametrize(
    ("module", "name", "wrong"),
    [
        (standing, "is_late", lambda _arrived, slot: slot is not None),
        (sharing, "callable_by", lambda order, _waiting, *, caller: tuple(order)),
        (misses, "is_void", lambda _misses, way: way.late is LatePolicy.BACK_N),
    ],
    ids=["everybody is late", "nobody waits for a doctor", "void at once"],
)
@pytest.mark.skipif(not LONG, reason="only in the long run")
@pytest.mark.timeout(900)
def test_control_a_wrong_rule_is_found(
    morning: None,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    name: str,
    wrong: Callable[..., object],
    request: pytest.FixtureRequest,
    figures: Figures,
) -> None:
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        play(Morning, 100, Phase.generate)
    figures.control("G14", f"found: {request.node.callspec.id}")
