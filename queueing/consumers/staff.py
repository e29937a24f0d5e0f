"""Sockets of signed-in staff: one session, and calls for help out of the rooms."""

import asyncio
import time
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError
from django.http import HttpRequest

from hospital.accounts.middleware import PASSED as SECOND_FACTOR_PASSED
from hospital.common.feeds import Source
from queueing import regions
from queueing.consumers.base import NOT_ALLOWED, LiveConsumer, Message, Refused, Watch
from queueing.regions import UNKNOWN

LOOK_AGAIN_S = 30.0
"""So long may somebody watch on who signed out or lost the right to."""


class StaffConsumer(LiveConsumer):
    """What only staff may watch, by the cookie; staff without the second factor see nothing here either."""

    looked_at = 0.0
    looking: asyncio.Task[None] | None = None

    def authorise(self) -> Watch:
        """Look at who is signed in now, as the database has it."""
        request = HttpRequest()
        session = self.scope["session"]
        request.session = session.__class__(session.session_key)
        user = get_user(request)
        if not user.is_authenticated:  # signed out, deactivated, or with another password since
            raise Refused(NOT_ALLOWED)
        if settings.STAFF_SECOND_FACTOR and request.session.get(SECOND_FACTOR_PASSED) != user.pk:
            raise Refused(NOT_ALLOWED)
        self.looked_at = time.monotonic()
        try:
            source = self.source_for(user)
        except PermissionError:
            raise Refused(NOT_ALLOWED) from None
        if source is None:
            raise Refused(UNKNOWN)
        return Watch(source)

    def pong(self, said: Message) -> None:
        """Look again from time to time whether the socket may still watch."""
        if time.monotonic() - self.looked_at >= LOOK_AGAIN_S and (
            self.looking is None or self.looking.done()
        ):
            self.looking = asyncio.ensure_future(self._look_again())

    async def _look_again(self) -> None:
        try:
            await self.allowed()
        except Refused as refused:
            if self.socket is not None:
                self.socket.close(refused.code)
        except DatabaseError:
            return  # it looks again at the next sign of life

    def source_for(self, user: Any) -> Source | None:
        """What this member of staff watches; None when it does not exist. Raises PermissionError."""
        raise NotImplementedError


class SessionConsumer(StaffConsumer):
    """A session: for its expert, the desk, managers."""

    def source_for(self, user: Any) -> Source | None:
        """Find the session."""
        return regions.session_source(code=self.handle, user=user)


class AlarmConsumer(StaffConsumer):
    """Calls for help out of the rooms: for the desk and managers."""

    def source_for(self, user: Any) -> Source | None:
        """All of them, in the page's language."""
        return regions.alarms_source(user=user, language=self.language)
