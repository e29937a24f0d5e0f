"""How Hypothesis plays the models of the hospital's rules."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from hospital.common.errors import DomainError
from tests.booking.conftest import check_invariants

T = TypeVar("T")
LONG = "CHAOS_SECONDS" in os.environ
MOST = 500
"""Examples to look for a fault in; what they try depends on which modules are loaded, so 60 do not always show it."""
EXAMPLES = int(os.environ.get("STATEFUL_EXAMPLES", "500" if LONG else "15"))
STEPS = 20


def pick(which: int, states: list[str], likely: tuple[str, ...]) -> int:
    """The place of a thing; every fourth time any, otherwise one in a likely state when there is one."""
    places = [place for place, state in enumerate(states) if state in likely and which % 4 < 3]
    return places[which % len(places)] if places else which % len(states)


class Model(RuleBasedStateMachine):
    """The real services and the rules side by side, each example in a transaction that is taken back."""

    seen: Counter[str]
    """What happened in all examples."""

    def begun(self) -> None:
        """An example begins."""
        self.block = transaction.atomic()
        self.block.__enter__()

    def count(self) -> None:
        """Add to what was seen, at the end of an example."""

    def teardown(self) -> None:
        if hasattr(self, "block"):
            self.count()
            try:
                check_invariants()
            finally:
                transaction.set_rollback(True)
                self.block.__exit__(None, None, None)

    def tried(self, allowed: bool, action: Callable[[], T]) -> T | None:
        """Do it; what the rules refuse must be refused by the services too, and leave nothing behind."""
        try:
            with transaction.atomic():
                done = action()
        except DomainError:
            assert not allowed
            self.seen["refused"] += 1
            return None
        assert allowed
        self.seen["done"] += 1
        return done


def play(
    machine: type[RuleBasedStateMachine], examples: int, *phases: Phase, derandomize: bool = True
) -> None:
    """Examples of these people, jobs and moments; the same ones every time unless asked otherwise."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            derandomize=derandomize,
            report_multiple_bugs=False,
            deadline=None,
            database=None,
            phases=phases or (Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
