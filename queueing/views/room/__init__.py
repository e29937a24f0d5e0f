"""The expert's page: whom to call, one press each."""

from queueing.views.room import sheets
from queueing.views.room.actions import act, ask_help, call_next, chosen, help_over, pause, resume, transfer
from queueing.views.room.pages import region, room, rooms

__all__ = [
    "act",
    "ask_help",
    "call_next",
    "chosen",
    "help_over",
    "pause",
    "region",
    "resume",
    "room",
    "rooms",
    "sheets",
    "transfer",
]
