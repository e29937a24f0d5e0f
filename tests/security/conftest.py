"""The cast and their clinic, as in the tests of booking."""

from tests.booking.conftest import cast, tomorrow

__all__ = ["cast", "tomorrow"]
