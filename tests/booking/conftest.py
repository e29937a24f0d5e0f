"""A clinic tomorrow, released, and the cast."""

from datetime import timedelta

import pytest

from booking.models import ClinicSession
from hospital.common import clock
from tests import factories
from tests.clock import VirtualClock


@pytest.fixture
def cast(db: None, now: VirtualClock) -> factories.Cast:
    return factories.cast(now())


@pytest.fixture
def tomorrow(db: None, now: VirtualClock) -> ClinicSession:
    """Dr Zhao's session tomorrow 08:00-12:00 with quotas 2, 1, 0, 3."""
    day = clock.local(now()).date() + timedelta(days=1)
    return factories.session(day, now=now(), quotas=[2, 1, 0, 3])
