"""Many WebSocket clients in one process, as thin as they can be: they only notice when a frame is complete."""

import asyncio
import base64
import os
import time
from collections.abc import Callable
from functools import partial

OPCODE_TEXT = 1
OPCODE_PING = 9
CONNECT_LIMIT_S = 120


class Client(asyncio.Protocol):
    """One socket: shakes hands, then calls ``on_text`` with each text frame."""

    def __init__(self, host: str, path: str, on_text: Callable[["Client", bytes], None]) -> None:
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        self._on_text = on_text
        self._buffer = bytearray()
        self._open = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Cut frames out of what came; a server never masks."""
        self._buffer += data
        if not self._open:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in self._buffer[: self._buffer.find(b"\r\n")]:
                raise ConnectionError(bytes(self._buffer[:80]))
            del self._buffer[: end + 4]
            self._open = True
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == OPCODE_TEXT:
                self._on_text(self, payload)
            elif opcode == OPCODE_PING:
                self.send(payload, opcode=10)

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1] & 127, 2
        if length == 126:
            length, start = int.from_bytes(buffer[2:4]), 4
        elif length == 127:
            length, start = int.from_bytes(buffer[2:10]), 10
        if len(buffer) < start + length:
            return None
        opcode, payload = buffer[0] & 15, bytes(buffer[start : start + length])
        del buffer[: start + length]
        return opcode, payload

    def send(self, payload: bytes, opcode: int = OPCODE_TEXT) -> None:
        """Send a short frame; a client always masks, with zeros here."""
        assert self.transport is not None
        assert len(payload) < 126
        self.transport.write(bytes([128 | opcode, 128 | len(payload), 0, 0, 0, 0]) + payload)


def _same(client: Client) -> Client:
    return client


class Fleet:
    """Clients of one server and the moment when the last of them had a frame that holds a mark."""

    def __init__(self) -> None:
        self.clients: list[Client] = []
        self.latest = b""
        """The last content that came."""
        self._mark = b""
        self._missing: set[Client] = set()
        self._all = asyncio.Event()
        self._last = 0.0

    async def connect(self, host: str, port: int, paths: list[str]) -> None:
        """Open a socket for each path; every one must get its first frame."""
        loop = asyncio.get_running_loop()
        self._wait_for(b'"snapshot"', None)
        for path in paths:
            client = Client(f"{host}:{port}", path, self._text)
            self.clients.append(client)
            self._missing.add(client)
            await loop.create_connection(partial(_same, client), host, port)
        await asyncio.wait_for(self._all.wait(), CONNECT_LIMIT_S)

    def _wait_for(self, mark: bytes, missing: set[Client] | None) -> None:
        self._mark, self._all = mark, asyncio.Event()
        self._missing = set() if missing is None else missing

    def _text(self, client: Client, payload: bytes) -> None:
        if payload.startswith(b'{"kind":"ping"'):
            client.send(b'{"kind":"pong","revision":0}')
        elif self._mark in payload:
            self.latest = payload
            self._missing.discard(client)
            if not self._missing:
                self._last = time.perf_counter()
                self._all.set()

    async def last_after(self, act: Callable[[], float], mark: bytes) -> float:
        """Seconds from the moment that ``act`` returns until the last client has a frame holding ``mark``."""
        self._wait_for(mark, set(self.clients))
        begun = await asyncio.get_running_loop().run_in_executor(None, act)
        await asyncio.wait_for(self._all.wait(), 30)
        return self._last - begun

    def close(self, *, beyond: int = 0) -> None:
        """Hang up, but for the first so many."""
        self.clients, leaving = self.clients[:beyond], self.clients[beyond:]
        for client in leaving:
            if client.transport is not None:
                client.transport.abort()
