"""Addresses of the WebSockets. Only the staff socket looks at the session cookie."""

from channels.auth import AuthMiddlewareStack
from django.urls import path

from queueing.consumers import ScreenConsumer, SessionConsumer, TicketConsumer

websocket_urlpatterns = [
    path("ws/screens/<str:token>/", ScreenConsumer.as_asgi()),  # type: ignore[no-untyped-call]
    path("ws/tickets/<str:code>/", TicketConsumer.as_asgi()),  # type: ignore[no-untyped-call]
    path("ws/sessions/<str:code>/", AuthMiddlewareStack(SessionConsumer.as_asgi())),  # type: ignore[no-untyped-call]
]
