"""One demo for all that is killed in it, and the people who use it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.demo import Demo, running_demo
from tests.chaos.demo import prepared


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("chaos") / "data", "--empty") as served:
        yield served


@pytest.fixture(scope="package")
def cast(demo: Demo) -> dict[str, Any]:
    return prepared(demo, "booking")


@pytest.fixture
def say(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """A line for whoever watches a long run; a short one is silent."""

    def said(line: str) -> None:
        if "CHAOS_SECONDS" not in os.environ:
            return
        with capfd.disabled():
            print(line, file=sys.stderr, flush=True)

    return said
