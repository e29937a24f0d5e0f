"""The reference of W2: the same screens on Channels' own Redis pub/sub layer, as its manual has it.

Each screen is an ``AsyncWebsocketConsumer`` in one group; ``group_send`` brings it the text.
"""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.stock_settings"

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter

from bench.stock_layer import GROUP

GREETING = '{"kind":"snapshot","revision":0,"data":{}}'
django.setup()


class StockScreen(AsyncWebsocketConsumer):
    """One screen in the group of all."""

    async def connect(self) -> None:
        """Join the group, accept, send a first text."""
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()
        await self.send(text_data=GREETING)

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is asked."""

    async def board(self, event: dict[str, str]) -> None:
        """Send on what the group was told."""
        await self.send(text_data=event["text"])


application = ProtocolTypeRouter({"websocket": StockScreen.as_asgi()})
