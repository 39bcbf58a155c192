"""The ASGI application: HTTP is Django, WebSockets go to the consumers of runs."""

import os
from importlib.util import find_spec

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentscope.settings")
http_application = get_asgi_application()


def socket_patterns() -> list:
    """Return the URL patterns of the sockets; they can be imported only once Django is set up."""
    if find_spec("runs.routing") is None:
        return []
    from runs.routing import websocket_urlpatterns

    return websocket_urlpatterns


application = ProtocolTypeRouter(
    {
        "http": http_application,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(socket_patterns()))),
    }
)
