"""G14 of reliability: walk-ins, check-in, no-shows and bans, compared with a small model after every step.

``day_rules.py`` knows the hospital's rules and nothing of the code, ``day.py`` plays both;
``test_waitlist_model.py`` does the same for numbers, waitlist and the time before the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType

import pytest
from hypothesis import Phase

from booking.services import resolutions, walk_ins
from hospital.common import clock
from hospital.common.policy import policy_change
from tests import factories
from tests.chaos.clinic import JOB, SEED
from tests.chaos.day import Days
from tests.chaos.day_rules import BAN_DAYS, GRACE, MISSES, QUOTAS, Booked
from tests.chaos.model import EXAMPLES, LONG, MOST, STEPS, play
from tests.chaos.rules import START
from tests.figures import Figures

MORNINGS, PEOPLE = 4, 4


@pytest.fixture
def days(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four mornings of one expert; two of four people are booked on all of them."""
    monkeypatch.setattr(clock, "now", lambda: START)
    policy_change(
        actor=JOB,
        now=START,
        reason="two misses, soon",
        no_show_limit=MISSES,
        no_show_ban_days=BAN_DAYS,
        no_show_grace_h=GRACE // timedelta(hours=1),
        late_cancel_limit=100,
        unpaid_holds_per_account_day=100,
    )
    today = clock.local(START).date()
    Days.sessions = [
        factories.session(today + timedelta(days=1 + day), now=START, quotas=list(QUOTAS), capacity=1)
        for day in range(MORNINGS)
    ]
    Days.slots = [factories.slots(one) for one in Days.sessions]
    Days.people = [factories.person(serial, START) for serial in range(1, PEOPLE + 1)]
    Days.first = [
        (factories.book(Days.slots[day][who], Days.people[who], None, START).pk, Booked(who, day, who))
        for who in range(2)
        for day in range(MORNINGS)
    ]
    Days.seen = Counter()


@pytest.mark.timeout(1800 if LONG else 300)
def test_walk_ins_no_shows_and_bans_are_what_the_hospitals_rules_say(days: None, figures: Figures) -> None:
    play(Days, EXAMPLES, derandomize=not LONG)
    seen = Days.seen
    wanted = ("ban", "ban lifted", "booked excused", "walked in registered")
    assert not LONG or min(seen[one] for one in wanted) > 0
    figures.shown("G14", f"{EXAMPLES} examples of up to {STEPS} steps of the days of clinic, equal after each: "
                  f"{seen['done']} done, {seen['refused']} refused, {seen['ban'] + seen['ban lifted']} bans, "
                  f"{seen['walked in while banned']} walked in while banned", seed=SEED)  # fmt: skip


@pytest.mark.parametrize(
    ("module", "name", "wrong"),
    [
        (walk_ins, "_take_from_pool", lambda _session: None),
        (resolutions, "ban_for_misses", lambda **_anything: None),
        (resolutions, "ban_after_correction", lambda **_anything: False),
    ],
    ids=["the pool is not counted", "nobody is banned", "a correction frees nobody"],
)
@pytest.mark.timeout(300)
def test_control_a_wrong_rule_is_found(
    days: None,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    name: str,
    wrong: Callable[..., object],
    request: pytest.FixtureRequest,
    figures: Figures,
) -> None:
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        play(Days, MOST, Phase.generate)
    figures.control("G14", f"found: {request.node.callspec.id}")
