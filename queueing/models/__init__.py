"""Rows of the queue."""

from queueing.models.calls import Call
from queueing.models.queues import Queue, QueueSession
from queueing.models.screens import Screen, ScreenRoom
from queueing.models.tickets import Ticket

__all__ = ["Call", "Queue", "QueueSession", "Screen", "ScreenRoom", "Ticket"]
