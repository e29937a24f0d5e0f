"""WebSockets through Channels, and pages through the WSGI application in a pool of threads: one address for both."""

from a2wsgi import WSGIMiddleware

from hospital.wsgi import application as pages  # first: it sets Django up

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from queueing.routing import websocket_urlpatterns

PAGE_THREADS = 8

application = ProtocolTypeRouter(
    {
        "http": WSGIMiddleware(pages, workers=PAGE_THREADS),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
