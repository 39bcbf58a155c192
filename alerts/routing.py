"""URLs of the sockets."""

from django.urls import path

from alerts.consumers import InboxConsumer

websocket_urlpatterns = [path("ws/alerts/<slug:team>/<slug:project>/", InboxConsumer.as_asgi())]
