"""Addresses of the WebSockets. Only the staff socket looks at the session cookie."""

from channels.auth import AuthMiddlewareStack
from django.urls import path, re_path

from queueing.consumers import ScreenConsumer, SessionConsumer, TicketConsumer, UnknownConsumer

websocket_urlpatterns = [
    path("ws/screens/<slug:token>/", ScreenConsumer.as_asgi()),  # type: ignore[no-untyped-call]
    path("ws/tickets/<slug:code>/", TicketConsumer.as_asgi()),  # type: ignore[no-untyped-call]
    path("ws/sessions/<slug:code>/", AuthMiddlewareStack(SessionConsumer.as_asgi())),  # type: ignore[no-untyped-call]
    re_path(r"", UnknownConsumer.as_asgi()),  # type: ignore[no-untyped-call]
]
