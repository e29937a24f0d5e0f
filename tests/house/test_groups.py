"""The test run itself: groups of tests keep to one process, or two browsers fight over one demo."""

import os

import pytest


@pytest.mark.xdist_group("groups")
def test_groups_of_tests_are_honoured(request: pytest.FixtureRequest) -> None:
    if os.environ.get("PYTEST_XDIST_WORKER") and request.config.getoption("loadgroup", default=False):
        assert request.node.nodeid.endswith("@groups")
