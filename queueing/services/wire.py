"""The wire to a receipt printer: raw TCP, one connection a slip. Never inside a transaction."""

import socket
from contextlib import suppress
from ipaddress import ip_address

from django.conf import settings

from queueing.domain.escpos import ASK_PAPER, out_of_paper
from queueing.models import Printer

CONNECT_S = 2.0
ANSWER_S = 0.4
"""How long a printer may take to say whether it has paper; silence means that it does not say."""
SEND_S = 8.0


class NotDelivered(Exception):
    """Nothing of the slip reached the printer: it may be sent again."""

    def __init__(self, error: str) -> None:
        self.error = error
        super().__init__(error)


class BrokenOff(Exception):
    """The connection ended within the slip: nobody can know how much came out."""


def deliver(printer: Printer, data: bytes) -> None:
    """Send a slip to the printer.

    Raises
    ------
    NotDelivered
        ``no_connection``, ``no_paper`` or ``own_machine``.
    BrokenOff
        When some of it may have been printed.
    """
    try:
        wire = socket.create_connection((printer.host, printer.port), timeout=CONNECT_S)
    except (OSError, UnicodeError):  # the latter: no name of a machine can be like this
        raise NotDelivered("no_connection") from None
    with wire:
        if not settings.DEMO and _is_here(wire):
            raise NotDelivered("own_machine")
        if printer.tells_paper:
            _check_paper(wire)
        wire.settimeout(SEND_S)
        try:
            wire.sendall(data)
            wire.shutdown(socket.SHUT_WR)
        except OSError:
            raise BrokenOff from None


def _is_here(wire: socket.socket) -> bool:
    """Whether the other end is this machine: a database that trusts it shall get nothing that a manager wrote.

    Asked of the open connection, so that no name leads elsewhere in between.
    """
    there = ip_address(wire.getpeername()[0].partition("%")[0])
    here = ip_address(wire.getsockname()[0].partition("%")[0])
    return there == here or there.is_loopback or there.is_link_local


def _check_paper(wire: socket.socket) -> None:
    wire.settimeout(ANSWER_S)
    try:
        wire.sendall(ASK_PAPER)
    except OSError:
        raise NotDelivered("no_connection") from None
    answer = b""
    with suppress(OSError):
        answer = wire.recv(1)
    if out_of_paper(answer):
        raise NotDelivered("no_paper")
