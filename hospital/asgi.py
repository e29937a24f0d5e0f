"""WebSockets through Channels, and pages through the WSGI application in a pool of threads: one address for both."""

from typing import Any, cast

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter, URLRouter

from hospital.wsgi import application as pages  # first: it sets Django up
from queueing.routing import websocket_urlpatterns

PAGE_THREADS = 8

application = ProtocolTypeRouter(
    {
        "http": WSGIMiddleware(cast("Any", pages), workers=PAGE_THREADS),
        # each consumer checks the Origin; only the staff socket reads the session
        "websocket": URLRouter(websocket_urlpatterns),
    }
)
