"""Requests, responses and the ASGI shell around `handle`; all that the gateway needs of HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

log = logging.getLogger("gateway")

BODY_LIMIT = 64 * 1024

Message = MutableMapping[str, Any]
Handler = Callable[["Request"], "Response"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request, its body read."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path and query, as they are signed."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def form(self) -> dict[str, str]:
        """The fields of a posted form."""
        return _pairs(self.body.decode("utf-8", "replace"))

    def parameters(self) -> dict[str, str]:
        """The fields of the query."""
        return _pairs(self.query)


def _pairs(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return {}


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; `delay_s` keeps the client waiting first (a refund whose answer gets lost)."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0


def json_response(status: int, content: Any) -> Response:
    """An answer in JSON."""
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8"})


class AsgiApp:
    """Reads a bounded body, runs `handle` in a thread, writes the answer."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Serve one connection of the ASGI server."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            response = json_response(413, {"code": "TOO_LARGE", "message": "The body is too large."})
        else:
            headers = {
                key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]
            }
            query = scope["query_string"].decode("latin-1")
            request = Request(scope["method"], scope["path"], query, headers, body)
            response = await asyncio.to_thread(self._answer, request)
        if response.delay_s:
            await asyncio.sleep(response.delay_s)
        fields = {**response.headers, "Content-Length": str(len(response.body))}
        raw = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in fields.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": raw})
        content = b"" if scope["method"] == "HEAD" else response.body
        await send({"type": "http.response.body", "body": content})

    def _answer(self, request: Request) -> Response:
        try:
            return self._handle(request)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return json_response(500, {"code": "SYSTEM_ERROR", "message": "The gateway failed."})


async def _body(receive: Callable[[], Awaitable[Message]]) -> bytes | None:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= BODY_LIMIT:
            chunks.append(chunk)
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(chunks) if size <= BODY_LIMIT else None
