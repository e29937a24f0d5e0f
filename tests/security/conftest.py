"""The cast and their clinic, as in the tests of booking; somebody of each role before every address."""

from tests.booking.conftest import cast, tomorrow
from tests.security.doors import doors

__all__ = ["cast", "doors", "tomorrow"]
