"""Addresses of the WebSockets. Only the staff socket looks at the session cookie."""

from channels.sessions import SessionMiddlewareStack
from django.urls import path, re_path

from queueing.consumers import (
    AlarmConsumer,
    BoardConsumer,
    ScreenConsumer,
    SessionConsumer,
    TicketConsumer,
    UnknownConsumer,
)

websocket_urlpatterns = [
    path("ws/screens/<slug:token>/", ScreenConsumer.as_asgi()),  # type: ignore[no-untyped-call]
    path("ws/tickets/<slug:code>/", TicketConsumer.as_asgi()),  # type: ignore[no-untyped-call]
    path("ws/boards/<slug:code>/", BoardConsumer.as_asgi()),  # type: ignore[no-untyped-call]
    path("ws/sessions/<slug:code>/", SessionMiddlewareStack(SessionConsumer.as_asgi())),  # type: ignore[no-untyped-call]
    path("ws/alarms/", SessionMiddlewareStack(AlarmConsumer.as_asgi())),  # type: ignore[no-untyped-call]
    re_path(r"", UnknownConsumer.as_asgi()),  # type: ignore[no-untyped-call]
]
