"""HTTP clients as thin as they can be: many kept-alive connections in one thread, requests built beforehand."""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

END_OF_HEADERS = b"\r\n\r\n"
OVERLOADED = 429
NOT_MODIFIED = b"304"
"""Has no body and names no length."""


@dataclass(slots=True)
class Load:
    """What came of a run: answers by status, and how long it took."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    odd: str = ""

    def rate(self, status: int = 201) -> float:
        """Answers of this status a second."""
        return self.statuses[status] / self.seconds

    def checked(self, status: int) -> float:
        """The same, when every answer was this one; "later" (429) is honest and not counted."""
        if set(self.statuses) - {OVERLOADED} != {status}:
            raise RuntimeError(f"answers {dict(self.statuses)}, first other one: {self.odd}")
        return self.rate(status)


def post(path: str, body: str, *, port: int, token: str, key: str) -> bytes:
    """One request, ready to be sent."""
    content = body.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Token {token}\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def get(path: str, *, port: int, **headers: str) -> bytes:
    """One request for a page, ready to be sent."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{lines}\r\n".encode()


def run(requests: Iterator[bytes], *, port: int, clients: int, seconds: float, wanted: int = 201) -> Load:
    """Send ``requests`` from so many connections, each waiting for its answer, until the time is over."""
    load = Load()
    poll = selectors.EpollSelector()
    for _client in range(clients):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(connection, selectors.EVENT_READ, bytearray())
    begun = time.perf_counter()
    until = begun + seconds
    for key in list(poll.get_map().values()):
        key.fileobj.sendall(next(requests))  # type: ignore[union-attr]
    open_connections = clients
    while open_connections:
        for key, _events in poll.select(10):
            connection, buffer = key.fileobj, key.data
            buffer += connection.recv(65536)  # type: ignore[union-attr]
            end = _complete(buffer)
            if end == 0:
                continue
            status = int(buffer[9:12])
            load.statuses[status] += 1
            if status != wanted and not load.odd:
                load.odd = buffer[:end].decode(errors="replace")
            del buffer[:end]
            request = next(requests, None) if time.perf_counter() < until else None
            if request is None:
                poll.unregister(connection)
                connection.close()  # type: ignore[union-attr]
                open_connections -= 1
            else:
                connection.sendall(request)  # type: ignore[union-attr]
    load.seconds = time.perf_counter() - begun
    return load


def _complete(buffer: bytearray) -> int:
    """The length of the answer at the start of ``buffer`` once all of it is there, else 0."""
    head = buffer.find(END_OF_HEADERS)
    if head < 0:
        return 0
    if buffer[9:12] == NOT_MODIFIED:
        return head + len(END_OF_HEADERS)
    start = buffer.lower().find(b"content-length:", 0, head) + len("content-length:")
    length = int(buffer[start : buffer.find(b"\r", start)])
    end = head + len(END_OF_HEADERS) + length
    return end if len(buffer) >= end else 0
