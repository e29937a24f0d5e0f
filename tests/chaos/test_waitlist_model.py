"""G14 of reliability: numbers, waitlist and time, compared with a small model after every step.

The model (``rules.py``) knows the hospital's rules and nothing of the code: plain lists, no database. Hypothesis plays
patients, jobs and the clock (``clinic.py``); after each step both must show the same, and at the end of each example
every invariant must hold. ``STATEFUL_EXAMPLES`` sets how many are played: few under ``make test``, 500 in the long run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from types import ModuleType

import pytest
from hypothesis import Phase

from booking.models import ClinicSession, WaitlistEntry
from booking.services import offers, returns
from hospital.common import clock
from tests import factories
from tests.chaos.clinic import PEOPLE, SEED, Clinic
from tests.chaos.model import EXAMPLES, LONG, MOST, STEPS, play
from tests.chaos.rules import QUOTAS, START
from tests.figures import Figures

CLINIC_DAY = datetime(2026, 11, 7, tzinfo=UTC).date()


@pytest.fixture
def clinic(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session in five days and people without limits but the session's own."""
    monkeypatch.setattr(clock, "now", lambda: START)
    monkeypatch.setattr(returns, "RANDOM", Random(SEED))
    factories.policy_without_limits(
        START, late_cancel_limit=1_000_000, unpaid_holds_per_account_day=1_000_000
    )
    Clinic.session = factories.session(CLINIC_DAY, now=START, quotas=list(QUOTAS))
    Clinic.slots = factories.slots(Clinic.session)
    Clinic.people = [factories.person(serial, START) for serial in range(1, PEOPLE + 1)]
    Clinic.seen = Counter()


@pytest.mark.timeout(1800 if LONG else 300)
def test_the_database_does_what_the_hospitals_rules_say(clinic: None, figures: Figures) -> None:
    play(Clinic, EXAMPLES, derandomize=not LONG)
    figures.shown("G14", f"{EXAMPLES} examples of up to {STEPS} steps, equal after each: "
                  f"{Clinic.seen['done']} done, {Clinic.seen['refused']} refused", seed=SEED)  # fmt: skip


def _last_first(session: ClinicSession, now: datetime) -> Iterator[WaitlistEntry]:
    return iter(WaitlistEntry.objects.filter(session=session, state="waiting").order_by("-joined_at", "-pk"))


@pytest.mark.parametrize(
    ("module", "name", "wrong"),
    [
        (offers, "_who_may_have_it", _last_first),
        (returns, "_public_at", lambda _session, _slot, now: now),
        (returns, "offer_to_next", lambda **_anything: None),
    ],
    ids=["last comes first", "public at once", "nobody is asked"],
)
@pytest.mark.timeout(300)
def test_control_a_wrong_rule_is_found(
    clinic: None,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    name: str,
    wrong: Callable[..., object],
    request: pytest.FixtureRequest,
    figures: Figures,
) -> None:
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        play(Clinic, MOST, Phase.generate)
    figures.control("G14", f"found: {request.node.callspec.id}")
