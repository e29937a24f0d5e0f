"""How Hypothesis plays the models of the hospital's rules."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

LONG = "CHAOS_SECONDS" in os.environ
EXAMPLES = int(os.environ.get("STATEFUL_EXAMPLES", "500" if LONG else "30"))
STEPS = 20


def pick(which: int, states: list[str], likely: tuple[str, ...]) -> int:
    """The place of a thing; every fourth time any, otherwise one in a likely state when there is one."""
    places = [place for place, state in enumerate(states) if state in likely and which % 4 < 3]
    return places[which % len(places)] if places else which % len(states)


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
