"""One demo for all that is killed in it, and the people who use it."""

from __future__ import annotations

from collections.abc import Iterator
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
