"""The ASGI application: HTTP is Django, WebSockets go to the consumers of runs, ingest and alerts."""

import gc
import os
from importlib import import_module

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from agentscope.forms import leave_forms_alone

leave_forms_alone()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentscope.settings")
django.setup(set_prefix=False)
http_application = import_module("agentscope.handler").Handler()
# Consumers read models, so they can be imported only now.
socket_routes = [
    *import_module("runs.routing").websocket_urlpatterns,
    *import_module("ingest.routing").websocket_urlpatterns,
    *import_module("alerts.routing").websocket_urlpatterns,
]
with_short_way = import_module("ingest.asgi").with_short_way
import_module("ingest.rejecting").start()
if os.environ.get("AGENTSCOPE_DOOR"):
    import_module("agentscope.door").share_connections()  # chooses a reactor, unless Daphne did

application = ProtocolTypeRouter(
    {
        "http": with_short_way(http_application),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(socket_routes))),
    }
)

# Containers made before the collector looks for circles, and how often it looks at older ones. A batch of
# spans makes 50,000 that all go without it; by Python's defaults it took a sixth of the time.
gc.set_threshold(50_000, 20, 20)
gc.freeze()  # what is loaded now stays
