"""The kiosk: self check-in in the hall, by code or by document."""

from queueing.views.kiosk.device import alive, pair
from queueing.views.kiosk.pages import check_in, no_booking, slip, start, typing

__all__ = ["alive", "check_in", "no_booking", "pair", "slip", "start", "typing"]
