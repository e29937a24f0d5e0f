"""A mail server of few words, for the paths on which something is wrong."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread


class MailServer(socketserver.ThreadingTCPServer):
    """Answers every command with 250, but those in ``says`` with that; ``silent``: with nothing at all."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *, says: dict[str, str], silent: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.says, self.silent = says, silent
        self.letters: list[str] = []
        self.over = Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.silent:
            self.server.over.wait(30)
            return
        self._say(self.server.says.get("HELLO", "220 here"))
        while line := self.rfile.readline():
            word = line.split(b" ")[0].strip().decode().upper()
            if word == "DATA":
                self._say("354 go on")
                self.server.letters.append(self._letter())
            self._say(self.server.says.get(word, "221 bye" if word == "QUIT" else "250 ok"))

    def _letter(self) -> str:
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(lines).decode()

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(*, says: dict[str, str] | None = None, silent: bool = False) -> Iterator[MailServer]:
    """A server on a port of its own for the time of a test."""
    with MailServer(says=says or {}, silent=silent) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
