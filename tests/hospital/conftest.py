"""The cast, as in the tests of booking."""

from tests.booking.conftest import cast

__all__ = ["cast"]
