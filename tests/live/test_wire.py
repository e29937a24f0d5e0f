"""Frames that are made once: byte for byte what the server would have sent, and never into a busy or closed socket."""

import asyncio
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from hospital.common.sockets import Frame, Socket
from hospital.common.wire import Wire, frame_of, write_of

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXTS = ("{}", "诊室 305 张*三", "x" * 126, "号" * 30_000)


class Line(asyncio.Transport):
    """A connection that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True


class Served:
    """A connection whose application accepts and then does nothing by itself."""

    def __init__(self) -> None:
        self.scope: Any = None
        self.send: Any = None
        self.line = Line()
        config = Config(
            self.application,
            interface="asgi3",
            ws_per_message_deflate=False,
            log_level="error",
            ws_ping_interval=None,
        )
        config.load()
        self.protocol = Wire(config, ServerState(), {})

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.send = scope, send
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async def begin(self) -> None:
        self.protocol.connection_made(self.line)
        self.protocol.data_received(HANDSHAKE)
        await turns()
        self.line.written.clear()


async def turns() -> None:
    """Let everything run that waits for nothing."""
    for _turn in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def served() -> Served:
    one = Served()
    await one.begin()
    return one


async def test_a_finished_frame_is_what_the_server_would_have_sent(served: Served) -> None:
    for text in TEXTS:
        served.line.written.clear()
        await served.send({"type": "websocket.send", "text": text})
        assert write_of(served.scope)(frame_of(text))
        by_the_server, by_us = served.line.written
        assert by_us == by_the_server


async def test_nothing_is_written_to_a_busy_or_closed_socket(served: Served) -> None:
    write = write_of(served.scope)
    served.protocol.pause_writing()
    assert not write(b"late")
    served.protocol.resume_writing()
    assert write(b"now")
    await served.send({"type": "websocket.close", "code": 4401})
    assert not write(b"after the end")
    assert served.line.written[0] == b"now"
    assert b"after the end" not in served.line.written


async def test_a_socket_on_a_busy_line_keeps_the_latest_state_only(served: Served) -> None:
    async def text(text: str) -> None:
        await served.send({"type": "websocket.send", "text": text})

    async def close(code: int) -> None:
        raise AssertionError(code)

    socket = Socket(text, close, write=write_of(served.scope))
    first, *_between, last = (Frame(number, "{}") for number in range(1, 6))
    socket.offer(first)
    served.protocol.pause_writing()
    for number in range(2, 5):
        socket.offer(Frame(number, "{}"))
    socket.offer(last)
    served.protocol.resume_writing()
    await turns()
    assert served.line.written == [
        frame_of('{"kind":"snapshot","revision":1,"data":{}}'),
        frame_of('{"kind":"changed","revision":2,"data":{}}'),
        frame_of('{"kind":"changed","revision":5,"data":{}}'),
    ]


def test_another_server_has_no_such_extension() -> None:
    assert not write_of({"extensions": {"websocket.http.response": {}}})(b"frame")
    assert not write_of({})(b"frame")
