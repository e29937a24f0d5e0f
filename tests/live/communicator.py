"""A WebSocket to the application without a server (Channels' own needs daphne, which this project has not)."""

from typing import Any

from asgiref.testing import ApplicationCommunicator


class WebsocketCommunicator(ApplicationCommunicator):
    """Connect, send and receive texts, see the close code."""

    def __init__(self, application: Any, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        path, _, query = path.partition("?")
        scope = {"type": "websocket", "path": path, "query_string": query.encode(), "headers": headers}
        super().__init__(application, scope)

    async def connect(self, seconds: float = 1) -> tuple[bool, int | None]:
        """Shake hands; say whether it was accepted, else the code."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(seconds)
        return answer["type"] == "websocket.accept", answer.get("code")

    async def send_to(self, text: str) -> None:
        """Send a text frame."""
        await self.send_input({"type": "websocket.receive", "text": text})

    async def receive_from(self, seconds: float = 1) -> str:
        """The next text frame."""
        answer = await self.receive_output(seconds)
        assert answer["type"] == "websocket.send", answer
        return str(answer["text"])

    async def disconnect(self, code: int = 1000) -> None:
        """Hang up and wait for the application."""
        await self.send_input({"type": "websocket.disconnect", "code": code})
        await self.wait(5)
