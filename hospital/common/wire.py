"""How the live process writes: what a thousand sockets get is made into a WebSocket frame once.

``uvicorn --ws hospital.common.wire:Wire`` is uvicorn's own protocol that also takes finished frames, as an extension of
the connection's scope. Under any other server there is no such extension, and texts are sent one by one.
"""

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

EXTENSION = "fenliu.frames"
Write = Callable[[bytes], bool]


class Wire(WebSocketsSansIOProtocol):
    """uvicorn's protocol of one connection."""

    def handle_connect(self, event: Request) -> None:
        """Offer the extension with the scope."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["extensions"][EXTENSION] = {"write": self.write}

    def write(self, frame: bytes) -> bool:
        """Write a whole frame, unless the socket is busy, closing or gone; say whether it was written."""
        free = self.writable.is_set() and self.handshake_complete
        if not free or self.close_sent or self.disconnected or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True


def frame_of(text: str) -> bytes:
    """A text as a server sends it, not compressed."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def cannot(_frame: bytes) -> bool:
    """What stands for ``write`` where there is no such extension."""
    return False


def write_of(scope: Any) -> Write:
    """How to write frames on this connection."""
    write: Write = scope.get("extensions", {}).get(EXTENSION, {}).get("write", cannot)
    return write
