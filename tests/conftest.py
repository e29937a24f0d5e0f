"""Fixtures of every test."""

import pytest

from tests.clock import now

__all__ = ["now"]


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    """No test sees another's cached clock or policy."""
    from hospital.common import clock
    from hospital.common.policy import forget

    clock.forget()
    forget()
