"""Fixtures of every test, and the table of figures at the end of a run."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from tests.clock import now
from tests.figures import Figures, Told, lines

__all__ = ["now"]
LONG = "CHAOS_SECONDS" in os.environ
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")  # how long an example takes says nothing about what is tested


@pytest.hookimpl(trylast=True)  # after the browser's, which names its group
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups, which one process works through alone, begin first: the rest fills up the others meanwhile."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def pytest_collection_finish() -> None:
    """What stands now stands to the end of the run: garbage is looked for among what comes later only."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _fresh_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees another's language, clock or policy; on a slow machine no second reading is counted as a query."""
    from django.utils import translation

    from hospital.common import clock, policy

    translation.deactivate()  # a page asked for in Chinese leaves the process speaking Chinese
    clock.forget()
    policy.forget()
    monkeypatch.setattr(policy, "_REREAD_AFTER_S", float("inf"))


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Where a test says what a guarantee came to."""
    return Figures(record_property)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One table, as short as the run or whole after a long one; a test that failed has no figures in it."""
    told: list[Told] = [
        tuple(value)  # type: ignore[misc]
        for report in terminalreporter.stats.get("passed", [])
        if report.when == "call"
        for name, value in report.user_properties
        if name == "figure"
    ]
    if told or LONG:
        terminalreporter.section("what is guaranteed, in figures", sep="-")
        terminalreporter.write_line("\n".join(lines(told, whole=LONG)))
