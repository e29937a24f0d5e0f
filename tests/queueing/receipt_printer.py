"""A receipt printer on a local socket: it takes ESC/POS as a real one does and shows what is on the paper."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PAPER_LEFT, PAPER_OUT = b"\x12", b"\x72"


@dataclass
class Slip:
    """What came out up to a cut."""

    lines: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


_PLAIN = {b"\x1ba": 3, b"\x1bE": 3, b"\x1bd": 3}
"""Commands of a fixed length that leave no trace in a slip's text: alignment, bold, feed."""
_CHARSETS = {b"\x1b@": "ascii", b"\x1c&": "gb18030", b"\x1c(C\x02\x000\x02": "utf-8"}


class _Reader:
    """Takes one thing after the other off the bytes."""

    def __init__(self, data: bytes) -> None:
        self.rest, self.slips, self.slip = data, list[Slip](), Slip()
        self.line, self.size, self.charset, self.stored = b"", 1, "ascii", b""

    def take(self, length: int) -> bytes:
        taken, self.rest = self.rest[:length], self.rest[length:]
        return taken

    def step(self) -> None:
        charset = next((name for name in _CHARSETS if self.rest.startswith(name)), None)
        if charset is not None:
            self.take(len(charset))
            self.charset, self.size = _CHARSETS[charset], 1
        elif self.rest[:2] in _PLAIN:
            self.take(_PLAIN[self.rest[:2]])
        elif self.rest[:1] == b"\x1d":
            self._command()
        elif self.rest[:1] == b"\n":
            self.take(1)
            text, self.line = self.line.decode(self.charset), b""
            self.slip.lines.append(text)
            self.slip.sizes[text] = self.size
        else:
            assert self.rest[0] >= 0x20, f"an unknown command: {self.rest[:8]!r}"
            self.line += self.take(self._width())

    def _width(self) -> int:
        """How many bytes the next character has, as GB18030 tells: four when a digit comes second."""
        if self.charset != "gb18030" or self.rest[0] < 0x80:
            return 1
        return 4 if self.rest[1] in b"0123456789" else 2

    def _command(self) -> None:
        if self.rest[1:2] == b"!":
            wide, high = self.rest[2] >> 4, self.rest[2] & 7
            assert wide == high
            self.take(3)
            self.size = wide + 1
        elif self.rest[1:3] == b"(k":
            body = self.take(5 + int.from_bytes(self.rest[3:5], "little"))[5:]
            self.stored = body[3:] if body[1] == 80 else self.stored
            self.slip.codes += [self.stored.decode()] if body[1] == 81 else []
        else:
            assert self.rest[1:3] == b"VB", f"an unknown command: {self.rest[:8]!r}"
            self.take(4)
            self.slips.append(self.slip)
            self.slip = Slip()


def slips_of(data: bytes) -> list[Slip]:
    """Read ESC/POS; anything that is no known command or text of the chosen character set is an error."""
    reader = _Reader(data)
    while reader.rest:
        reader.step()
    assert not reader.line, "text that is never printed"
    assert not reader.slip.lines, "a slip that is never cut"
    return reader.slips


class ReceiptPrinter:
    """Takes one connection after the other. ``break_after``: it dies after so many bytes of the next slip."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.paper = True
        self.talks = True
        self.break_after: int | None = None
        self.received: list[bytes] = []
        self._changed = threading.Condition()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def slips(self) -> list[Slip]:
        with self._changed:
            return [slip for data in self.received for slip in slips_of(data)]

    def close(self) -> None:
        """From now on nobody listens here."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                wire, _address = self._listener.accept()
            except OSError:
                return
            with wire:
                self._take(wire)

    def _take(self, wire: socket.socket) -> None:
        data = b""
        while chunk := wire.recv(4096):
            if b"\x10\x04\x04" in chunk:
                chunk = chunk.replace(b"\x10\x04\x04", b"")
                if self.talks:
                    wire.sendall(PAPER_LEFT if self.paper else PAPER_OUT)
            data += chunk
            if self.break_after is not None and len(data) >= self.break_after:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                return
        if data:
            with self._changed:
                self.received.append(data)
                self._changed.notify_all()

    def wait(self, count: int) -> list[Slip]:
        """Until so many slips came out."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.received) >= count, timeout=20)
        return self.slips


@contextmanager
def receipt_printer() -> Iterator[ReceiptPrinter]:
    """One that listens on a free port."""
    printer = ReceiptPrinter()
    try:
        yield printer
    finally:
        printer.close()
