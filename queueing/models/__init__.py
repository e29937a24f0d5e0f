"""Rows of the queue."""

from queueing.models.alarms import Alarm
from queueing.models.calls import Call
from queueing.models.estimates import Estimate
from queueing.models.kiosks import CheckInTry, Kiosk
from queueing.models.pauses import Pause
from queueing.models.printers import Printer, PrintJob
from queueing.models.queues import Queue, QueueSession, SharedQueue
from queueing.models.screens import Screen, ScreenGap, ScreenNotice, ScreenPairing, ScreenRoom
from queueing.models.tickets import Ticket

__all__ = [
    "Alarm",
    "Call",
    "CheckInTry",
    "Estimate",
    "Kiosk",
    "Pause",
    "PrintJob",
    "Printer",
    "Queue",
    "QueueSession",
    "Screen",
    "ScreenGap",
    "ScreenNotice",
    "ScreenPairing",
    "ScreenRoom",
    "SharedQueue",
    "Ticket",
]
