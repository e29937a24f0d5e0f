"""A clinic morning whose rows other threads can see, and sockets into it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from channels.routing import URLRouter
from django.db import connections

from booking.services import sessions_advance
from hospital.common import clock
from queueing.consumers import live_hub
from queueing.models import Screen
from queueing.routing import websocket_urlpatterns
from queueing.services import screen_add
from tests import factories
from tests.clock import VirtualClock
from tests.live.communicator import WebsocketCommunicator
from tests.live.valkey import Valkey, valkey
from tests.queueing.conftest import Morning, morning

__all__ = ["morning", "valkey"]

T = TypeVar("T")


async def in_thread(action: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run something that uses the database."""

    def run() -> T:
        try:
            return action(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


class Clinic(Morning):
    """A morning with a screen."""

    screen: Screen
    token: str

    @property
    def screen_path(self) -> str:
        return f"/ws/screens/{self.token}/?lang=en"


@pytest.fixture
def clinic(transactional_db: None, now: VirtualClock) -> Clinic:
    """Monday 2 November 2026, 07:30; Dr Zhao's session is open for walk-ins, one screen shows the room."""
    now.set(datetime(2026, 11, 1, 22, 0, tzinfo=UTC))
    cast = factories.cast(now())
    doctor = factories.expert(account=cast.dr_zhao)
    session = factories.session(clock.local(now()).date(), now=now(), doctor=doctor, quotas=[5, 5, 5, 5])
    made = Clinic(now, cast, session)
    now.at("07:30")
    sessions_advance(now())
    made.screen, made.token = screen_add(
        name="神内候诊", place="3F B", room_codes=[session.room.code], actor=made.desk, now=now()
    )
    return made


@pytest.fixture
async def sockets(valkey: Valkey) -> AsyncIterator[Callable[..., WebsocketCommunicator]]:
    """Open sockets by path; the hub of this loop is stopped at the end."""
    opened = []

    def connect(path: str, **headers: str) -> WebsocketCommunicator:
        pairs = [
            (name.encode(), value.encode()) for name, value in ({"host": "testserver"} | headers).items()
        ]
        one = WebsocketCommunicator(URLRouter(websocket_urlpatterns), path, pairs)
        opened.append(one)
        return one

    yield connect
    for one in opened:
        await one.disconnect()
    await live_hub().stop()
