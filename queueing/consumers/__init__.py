"""The WebSockets: authorise, join the hub, accept; the hub sends the snapshot and every change. No writes.

Close codes: 4401 not allowed, 4404 unknown, 4205 load the page again. All are sent after accepting, because a browser
never sees the code of a refused handshake; nothing else is sent before. A foreign Origin is refused outright.
"""

from queueing.consumers.base import UnknownConsumer
from queueing.consumers.public import BoardConsumer, ScreenConsumer, TicketConsumer
from queueing.consumers.signs import live_hub
from queueing.consumers.staff import AlarmConsumer, SessionConsumer

__all__ = [
    "AlarmConsumer",
    "BoardConsumer",
    "ScreenConsumer",
    "SessionConsumer",
    "TicketConsumer",
    "UnknownConsumer",
    "live_hub",
]
