"""Sockets that need no sign-in: screens by their token, phones by their code, a session's board for everybody."""

from collections.abc import Mapping
from typing import Any

from queueing import public_regions, regions, screen_regions
from queueing.consumers.base import (
    GO_ON,
    LOAD_AGAIN,
    NOT_ALLOWED,
    LiveConsumer,
    Message,
    Refused,
    Watch,
)
from queueing.consumers.signs import heard, sign_of
from queueing.regions import UNKNOWN
from queueing.selectors.live import screen_for_token

CODES = {"screen.revoked": NOT_ALLOWED, "screen.changed": LOAD_AGAIN}


class ScreenConsumer(LiveConsumer):
    """A waiting-room screen, by its revocable token. Screens that show the same share one board."""

    def authorise(self) -> Watch:
        """Find the screen; a revoked one is not allowed, an unknown token unknown, an old page has to load again."""
        found = screen_for_token(token=self.handle)
        if found is None:
            raise Refused(UNKNOWN)
        if found.revoked_at is not None:
            raise Refused(NOT_ALLOWED)
        if self.asked.get("setup", str(found.setup)) != str(found.setup):
            raise Refused(LOAD_AGAIN)
        source = screen_regions.screen_source(screen=found, language=self.language)
        return Watch(source, frozenset({f"screen.{found.pk}"}), found.pk)

    def happened(self, event: Mapping[str, Any]) -> None:
        """Retired, set up anew, or with a line of its own: the page loads or connects again, as the code says."""
        if self.socket is not None:
            self.socket.close(CODES.get(str(event.get("event")), GO_ON))

    def pong(self, said: Message) -> None:
        """Note the screen as alive; the hub writes all of them together at its next round."""
        if self.watch is not None and self.watch.screen_id is not None and self.socket is not None:
            heard(self.watch.screen_id, sign_of(said, self.socket.answered_in_ms()))


class TicketConsumer(LiveConsumer):
    """A patient's phone; the code is the key."""

    def authorise(self) -> Watch:
        """Find the ticket."""
        source = regions.ticket_source(code=self.handle, language=self.language)
        if source is None:
            raise Refused(UNKNOWN)
        return Watch(source)


class BoardConsumer(LiveConsumer):
    """A session's board for everybody; it shows numbers only."""

    def authorise(self) -> Watch:
        """Find the session."""
        source = public_regions.board_source(code=self.handle, language=self.language)
        if source is None:
            raise Refused(UNKNOWN)
        return Watch(source)
