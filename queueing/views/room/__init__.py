"""The expert's page: whom to call, one press each."""

from queueing.views.room.pages import act, call_next, region, room, rooms

__all__ = ["act", "call_next", "region", "room", "rooms"]
