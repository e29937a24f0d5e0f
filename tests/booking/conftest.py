"""A clinic tomorrow, released, and the cast."""

from datetime import timedelta

import pytest
from django.test import Client

from booking.models import ClinicSession
from booking.selectors.invariants import INVARIANTS
from hospital.common import clock
from hospital.common.invariants import FLOOR, broken
from tests import factories
from tests.booking.stopped import StoppedClinic, stopped_clinic
from tests.clock import VirtualClock


@pytest.fixture
def cast(db: None, now: VirtualClock) -> factories.Cast:
    return factories.cast(now())


@pytest.fixture
def clinic(cast: factories.Cast, now: VirtualClock) -> StoppedClinic:
    return stopped_clinic(now)


@pytest.fixture
def manager(cast: factories.Cast) -> Client:
    """The manager's browser, signed in."""
    client = Client()
    client.force_login(cast.manager)
    return client


@pytest.fixture
def tomorrow(db: None, now: VirtualClock) -> ClinicSession:
    """Dr Zhao's session tomorrow 08:00-12:00 with quotas 2, 1, 0, 3."""
    day = clock.local(now()).date() + timedelta(days=1)
    return factories.session(day, now=now(), quotas=[2, 1, 0, 3])


@pytest.fixture
def far(db: None, now: VirtualClock) -> ClinicSession:
    """Dr Zhao's session in five days with quotas 2, 1, 0, 3: far enough for numbers to be kept back."""
    day = clock.local(now()).date() + timedelta(days=5)
    return factories.session(day, now=now(), quotas=[2, 1, 0, 3])


def check_invariants() -> None:
    """Every guarantee of booking holds in the database now."""
    assert list(broken([*FLOOR, *INVARIANTS])) == []
